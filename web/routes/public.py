"""What anyone may read: the list of selections, announcements, everything published, and why each figure is so."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from core.days import local_date
from core.settings import Zone
from core.words import N_, Name, Sentence
from exam.amendments import Difference, differences
from exam.condition_words import condition_words
from exam.conditions import parse_eligibility
from exam.plan import PUBLICATION_WORDS, PublicationKind
from exam.queries import AnnouncementPage, SelectionLine, announcement_page, funnel, public_selections, publication
from exam.stages import STAGE_WORDS, Stage, has_reached
from exam.tables import Publication
from exam.terms import CountsShown, Terms, terms_from_plain, terms_to_plain, terms_words
from exam.vetting import RegistrationState
from scoring.example import worked_example
from scoring.explain import Names, step_sentence
from scoring.inputs import Post
from scoring.queries import tally_of_publication
from scoring.replacement import Event, event_words
from scoring.scheme import Scheme
from scoring.words import SchemeWords, scheme_in_words
from web.asking import Asker, need
from web.corrected import replaced
from web.i18n import Language, Translator
from web.pages import Stage as Milestone
from web.results import (
    marks_tables,
    names_tables,
    post_name,
    rankings,
    scheme_in_force_now,
    scheme_of_digest,
    selection_title,
    ticket_scheme,
)
from web.roads import road_of
from web.why import why

STAGE_KINDS = {Stage.REGISTRATION: "running", Stage.PUBLISHED: "done", Stage.RESERVE: "done"}


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/", sync_to_thread=True)
def selections_page(asker: NamedDependency[Asker], q: FromQuery[str] = "") -> Response[str]:
    """Every announced selection: what is open and until when first."""
    lines = [line for line in asker.read(public_selections, asker.visit.now) if _matches(line, q)]
    coming = [line for line in lines if line.stage in {Stage.ANNOUNCED, Stage.REGISTRATION}]
    ended = [line for line in lines if has_reached(line.stage, Stage.PUBLISHED)]
    return asker.page(
        "public/selections.html",
        q=q,
        coming=sorted(coming, key=lambda line: line.selection.registration_closes),
        running=[line for line in lines if line not in coming and line not in ended],
        ended=ended,
        words={**STAGE_WORDS, Stage.RESERVE: STAGE_WORDS[Stage.PUBLISHED]},  # the pool is not the public's
        kinds=STAGE_KINDS,
        title_of=selection_title,
    )


def _matches(line: SelectionLine, asked: str) -> bool:
    selection = line.selection
    held = f"{selection.code} {selection.title} {selection.title_en} {selection.authority} {selection.authority_en}"
    return asked.strip().casefold() in held.casefold()


# ── an announcement ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AnnouncedPost:
    """A post as announced, and how many go on at each cut; nobody goes on in a cancelled one."""

    code: str
    name: Name
    unit: Name
    headcount: int
    cuts: tuple[int, ...]
    conditions: tuple[tuple[str, Sentence], ...]
    cancelled: bool = False


@get("/s/{code:str}", sync_to_thread=True)
def announcement(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The newest announcement of a selection."""
    with asker.reading() as session:
        page = need(announcement_page(session, code, asker.visit.now))
        return _announcement(asker, session, page, page.announcement)


@get("/s/{code:str}/p/{number:int}", sync_to_thread=True)
def publication_page(asker: NamedDependency[Asker], code: FromPath[str], number: FromPath[int]) -> Response[str]:
    """One publication by its number, exactly as it was published."""
    with asker.reading() as session:
        page = need(announcement_page(session, code, asker.visit.now))
        shown = _numbered(page, number)
        if shown.kind == PublicationKind.ANNOUNCEMENT:
            return _announcement(asker, session, page, shown)
        return asker.page(_TEMPLATES[PublicationKind(shown.kind)], **_published(asker, session, page, shown))


def _numbered(page: AnnouncementPage, number: int) -> Publication:
    return need(next((one for one in page.publications if one.number == number), None))


_TEMPLATES = {
    PublicationKind.VETTING_LIST: "public/vetting.html",
    PublicationKind.WRITTEN_RESULTS: "public/marks.html",
    PublicationKind.INTERVIEW_ENTRY: "public/ranking.html",
    PublicationKind.COMPOSITE: "public/ranking.html",
    PublicationKind.PROPOSED_NAMES: "public/names.html",
    PublicationKind.OPENING: "public/decision.html",
    PublicationKind.REPLACEMENT: "public/decision.html",
}


def _announcement(asker: Asker, session: Session, page: AnnouncementPage, shown: Publication) -> Response[str]:
    content = shown.content
    rules = content.get("scheme") or content["rules"]
    found = scheme_of_digest(session, page.selection.id, rules["sha256"])
    scheme = found[0] if found else None
    terms = content.get("terms") or terms_to_plain(Terms())
    return asker.page(
        "public/announcement.html",
        **_frame(asker, page, shown),
        about=content["selection"],
        title=_named(content["selection"], "title"),
        authority=_named(content["selection"], "authority"),
        site=_named(content["selection"], "exam_site"),
        opens=datetime.fromisoformat(content["registration"]["opens"]),
        closes=datetime.fromisoformat(content["registration"]["closes"]),
        posts=_posts(content, scheme),
        cuts=[cut.name for cut in scheme.cuts] if scheme else [],
        common=_common(content),
        scope=_named(terms, "scope"),
        procedure=_named(terms, "procedure"),
        asked=terms_words(terms_from_plain(terms)),
        counts=_counts(session, page, terms_from_plain(terms).counts),
        words=scheme_in_words(scheme) if scheme else None,
        example=_example(scheme),
        examples=[_example(variant.scheme) for variant in scheme.variants] if scheme else [],
        rules=rules,
        timetable=_timetable(asker, page, content, scheme),
        amendment=content.get("amendment") if shown.version > 1 else None,
        changes=_changes(session, page, shown),
        versions=[one for one in page.publications if one.kind == PublicationKind.ANNOUNCEMENT],
        others=[one for one in page.publications if one.kind != PublicationKind.ANNOUNCEMENT],
        is_open=page.stage is Stage.REGISTRATION,
    )


def _changes(session: Session, page: AnnouncementPage, shown: Publication) -> list[Difference]:
    """What this version changed of the one before it."""
    older = [one for one in page.publications if one.kind == shown.kind and one.version == shown.version - 1]
    before = publication(session, page.selection.id, older[0].number) if older else None
    return differences(before.content, shown.content) if before else []


def _counts(session: Session, page: AnnouncementPage, shown: CountsShown) -> dict[str, tuple[int, int | None]]:
    """Registered people and, where it is shown, passed ones, by the post's code; empty where nothing is shown."""
    if shown is CountsShown.NONE:
        return {}
    counted = funnel(session, page.selection.id)
    left_out = {RegistrationState.DRAFT, RegistrationState.WITHDRAWN}
    found = {}
    for one in page.posts:
        states = counted.get(one.post.id or 0, {})
        registered = sum(count for state, count in states.items() if state not in left_out)
        passed = states.get(RegistrationState.PASSED, 0) if shown is CountsShown.PASSED else None
        found[one.post.code] = (registered, passed)
    return found


def _named(row: dict[str, Any], name: str) -> Name:
    return Name(row[name], row[f"{name}_en"] or row[name])


def _posts(content: dict[str, Any], scheme: Scheme | None) -> list[AnnouncedPost]:
    rules = parse_eligibility(content["eligibility"])
    return [
        AnnouncedPost(
            row["code"],
            _named(row, "name"),
            _named(row, "unit"),
            row["headcount"],
            tuple(cut.wanted(row["headcount"]) for cut in _at(scheme, row).cuts) if scheme else (),
            tuple((one.number, condition_words(one, rules.reference_date)) for one in rules.posts.get(row["code"], ())),
            bool(row.get("cancelled")),
        )
        for row in content["posts"]
    ]


def _at(scheme: Scheme, row: dict[str, Any]) -> Scheme:
    """The rules as they hold for an announced post."""
    return scheme.at(Post(row["code"], row["headcount"], row.get("closed_group", "")))


def _common(content: dict[str, Any]) -> list[tuple[str, Sentence]]:
    rules = parse_eligibility(content["eligibility"])
    return [(one.number, condition_words(one, rules.reference_date)) for one in rules.common]


def _example(scheme: Scheme | None) -> list[Sentence]:
    """A made-up candidate calculated by the frozen scheme, step by step; judges' single elements are left out."""
    example = worked_example(scheme) if scheme else None
    if example is None or scheme is None:
        return []
    names = Names.of(scheme)
    documents = [step.document() for step in example.steps]
    return [step_sentence(step, names) for step in documents if step["kind"] != "judge_totals"]


def _timetable(asker: Asker, page: AnnouncementPage, content: dict[str, Any], scheme: Scheme | None) -> list[Milestone]:
    """The days that the announcement names, with what has passed."""
    say, now = Translator(asker.visit.language, asker.visit.zone), asker.visit.now
    zone = asker.visit.zone
    opens = datetime.fromisoformat(content["registration"]["opens"])
    closes = datetime.fromisoformat(content["registration"]["closes"])
    first = min(one.published_at for one in page.publications if one.kind == PublicationKind.ANNOUNCEMENT)
    rows: list[tuple[datetime | date, datetime | date, str, str | Sentence]] = [
        (first, first, say.day(first, weekday=True), Sentence(N_("Announcement published"))),
        (opens, closes, _until(say, opens, closes), Sentence(N_("Registration online"))),
    ]
    names = Names.of(scheme) if scheme else Names()
    for paper in content["papers"]:
        starts = datetime.fromisoformat(paper["starts_at"])
        rows.append((starts, starts, say.moment(starts, weekday=True), say.fact(names.part(paper["key"]))))
    if content["selection"]["interview_on"]:
        day = date.fromisoformat(content["selection"]["interview_on"])
        rows.append((day, day, say.day(day, weekday=True), Sentence(STAGE_WORDS[Stage.INTERVIEW])))
    today = local_date(now, zone)
    return [
        Milestone(name, when, _passed(begin, end, now, today))
        for begin, end, when, name in rows
    ]  # fmt: skip


def _until(say: Translator, opens: datetime, closes: datetime) -> str:
    return say(N_("{opens} to {closes}"), opens=say.moment(opens), closes=say.moment(closes))


def _passed(begin: datetime | date, end: datetime | date, now: datetime, today: date) -> str:
    """Past, here or ahead; a whole day counts until it is over."""
    if isinstance(begin, datetime) and isinstance(end, datetime):
        return "ahead" if now < begin else "here" if begin <= now < end else "past"
    return "ahead" if today < begin else "here" if today == begin else "past"


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _frame(asker: Asker, page: AnnouncementPage, shown: Publication) -> dict[str, Any]:
    """What stands around every publication: the road, its number, code and digest, newer versions."""
    newest = next(one for one in page.publications if one.kind == shown.kind)
    visit = asker.visit
    return {
        "selection": page.selection,
        "selection_title": selection_title(page.selection),
        "publication": shown,
        "newest": newest,
        "kind_words": PUBLICATION_WORDS,
        "base": f"/s/{page.selection.code}",
        "road": road_of(
            page.selection,
            page.publications,
            visit.now,
            visit.zone,
            papers=page.papers,
            english=visit.language is Language.ENGLISH,
        ),
    }


def _published(asker: Asker, session: Session, page: AnnouncementPage, shown: Publication) -> dict[str, Any]:
    frame = _frame(asker, page, shown) | {"replaced": replaced(session, shown)}
    posts = [one.post for one in page.posts]
    kind = PublicationKind(shown.kind)
    if kind is PublicationKind.PROPOSED_NAMES:
        return {**frame, "tables": names_tables(shown.content, posts), "composite": _composite(page)}
    if kind is PublicationKind.VETTING_LIST:
        names = {post.code: post_name(post) for post in posts}
        return {**frame, "lists": shown.content["posts"], "names": names}
    if kind is PublicationKind.WRITTEN_RESULTS:
        scheme = need(scheme_in_force_now(session, page.selection.id))
        return {**frame, "tables": marks_tables(shown.content, scheme, posts)}
    if kind in {PublicationKind.OPENING, PublicationKind.REPLACEMENT}:
        content = shown.content
        event = event_words(Event(content["event"])) if "event" in content else ""
        return {**frame, "content": content, "posts": content.get("posts", ()), "event": event}
    kept = _RANKED.get(shown.sha256)
    if kept is None:
        if len(_RANKED) >= MOST_RANKED:
            _RANKED.clear()
        kept = _RANKED[shown.sha256] = _ranked(session, page, shown, f"{frame['base']}/p/{shown.number}/why/")
    return {**frame, **kept}


MOST_RANKED = 64
_RANKED: dict[str, dict[str, Any]] = {}
"""Published rankings by their content's SHA-256: a publication never changes, so its view is built once."""


def _ranked(session: Session, page: AnnouncementPage, shown: Publication, address: str) -> dict[str, Any]:
    scheme, version = need(scheme_of_digest(session, page.selection.id, shown.content["tally"]["scheme"]))
    words = scheme_in_words(scheme)
    return {
        "rankings": rankings(shown.content["outcome"], scheme, [one.post for one in page.posts], address),
        "formula": _formula(words, shown.content["outcome"]["stages"][-1]["by"]),
        "version": version,
        "tally": shown.content["tally"],
    }


def _formula(words: SchemeWords, by: str) -> Any:
    return next((part.formula for part in words.parts if part.key == by), None)


def _composite(page: AnnouncementPage) -> Publication | None:
    """The ranking that proposed names rest on."""
    return next((one for one in page.publications if one.kind == PublicationKind.COMPOSITE), None)


@get("/s/{code:str}/p/{number:int}/why/{ticket:str}", sync_to_thread=True)
def why_page(
    asker: NamedDependency[Asker], code: FromPath[str], number: FromPath[int], ticket: FromPath[str]
) -> Response[str]:
    """Why a ticket number stands where it stands: inputs, rule, each rounding, marks without seats."""
    with asker.reading() as session:
        page = need(announcement_page(session, code, asker.visit.now))
        shown = _numbered(page, number)
        tally = need(tally_of_publication(session, shown.id or 0))
        scheme, version = need(scheme_of_digest(session, page.selection.id, tally.scheme_sha256))
        found = need(why(tally.outcome, ticket, ticket_scheme(session, tally, scheme, ticket)))
        return asker.page(
            "public/why.html", **_frame(asker, page, shown), why=found, tally=shown.content["tally"], version=version
        )


router = Router(
    "/",
    route_handlers=[selections_page, announcement, publication_page, why_page],
    opt={"zone": Zone.PUBLIC},
)
