"""Amending what was announced (更正、核减、取消): what may still be changed, and what one version changed of another.

Titles, conditions and the scheme are frozen with the rules; days, places, telephones, headcounts and whole posts may
have to give way to events. Each amendment is proposed with its reason, published as the announcement's next version,
and shown as old and new (更正公告).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.errors import Problem
from core.words import N_, Name, Sentence
from exam.condition_words import condition_words
from exam.conditions import condition_from_plain

_REASON = 2000
MOMENTS = ("registration_closes",)
DAYS = ("interview_on",)
TEXTS = ("exam_site", "exam_site_en", "telephone", "supervision_telephone")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What changes: single fields of the selection, starts of papers by key, headcounts and ends of posts by code."""

    fields: Mapping[str, str | date | datetime]
    papers: Mapping[str, datetime]
    headcounts: Mapping[str, int]
    cancelled: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.fields or self.papers or self.headcounts or self.cancelled)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands before the amendment: headcounts of the posts not cancelled yet, and the papers' keys."""

    headcounts: Mapping[str, int]
    papers: tuple[str, ...]


def amendment_to_plain(amendment: Amendment) -> dict[str, object]:
    """An amendment as plain data for its row."""
    return {
        "fields": {name: _plain(value) for name, value in amendment.fields.items()},
        "papers": {key: starts.isoformat() for key, starts in amendment.papers.items()},
        "headcounts": dict(amendment.headcounts),
        "cancelled": list(amendment.cancelled),
    }


def amendment_from_plain(raw: Mapping[str, Any]) -> Amendment:
    """An amendment from its row."""
    fields: dict[str, str | date | datetime] = {}
    for name, value in raw["fields"].items():
        fields[name] = datetime.fromisoformat(value) if name in MOMENTS else value
        if name in DAYS:
            fields[name] = date.fromisoformat(value)
    papers = {key: datetime.fromisoformat(value) for key, value in raw["papers"].items()}
    return Amendment(fields, papers, dict(raw["headcounts"]), tuple(raw["cancelled"]))


def check_amendment(amendment: Amendment, reason: str, standing: Standing) -> list[Problem]:
    """Every problem of an amendment in itself; headcounts are a hard limit and can only be reduced."""
    problems = []
    if amendment.is_empty:
        problems.append(Problem("Nothing is changed by this.", {}, ""))
    if not reason.strip() or len(reason) > _REASON:
        problems.append(Problem("State the reason in 1 to {most} characters.", {"most": _REASON}, "reason"))
    problems += [
        Problem("There is no post with the code {code}.", {"code": code}, f"posts.{code}")
        for code in (*amendment.headcounts, *amendment.cancelled)
        if code not in standing.headcounts
    ]
    problems += [
        Problem("The headcount can only be reduced, and not below 1: to take away all places, cancel the post.", {},
                f"posts.{code}")
        for code, count in amendment.headcounts.items()
        if code in standing.headcounts and not 1 <= count < standing.headcounts[code]
    ]  # fmt: skip
    problems += [
        Problem("A post is either reduced or cancelled.", {}, f"posts.{code}")
        for code in amendment.cancelled
        if code in amendment.headcounts
    ]
    return problems + [
        Problem("There is no paper {paper}.", {"paper": key}, f"papers.{key}")
        for key in amendment.papers
        if key not in standing.papers
    ]


# ── what a version changed ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a correction: what, what it was, what it is; None where it was or is not there."""

    what: Sentence
    old: object | None
    new: object | None


FIELD_NAMES = {
    "title": N_("Title in Chinese"),
    "title_en": N_("Title in English"),
    "kind": N_("Kind"),
    "authority": N_("Held by"),
    "ground": N_("Ground"),
    "reference_date": N_("Ages and years count to"),
    "exam_site": N_("Exam site"),
    "exam_site_en": N_("Exam site (in English)"),
    "interview_on": N_("Interview planned on"),
    "telephone": N_("Telephone for enquiries"),
    "supervision_telephone": N_("Telephone of the supervisors"),
}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What a version of the announcement changed of an earlier one, in the order of the page."""
    found = list(_flat(FIELD_NAMES, before["selection"], after["selection"]))
    windows = {"opens": N_("Registration opens"), "closes": N_("Registration closes")}
    found += _flat(windows, before["registration"], after["registration"])
    found += _posts(before["posts"], after["posts"])
    found += _conditions(before["eligibility"], after["eligibility"])
    found += _papers(before["papers"], after["papers"])
    old, new = (one.get("scheme", {}).get("version") for one in (before, after))
    if old != new:
        found.append(Difference(Sentence(N_("Version of the rules")), old, new))
    return found


def _flat(names: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key, words in names.items():
        old, new = before.get(key) or None, after.get(key) or None
        if old != new:
            yield Difference(Sentence(words), _shown(old), _shown(new))


def _posts(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    old, new = ({post["code"]: post for post in posts} for posts in (before, after))
    for code in sorted(old | new):
        what = Sentence(N_("Post {code}"), {"code": code})
        if code not in old or code not in new:
            yield Difference(what, _post_name(old.get(code)), _post_name(new.get(code)))
            continue
        if old[code]["headcount"] != new[code]["headcount"]:
            words = Sentence(N_("Places of post {code}"), {"code": code})
            yield Difference(words, old[code]["headcount"], new[code]["headcount"])
        if bool(old[code].get("cancelled")) != bool(new[code].get("cancelled")):
            yield Difference(what, _post_name(old[code]), Sentence(N_("cancelled")))


def _post_name(post: Mapping[str, Any] | None) -> Name | None:
    return Name(post["name"], post["name_en"] or post["name"]) if post else None


def _conditions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = (dict(_numbered(one)) for one in (before, after))
    for number in sorted(old | new, key=lambda text: (len(text), text)):
        if old.get(number) != new.get(number):
            words = Sentence(N_("Condition {number}"), {"number": number})
            yield Difference(words, old.get(number), new.get(number))


def _numbered(section: Mapping[str, Any]) -> Iterator[tuple[str, Sentence]]:
    day = date.fromisoformat(section["reference_date"])
    everything = [*section["conditions"], *(c for post in section["posts"].values() for c in post["conditions"])]
    for raw in everything:
        yield raw["number"], condition_words(condition_from_plain(raw), day)


def _papers(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    old, new = ({paper["key"]: paper for paper in papers} for papers in (before, after))
    for key in (*old, *(one for one in new if one not in old)):
        times = [_shown(one[key]["starts_at"]) if key in one else None for one in (old, new)]
        if times[0] != times[1]:
            yield Difference(Sentence(N_("Written paper {key}"), {"key": key}), *times)


def _shown(value: object) -> object | None:
    """A value of the snapshot as a page shows it: moments and days are stored as text."""
    if not isinstance(value, str):
        return value
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value


def _plain(value: str | date | datetime) -> str:
    return value if isinstance(value, str) else value.isoformat()
