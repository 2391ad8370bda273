"""What a file is, told by its first bytes and never by its name or the sender's word."""

import re
from enum import StrEnum

HEAD_BYTES = 65536
"""How much of a file's beginning `kind_of` wants to see; less is enough for everything but .xlsx."""


class MediaKind(StrEnum):
    """A kind of file this system takes; the value is its media type (IANA)."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    PDF = "application/pdf"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    MP4 = "video/mp4"
    QUICKTIME = "video/quicktime"
    WEBM = "video/webm"
    MATROSKA = "video/matroska"
    MPEG_TS = "video/mp2t"
    UNKNOWN = "application/octet-stream"


SUFFIXES = {
    MediaKind.JPEG: ".jpg",
    MediaKind.PNG: ".png",
    MediaKind.HEIC: ".heic",
    MediaKind.PDF: ".pdf",
    MediaKind.XLSX: ".xlsx",
    MediaKind.MP4: ".mp4",
    MediaKind.QUICKTIME: ".mov",
    MediaKind.WEBM: ".webm",
    MediaKind.MATROSKA: ".mkv",
    MediaKind.MPEG_TS: ".ts",
    MediaKind.UNKNOWN: ".bin",
}
"""The usual ending of each kind, for names under which files are handed out."""

PICTURES = frozenset({MediaKind.JPEG, MediaKind.PNG, MediaKind.HEIC})
VIDEOS = frozenset({MediaKind.MP4, MediaKind.QUICKTIME, MediaKind.WEBM, MediaKind.MATROSKA, MediaKind.MPEG_TS})

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_ZIP_MEMBER_OF_XLSX = re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL)
_TS_PACKET = 188
_EBML = b"\x1a\x45\xdf\xa3"
_PDF_SLACK = 64


def kind_of(head: bytes) -> MediaKind:
    """The kind of a file from its first bytes (up to HEAD_BYTES); UNKNOWN if it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return MediaKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaKind.PNG
    if head.startswith(b"PK\x03\x04"):
        return MediaKind.XLSX if _ZIP_MEMBER_OF_XLSX.search(head) else MediaKind.UNKNOWN
    if head.startswith(_EBML):
        return _ebml_kind(head)
    if head[4:8] == b"ftyp":
        return _ftyp_kind(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):  # QuickTime before ftyp was invented
        return MediaKind.QUICKTIME
    if _is_transport_stream(head):
        return MediaKind.MPEG_TS
    if head.lstrip(b"\xef\xbb\xbf\r\n\t \x00")[:5] == b"%PDF-" and b"%PDF-" in head[:_PDF_SLACK]:
        return MediaKind.PDF
    return MediaKind.UNKNOWN


def _ftyp_kind(head: bytes) -> MediaKind:
    """ISO base media (ISO/IEC 14496-12): the major brand decides, then the compatible ones."""
    size = min(int.from_bytes(head[:4], "big"), 256)
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, size, 4)}
    if b"avif" in compatible or major in (b"avif", b"avis"):
        return MediaKind.UNKNOWN
    if major in _HEIC_BRANDS:
        return MediaKind.HEIC
    return MediaKind.QUICKTIME if major == b"qt  " else MediaKind.MP4


def _ebml_kind(head: bytes) -> MediaKind:
    """Matroska and WebM (RFC 8794, RFC 9559) differ by the DocType in the EBML header."""
    found = re.search(rb"\x42\x82[\x80-\xff](webm|matroska)", head[:_PDF_SLACK])
    if not found:
        return MediaKind.UNKNOWN
    return MediaKind.WEBM if found[1] == b"webm" else MediaKind.MATROSKA


def _is_transport_stream(head: bytes) -> bool:
    """MPEG-TS (ISO/IEC 13818-1): packets of 188 bytes that each begin with 0x47; at least three are wanted."""
    starts = head[: 10 * _TS_PACKET : _TS_PACKET]
    return len(starts) >= 3 and set(starts) == {0x47}
