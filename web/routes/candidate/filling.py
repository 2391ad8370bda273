"""Filling in a registration, one topic a page; each page is kept when it is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from core.canonical import fingerprint
from core.days import local_date
from core.errors import Refusal, Stale, refuse_any
from core.words import N_, Sentence
from exam.actions import keep_draft
from exam.applicant import APPRAISAL_WORDS, DEGREE_WORDS, EDUCATION_WORDS, POLITICAL_WORDS, facts_from_plain
from exam.careers import LEVEL_WORDS, Month, check_posts, duration, gaps, months_held, overlaps
from exam.conditions import leaves
from exam.identity import SEX_WORDS, ResidentNumber, mask_identity, read_identity
from exam.registration import FACT_FIELDS
from exam.relations import MOST_RELATIONS, read_relations
from exam.terms import CHANNEL_WORDS
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled
from web.routes.candidate.own import Own, load
from web.routes.candidate.reading import (
    READERS,
    entry_values,
    filled,
    read_course,
    read_post,
    read_relation,
    statement_conditions,
    years_asked,
)
from web.routes.candidate.topics import FIELDS, TOPIC_WORDS, Topic, shown_topics


@dataclass(frozen=True, slots=True)
class Entries:
    """A field that holds a list: how one entry is read, by what the list is ordered, and how many fit."""

    field: str
    read: Callable[[Form], dict[str, Any]]
    order: Callable[[Mapping[str, Any]], str]
    most: int


LISTS: Mapping[str, Entries] = {
    "education": Entries("education", read_course, lambda course: course["graduated"] or "9999", 12),
    "posts": Entries("posts", read_post, lambda held: held["since"], 40),
    "relations": Entries("relations", read_relation, lambda _: "", MOST_RELATIONS),
}


def keep(asker: Asker, own: Own, fields: Mapping[str, Any]) -> None:
    """Keep fields of the form; those that may not be changed now are left as they are."""
    open_ones = {name: value for name, value in fields.items() if own.may_change(name)}
    asker.house.acts.keep_sync(keep_draft, own.id, asker.person_id, open_ones)


# ── topics of single fields ──────────────────────────────────────────────────────────────────────────────────────────


@get("/my/{reference:str}/{page:str}", sync_to_thread=True)
def topic_page(asker: NamedDependency[Asker], reference: FromPath[str], page: FromPath[str]) -> Response[str]:
    """One topic, as it stands."""
    own, topic = load(asker, reference), _topic(page)
    values = filled(topic, own.form)
    if topic is Topic.PERSON and "birth_date" not in own.form:
        values.update(_from_identity(asker, own))
    return asker.page(f"candidate/{topic}.html", form=Filled(values), **_data(asker, own, topic))


@post("/my/{reference:str}/{page:str}", sync_to_thread=True)
def save_topic(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str], page: FromPath[str]
) -> Response[str] | Redirect:
    """Keep one topic and go back to the list."""
    own, topic = load(asker, reference), _topic(page)
    try:
        fields = READERS[topic](form, own.conditions, own.selection.reference_date.year)
        form.refuse()
        keep(asker, own, fields)
    except Refusal as refusal:
        return asker.refused(f"candidate/{topic}.html", form, refusal, **_data(asker, own, topic))
    return Redirect(own.path, status_code=303)


def _topic(page: str) -> Topic:
    return need(Topic(page) if page in READERS else None)


def _data(asker: Asker, own: Own, topic: Topic) -> dict[str, Any]:
    contact = asker.house.vault.open(own.person.contact_cipher) if own.person.contact_cipher else ""
    number = _number(asker, own)
    return {
        "own": own,
        "road": own.road,
        "title": TOPIC_WORDS[topic],
        "fields": FIELDS[topic],
        "identity": mask_identity(number),
        "contact": contact,
        "channels": _options({one: CHANNEL_WORDS[one] for one in own.terms.channels}),
        "sexes": _options(SEX_WORDS),
        "statuses": _options(POLITICAL_WORDS),
        "grades": _options(APPRAISAL_WORDS),
        "years": years_asked(own.conditions, own.selection.reference_date.year),
        "judged": statement_conditions(own.conditions),
        "asks": {str(one.kind) for one in leaves(own.conditions)},
        "next_topic": _next(own, topic),
    }


def _options(words: Mapping[Any, str]) -> list[tuple[str, Sentence]]:
    """The values of a choice with their names to be translated."""
    return [(str(value), Sentence(name)) for value, name in words.items()]


def _next(own: Own, topic: Topic) -> Topic:
    """The page after this one in the list."""
    pages = [*shown_topics(own.conditions, own.terms), Topic.PAPERS]
    return pages[pages.index(topic) + 1]


def _number(asker: Asker, own: Own) -> str:
    return asker.house.vault.open(own.person.identity_cipher) if own.person.identity_cipher else ""


def _from_identity(asker: Asker, own: Own) -> dict[str, object]:
    """Birth date and sex as the identity number states them, to be confirmed by the candidate."""
    read = read_identity(_number(asker, own), on=local_date(asker.visit.now, asker.visit.zone))
    if not isinstance(read, ResidentNumber):
        return {}
    return {"birth_date": read.birth_date.isoformat(), "sex": read.sex.value}


# ── lists: education and posts held ──────────────────────────────────────────────────────────────────────────────────


def entries_page(asker: Asker, reference: str, name: str) -> Response[str]:
    """The entries of a list in their order, with what they cover."""
    own = load(asker, reference)
    return asker.page(f"candidate/{name}.html", **_entries_data(own, name))


@get("/my/{reference:str}/education", sync_to_thread=True)
def education_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Education and degrees."""
    return entries_page(asker, reference, "education")


@get("/my/{reference:str}/posts", sync_to_thread=True)
def posts_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Posts held, month by month, with gaps and overlaps."""
    return entries_page(asker, reference, "posts")


@get("/my/{reference:str}/relations", sync_to_thread=True)
def relations_page(asker: NamedDependency[Asker], reference: FromPath[str]) -> Response[str]:
    """Family and important relations."""
    return entries_page(asker, reference, "relations")


def entry_page(asker: Asker, reference: str, name: str, row: int) -> Response[str]:
    """One entry of a list; the number after the last one is a new entry."""
    own = load(asker, reference)
    need(own.may_change(LISTS[name].field) or None)
    kept = _entry(own, LISTS[name], row)
    return asker.page(f"candidate/{name}_entry.html", form=Filled(entry_values(kept)), **_entry_data(own, name, row))


def save_entry(asker: Asker, form: Form, reference: str, name: str, row: int) -> Response[str] | Redirect:
    """Keep one entry, or take it out, and show the list again."""
    own, entries = load(asker, reference), LISTS[name]
    kept = _entry(own, entries, row)
    rest = [one for number, one in enumerate(_list(own, entries), start=1) if number != row]
    try:
        if form.raw("was") != _mark(kept):
            raise Stale("This entry was changed in another window. Open the list again.", current=_mark(kept))
        if form.raw("do") != "remove":
            rest.append(_read(asker, form, entries))
        whole = {entries.field: sorted(rest, key=entries.order)}
        asker.house.acts.keep_sync(keep_draft, own.id, asker.person_id, whole)
    except Refusal as refusal:
        return asker.refused(f"candidate/{name}_entry.html", form, refusal, **_entry_data(own, name, row))
    return Redirect(f"{own.path}/{name}", status_code=303)


@get("/my/{reference:str}/education/{row:int}", sync_to_thread=True)
def course_page(asker: NamedDependency[Asker], reference: FromPath[str], row: FromPath[int]) -> Response[str]:
    """One course of study."""
    return entry_page(asker, reference, "education", row)


@post("/my/{reference:str}/education/{row:int}", sync_to_thread=True)
def save_course(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str], row: FromPath[int]
) -> Response[str] | Redirect:
    """Keep or take out one course of study."""
    return save_entry(asker, form, reference, "education", row)


@get("/my/{reference:str}/posts/{row:int}", sync_to_thread=True)
def post_page(asker: NamedDependency[Asker], reference: FromPath[str], row: FromPath[int]) -> Response[str]:
    """One post held."""
    return entry_page(asker, reference, "posts", row)


@post("/my/{reference:str}/posts/{row:int}", sync_to_thread=True)
def save_post(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str], row: FromPath[int]
) -> Response[str] | Redirect:
    """Keep or take out one post held."""
    return save_entry(asker, form, reference, "posts", row)


@get("/my/{reference:str}/relations/{row:int}", sync_to_thread=True)
def relation_page(asker: NamedDependency[Asker], reference: FromPath[str], row: FromPath[int]) -> Response[str]:
    """One relation."""
    return entry_page(asker, reference, "relations", row)


@post("/my/{reference:str}/relations/{row:int}", sync_to_thread=True)
def save_relation(
    asker: NamedDependency[Asker], form: NamedDependency[Form], reference: FromPath[str], row: FromPath[int]
) -> Response[str] | Redirect:
    """Keep or take out one relation."""
    return save_entry(asker, form, reference, "relations", row)


def _read(asker: Asker, form: Form, entries: Entries) -> dict[str, Any]:
    """One entry as typed, refused with all its problems."""
    entry = entries.read(form)
    form.refuse()
    if entries.field == "posts":
        today = local_date(asker.visit.now, asker.visit.zone)
        problems = check_posts(facts_from_plain({"posts": [entry]}).posts, today)
        for problem in problems:
            form.wrong(problem.field, problem.sentence, **problem.facts)
        refuse_any(form.problems)
    return entry


def _list(own: Own, entries: Entries) -> list[Mapping[str, Any]]:
    return list(own.form.get(entries.field) or ())


def _entry(own: Own, entries: Entries, row: int) -> Mapping[str, Any]:
    """The entry of a 1-based row, empty for the one after the last."""
    kept = _list(own, entries)
    if 1 <= row <= len(kept):
        return kept[row - 1]
    return need({} if row == len(kept) + 1 and row <= entries.most else None)


def _mark(entry: Mapping[str, Any]) -> str:
    """What an entry looked like when its page was shown."""
    return fingerprint(entry)[:16] if entry else "new"


def _entry_data(own: Own, name: str, row: int) -> dict[str, Any]:
    kept = _entry(own, LISTS[name], row)
    return {
        "own": own,
        "road": own.road,
        "row": row,
        "is_new": not kept,
        "was": _mark(kept),
        "levels": _options(EDUCATION_WORDS),
        "degrees": _options(DEGREE_WORDS),
        "post_levels": _options(LEVEL_WORDS),
        "full_time": _options({"1": N_("Full-time"), "0": N_("In-service")}),
    }


def _entries_data(own: Own, name: str) -> dict[str, Any]:
    entries = LISTS[name]
    listed = _list(own, entries)
    facts = facts_from_plain({entries.field: listed} if entries.field in FACT_FIELDS else {})
    through = Month.of(own.selection.reference_date)
    return {
        "own": own,
        "road": own.road,
        "courses": facts.education,
        "posts": facts.posts,
        "most": entries.most,
        "relations": read_relations(listed) if entries.field == "relations" else (),
        "held": duration(months_held(facts.posts, through)),
        "gaps": [(gap.since.words(), gap.until.words(), duration(gap.months)) for gap in gaps(facts.posts, through)],
        "overlaps": [(one, other, duration(span.months)) for one, other, span in overlaps(facts.posts, through)],
        "level_words": {**EDUCATION_WORDS, **LEVEL_WORDS},
        "degree_words": DEGREE_WORDS,
    }
