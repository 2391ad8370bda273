"""Subscriptions of the public: feeds of what is published, calendars of key dates."""

from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from core.settings import Zone
from core.words import N_, Name, Sentence
from exam.plan import PUBLICATION_WORDS, PublicationKind
from exam.queries import AnnouncementPage, announcement_page, public_selections
from exam.tables import Publication, Selection
from web.asking import Asker, need
from web.feeds import Entry, Event, atom, calendar
from web.i18n import Translator

MOST_ENTRIES = 50


@get("/atom.xml", sync_to_thread=True)
def feed(asker: NamedDependency[Asker], request: Request[Any, Any, Any]) -> Response[bytes]:
    """The newest announcements of all selections."""
    lines = asker.read(public_selections, asker.visit.now)[:MOST_ENTRIES]
    entries = [
        Entry(f"s/{one.selection.code}", f"/s/{one.selection.code}", _title(asker, one.selection), one.announced_at,
              one.selection.authority)
        for one in lines
    ]  # fmt: skip
    return _xml(asker, request, "/atom.xml", _say(asker)(N_("Announcements")), entries)


@get("/s/{code:str}/atom.xml", sync_to_thread=True)
def selection_feed(
    asker: NamedDependency[Asker], request: Request[Any, Any, Any], code: FromPath[str]
) -> Response[bytes]:
    """Everything published about one selection, newest first."""
    page = need(asker.read(announcement_page, code, asker.visit.now))
    entries = [_entry(asker, page, one) for one in page.publications[:MOST_ENTRIES]]
    return _xml(asker, request, f"/s/{code}/atom.xml", _title(asker, page.selection), entries)


@get("/s/{code:str}/calendar.ics", sync_to_thread=True)
def selection_calendar(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[bytes]:
    """The key dates of one selection, as announced."""
    with asker.reading() as session:
        page = need(announcement_page(session, code, asker.visit.now))
        body = calendar(_title(asker, page.selection), _events(asker, page), page.announcement.published_at)
    return Response(body, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _say(asker: Asker) -> Translator:
    return Translator(asker.visit.language, asker.visit.zone)


def _title(asker: Asker, selection: Selection) -> str:
    return _say(asker).fact(Name(selection.title, selection.title_en))


def _entry(asker: Asker, page: AnnouncementPage, one: Publication) -> Entry:
    path = f"/s/{page.selection.code}/p/{one.number}"
    facts = {"kind": Sentence(PUBLICATION_WORDS[PublicationKind(one.kind)]), "version": one.version}
    title = _say(asker)(N_("{kind}, version {version}"), **facts)
    return Entry(path.strip("/"), path, title, one.published_at, page.selection.authority)


def _events(asker: Asker, page: AnnouncementPage) -> list[Event]:
    say, content, code = _say(asker), page.announcement.content, page.selection.code
    opens, closes = (datetime.fromisoformat(content["registration"][name]) for name in ("opens", "closes"))
    about = content["selection"]
    site = say.fact(Name(about["exam_site"], about["exam_site_en"]))
    events = [
        Event(f"{code}-opens", say(N_("Registration opens")), opens, opens),
        Event(f"{code}-closes", say(N_("Registration closes")), closes, closes),
    ]
    for paper in content["papers"]:
        starts = datetime.fromisoformat(paper["starts_at"])
        ends = starts + timedelta(minutes=paper["minutes"])
        events.append(Event(f"{code}-{paper['key']}", say(N_("Written exam")), starts, ends, site))
    if about["interview_on"]:
        events.append(Event(f"{code}-interview", say(N_("Interview")), date.fromisoformat(about["interview_on"])))
    for one in page.publications:
        if one.objections_until:
            facts = {"kind": Sentence(PUBLICATION_WORDS[PublicationKind(one.kind)])}
            title = say(N_("Last day for objections: {kind}"), **facts)
            events.append(Event(f"{code}-objections-{one.number}", title, one.objections_until))
    return events


def _xml(asker: Asker, request: Request[Any, Any, Any], path: str, title: str, entries: list[Entry]) -> Response[bytes]:
    site = str(request.base_url).rstrip("/")
    body = atom(site, path, title, entries, asker.visit.language.tag)
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers={"Cache-Control": "no-cache"})


router = Router("/", route_handlers=[feed, selection_feed, selection_calendar], opt={"zone": Zone.PUBLIC})
