import io
import zipfile

import openpyxl
import pytest

from core.kinds import HEAD_BYTES, PICTURES, SUFFIXES, VIDEOS, MediaKind, kind_of


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + b"\0\0\0\0" + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\x08mdat"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>" * 50)
    return buffer.getvalue()


def ebml(doctype: bytes) -> bytes:
    body = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(body)]) + body + b"\x18\x53\x80\x67"


TS_PACKET = b"\x47\x40\x00\x10" + b"\0" * 184


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", MediaKind.JPEG),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00", MediaKind.JPEG),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", MediaKind.PNG),
        (ftyp(b"heic", b"mif1", b"heic"), MediaKind.HEIC),
        (ftyp(b"mif1", b"mif1", b"heic"), MediaKind.HEIC),
        (ftyp(b"mif1", b"mif1", b"avif"), MediaKind.UNKNOWN),
        (ftyp(b"avif", b"avif"), MediaKind.UNKNOWN),
        (b"%PDF-1.7\n%\xe2\xe3", MediaKind.PDF),
        (b"\xef\xbb\xbf\n%PDF-1.4", MediaKind.PDF),
        (b"<html>%PDF-1.4", MediaKind.UNKNOWN),
        (zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), MediaKind.XLSX),
        (zipped("word/document.xml"), MediaKind.UNKNOWN),
        (zipped("notes/xl/readme.txt"), MediaKind.UNKNOWN),
        (ftyp(b"isom", b"iso2", b"mp41"), MediaKind.MP4),
        (ftyp(b"qt  "), MediaKind.QUICKTIME),
        (b"\0\0\0\x08wide\0\0\0\0mdat", MediaKind.QUICKTIME),
        (ebml(b"webm"), MediaKind.WEBM),
        (ebml(b"matroska"), MediaKind.MATROSKA),
        (ebml(b"other"), MediaKind.UNKNOWN),
        (TS_PACKET * 4, MediaKind.MPEG_TS),
        (TS_PACKET, MediaKind.UNKNOWN),  # one sync byte proves nothing
        (TS_PACKET + b"x" * 400, MediaKind.UNKNOWN),
        (b"GIF89a", MediaKind.UNKNOWN),
        (b"MZ\x90\x00", MediaKind.UNKNOWN),
        (b"", MediaKind.UNKNOWN),
        (b"\xff\xd8", MediaKind.UNKNOWN),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head, kind):
    assert kind_of(head) is kind


def test_a_workbook_written_by_openpyxl_is_known_by_its_head():
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    assert kind_of(buffer.getvalue()[:HEAD_BYTES]) is MediaKind.XLSX


def test_every_kind_has_a_suffix_and_pictures_and_videos_are_apart():
    assert set(SUFFIXES) == set(MediaKind)
    assert not PICTURES & VIDEOS
