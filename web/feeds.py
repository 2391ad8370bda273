"""What the public subscribes to: an Atom feed of publications (RFC 4287), a calendar of key dates (RFC 5545)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
_FOLD = 75
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing published: its lasting name, address below the site's root, title, moment and a line about it."""

    name: str
    path: str
    title: str
    at: datetime
    about: str


@dataclass(frozen=True, slots=True)
class Event:
    """One key date: a whole day, or from one moment to another."""

    name: str
    title: str
    begins: date | datetime
    ends: date | datetime | None = None
    place: str = ""


def atom(site: str, path: str, title: str, entries: Sequence[Entry], language: str) -> bytes:
    """The feed at `site` + `path`; its ids hold code and number alone, so that they outlive a change of address."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    newest = max((one.at for one in entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    _texts(feed, id=f"tag:gongxuan,2026:{path}", title=title, updated=newest.isoformat())
    ET.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "href": site + path})
    for one in entries:
        entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
        _texts(entry, id=f"tag:gongxuan,2026:{one.name}", title=one.title, updated=one.at.isoformat())
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": site + one.path})
        _texts(ET.SubElement(entry, f"{{{ATOM}}}author"), name=one.about)
    written: bytes = ET.tostring(feed, "utf-8", xml_declaration=True)
    return written


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text.translate(_UNWRITABLE)


def calendar(title: str, events: Iterable[Event], stamp: datetime) -> bytes:
    """The key dates as one calendar; lines end in CRLF and are folded at 75 octets, never inside a character."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gongxuan//calendar//", f"X-WR-CALNAME:{_escaped(title)}"]
    for one in events:
        lines += ["BEGIN:VEVENT", f"UID:{one.name}@gongxuan", f"DTSTAMP:{_utc(stamp)}"]
        lines += [_when("DTSTART", one.begins), _when("DTEND", _end(one)), f"SUMMARY:{_escaped(one.title)}"]
        lines += [f"LOCATION:{_escaped(one.place)}"] if one.place else []
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _end(event: Event) -> date | datetime:
    """A whole day ends where the next begins."""
    last = event.ends or event.begins
    return last if isinstance(last, datetime) else last + timedelta(days=1)


def _when(name: str, moment: date | datetime) -> str:
    return f"{name}:{_utc(moment)}" if isinstance(moment, datetime) else f"{name};VALUE=DATE:{moment:%Y%m%d}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text.replace("\r", "").translate(_UNWRITABLE)


def _folded(line: str) -> bytes:
    pieces, piece = [], b""
    for sign in line:
        coded = sign.encode()
        if len(piece) + len(coded) > _FOLD:
            pieces.append(piece)
            piece = b" "
        piece += coded
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
