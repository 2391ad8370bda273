"""Workbooks for tests, written as XML so that every cell stands exactly as a test wants it."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="49"/></cellXfs>
</styleSheet>"""
DATE, PERCENT, CHINESE_DATE, TEXT = 1, 2, 3, 4  # the cell styles above


def text(value: str) -> str:
    """A cell of text."""
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(digits: str, style: int = 0) -> str:
    """A cell of a number, with these digits in the file."""
    return f'<c s="{style}"><v>{digits}</v></c>'


def formula(inside: str, value: str = "") -> str:
    return f"<c><f>{inside}</f><v>{value}</v></c>"


def workbook(*sheets: Sequence[Sequence[str]], hidden: Sequence[int] = ()) -> bytes:
    """Sheets of rows of cells; a plain word is a cell of text. The sheets whose place is in `hidden` are hidden."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        listed, related = "", ""
        for place, rows in enumerate(sheets, start=1):
            state = ' state="hidden"' if place - 1 in hidden else ""
            listed += f'<sheet name="表{place}" sheetId="{place}" r:id="r{place}"{state}/>'
            related += f'<Relationship Id="r{place}" Target="worksheets/sheet{place}.xml"/>'
            cells = ("".join(cell if cell.startswith("<c") else text(cell) for cell in row) for row in rows)
            body = "".join(f"<row>{one}</row>" for one in cells)
            sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
            archive.writestr(f"xl/worksheets/sheet{place}.xml", sheet)
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>'
        )
        archive.writestr("xl/styles.xml", STYLES)
    return buffer.getvalue()
