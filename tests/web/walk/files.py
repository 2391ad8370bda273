"""Real files, made as people would bring them: portraits, papers, lists of marks, clips; and what is on a ticket."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import cv2
import numpy as np
import openpyxl
import pypdfium2
import zxingcpp

from core.settings import BEIJING

GREY = 235
YEAR = datetime.now(BEIJING).year
"""The year of these walks: they are done in the present."""


def portrait(serial: int) -> bytes:
    """A drawn portrait as JPEG, another one for every person."""
    picture = np.full((700, 500, 3), GREY, np.uint8)
    skin, suit = (150, 182, 224), (40 + serial * 7 % 120, 70, 52)
    cv2.ellipse(picture, (250, 690), (220, 230), 0, 180, 360, suit, -1)
    cv2.ellipse(picture, (250, 290), (105, 140), 0, 0, 360, skin, -1)
    cv2.ellipse(picture, (250, 230), (115, 105), 0, 180, 360, (30, 26, 24), -1)
    written, content = cv2.imencode(".jpg", picture)
    assert written
    return content.tobytes()


def pdf(mark: str) -> bytes:
    """A PDF of one empty A4 page; `mark` makes it another file."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(595 + sum(mark.encode()) % 50 / 100, 842)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """An .xlsx of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read_ticket(content: bytes) -> tuple[str, str]:
    """The text of a ticket's first page, and what its QR code says."""
    page = pypdfium2.PdfDocument(content)[0]
    text = page.get_textpage().get_text_bounded()
    codes = zxingcpp.read_barcodes(page.render(scale=4).to_numpy())
    assert len(codes) == 1, codes
    return text, codes[0].text
