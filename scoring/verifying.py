"""Replaying a result package: is it whole, is it what the journal says was done, and does the engine agree with it?

A package proves itself only against something outside it: the SHA-256 in a published notice, or heads of the journal
copied down earlier (anchors). Whoever can rewrite everything inside can make another package that holds in itself.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.audit import Head, short_code, verify_extract
from core.canonical import canonical, fingerprint
from core.errors import Refusal
from core.words import N_, Sentence
from scoring.package import ALWAYS, FORMAT, INPUTS, JOURNAL, MANIFEST, OUTCOME, PUBLICATION, SCHEME, Opened, parsed
from scoring.replay import COMPOSITE, ENTRY, replayed
from scoring.scheme import Scheme, parse_scheme
from scoring.snapshot import tally_document
from scoring.stored import inputs_of

MOST_SHOWN = 20
FAULTS = (
    N_("missing"), N_("the line cannot be read"), N_("the body does not match its digest"),
    N_("the extract does not end at the given head"),
)  # fmt: skip
"""What core.audit.verify_extract finds."""
_MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)

Document = Mapping[str, Any]


class Verdict(StrEnum):
    """How one check ended."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"  # what it needs is not there


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what, how it ended, and everything that is wrong or worth knowing."""

    about: Sentence
    verdict: Verdict
    found: tuple[Sentence, ...] = ()


@dataclass(slots=True)
class _Replay:
    """A package being looked at. `wrong` and `noted` gather what the check now running finds."""

    opened: Opened
    anchors: Sequence[Head]
    manifest: Document = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    records: list[tuple[str, Document]] = field(default_factory=list)
    scheme: Scheme | None = None
    wrong: list[Sentence] = field(default_factory=list)
    noted: list[Sentence] = field(default_factory=list)

    def say(self, text: str, **facts: object) -> None:
        self.wrong.append(Sentence(text, facts))

    def stated(self, key: str) -> str:
        """A digest that the manifest states."""
        return str(self.manifest["digests"][key])


def verify_package(path: Path, anchors: Sequence[Head] = ()) -> Iterator[Check]:
    """Every check in turn. Raises Refusal of what is no package at all."""
    with Opened(path) as opened:
        replay = _Replay(opened, anchors, opened.document(MANIFEST))
        _refuse_other(replay.manifest)
        for about, needs, look in CHECKS:
            if about is PUBLISHED and "publication" not in replay.manifest and PUBLICATION not in opened.names:
                yield Check(Sentence(about), Verdict.SKIPPED, (Sentence(N_("This result was not published.")),))
            elif needs <= opened.names:
                yield _looked(replay, about, look)
            else:
                missing = Sentence(N_("{names} is missing."), {"names": sorted(needs - opened.names)})
                yield Check(Sentence(about), Verdict.SKIPPED, (missing,))


def _looked(replay: _Replay, about: str, look: Callable[[_Replay], None]) -> Check:
    replay.wrong, replay.noted = [], []
    try:
        look(replay)
    except Refusal as refusal:
        replay.wrong += [Sentence(problem.sentence, problem.facts) for problem in refusal.problems]
    except _MISSHAPEN:
        replay.say(N_("It cannot be read: it has not the form of a result package."))
    found = tuple(replay.wrong[:MOST_SHOWN])
    if len(replay.wrong) > MOST_SHOWN:
        found += (Sentence(N_("… and {count} more"), {"count": len(replay.wrong) - MOST_SHOWN}),)
    return Check(Sentence(about), Verdict.FAILS if found else Verdict.HOLDS, found or tuple(replay.noted))


def _refuse_other(manifest: Document) -> None:
    try:
        known = manifest["format"] == FORMAT and manifest["result"]["kind"] in {ENTRY, COMPOSITE}
        known = known and all(isinstance(manifest["digests"][key], str) for key in ("scheme", "inputs", "outcome"))
        known = known and all(isinstance(one["sha256"], str) for one in manifest["files"].values())
    except _MISSHAPEN:
        known = False
    if not known:
        raise Refusal("The manifest is not one of a result package of this kind.")


# ── the checks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _files(replay: _Replay) -> None:
    """Every file there is and no other, each with the SHA-256 that the manifest states."""
    listed: Document = replay.manifest["files"]
    for name in sorted((ALWAYS | set(listed)) - {MANIFEST} | replay.opened.names - {MANIFEST}):
        if name not in replay.opened.names:
            replay.say(N_("{name} is missing."), name=str(name)[:80])
        elif name not in listed:
            replay.say(N_("{name} is not in the manifest."), name=name)
        elif replay.opened.stated(name) != listed[name]:
            replay.say(N_("{name} is not the file of which the manifest has the SHA-256."), name=name)


def _scheme(replay: _Replay) -> None:
    """The rules are those whose digest is stated, and they are rules."""
    document = replay.opened.document(SCHEME)
    if fingerprint(document) != replay.stated("scheme"):
        replay.say(N_("The SHA-256 of the rules is not the one stated."))
    replay.scheme = parse_scheme(document)


def _inputs(replay: _Replay) -> None:
    _digested(replay, INPUTS, "inputs", N_("The SHA-256 of the marks is not the one stated."))


def _outcome(replay: _Replay) -> None:
    _digested(replay, OUTCOME, "outcome", N_("The SHA-256 of the result is not the one stated."))


def _digested(replay: _Replay, name: str, key: str, sentence: str) -> None:
    replay.documents[name] = replay.opened.document(name)
    if fingerprint(replay.documents[name]) != replay.stated(key):
        replay.say(sentence)


def _journal(replay: _Replay) -> None:
    """The chain from its first line to the stated head, through every anchor that lies on it."""
    stated = replay.manifest["journal"]
    head = Head(int(stated["lines"]), bytes.fromhex(stated["head"]))
    if fault := verify_extract(_lines(replay), head):
        replay.say(N_("Line {line} of the journal: {reason}."), line=fault.seq, reason=Sentence(fault.reason))
        return
    facts = {"lines": head.seq, "code": short_code(head.link)}
    replay.noted.append(Sentence(N_("{lines} lines, head {code}"), facts))
    if any(anchor.seq > head.seq for anchor in replay.anchors):
        replay.noted.append(Sentence(N_("Heads noted after the last line of this journal could not be compared.")))


def _lines(replay: _Replay) -> Iterator[Document]:
    """The journal's lines; bodies are kept, anchors are compared as the chain goes by."""
    expected = {anchor.seq: anchor.link for anchor in replay.anchors}
    link = bytes(32)
    for content in replay.opened.lines(JOURNAL):
        line = parsed(content)
        seq, digest = int(line["seq"]), str(line["digest"])
        link = hashlib.sha256(link + bytes.fromhex(digest)).digest()
        if expected.get(seq, link) != link:
            replay.say(N_("Line {line} of the journal is not the one noted earlier."), line=seq)
        if "body" in line:
            _number, _at, act, scope, _actor, facts = parsed(str(line["body"]).encode())
            if scope == replay.manifest["journal"]["scope"]:
                replay.records.append((str(act), facts))
        yield line


def _records(replay: _Replay) -> None:
    """The journal has the acts by which these rules, this result and its publication came to be."""
    result, digests = replay.manifest["result"], dict(replay.manifest["digests"])
    accepted = {"kind": result["kind"], "version": result["version"], **digests}
    wanted: list[tuple[str, str, Document]] = [
        (
            N_("The journal does not say that these rules were frozen."),
            "rule_set.frozen",
            {"sha256": digests["scheme"]},
        ),
        (N_("The journal does not say that this result was accepted."), "tally.accepted", accepted),
    ]
    if published := replay.manifest.get("publication"):
        of = {"number": published["number"], "sha256": published["sha256"]}
        sentence = N_("The journal does not say that this result was published.")
        wanted += [(sentence, "publication.published", of), (sentence, "tally.published", {"tally": result["tally"]})]
    for sentence, act, facts in wanted:
        if not any(one == act and facts.items() <= found.items() for one, found in replay.records):
            replay.say(sentence)


def _published(replay: _Replay) -> None:
    """What was published is this result, under the digest that stands in the notice."""
    content, stated = replay.opened.document(PUBLICATION), replay.manifest["publication"]
    if fingerprint(content) != stated["sha256"]:
        replay.say(N_("The SHA-256 of the publication is not the one stated."))
    if any(content["tally"][key] != digest for key, digest in replay.manifest["digests"].items()):
        replay.say(N_("The publication states other digests than the package."))
    outcome = replay.documents.get(OUTCOME) or replay.opened.document(OUTCOME)
    results = [{key: value for key, value in one.items() if key != "steps"} for one in outcome["results"]]
    replay.wrong += differences(
        {**outcome, "results": results}, content["outcome"], N_("in the package"), N_("as published")
    )


def _computed(replay: _Replay) -> None:
    """The engine gives every figure anew, from the rules and the marks alone."""
    document, kept = (replay.documents.get(name) or replay.opened.document(name) for name in (INPUTS, OUTCOME))
    if replay.scheme is None:
        replay.say(N_("Without rules nothing can be computed."))
        return
    made = replayed(replay.manifest["result"]["kind"], replay.scheme, inputs_of(document))
    if made.refusals:
        replay.wrong += [Sentence(problem.sentence, problem.facts) for problem in made.refusals]
        return
    fresh = parsed(canonical(tally_document(made)))
    replay.wrong += differences(kept, fresh, N_("in the package"), N_("computed"))


PUBLISHED = N_("The publication is of this result")
CHECKS: tuple[tuple[str, frozenset[str], Callable[[_Replay], None]], ...] = (
    (N_("The files are those of the manifest"), frozenset(), _files),
    (N_("The rules are those stated"), frozenset({SCHEME}), _scheme),
    (N_("The marks are those stated"), frozenset({INPUTS}), _inputs),
    (N_("The result is the one stated"), frozenset({OUTCOME}), _outcome),
    (N_("The journal's chain holds"), frozenset({JOURNAL}), _journal),
    (N_("The journal tells of this result"), frozenset({JOURNAL}), _records),
    (PUBLISHED, frozenset({PUBLICATION, OUTCOME}), _published),
    (N_("Computed again, every figure is the same"), frozenset({SCHEME, INPUTS, OUTCOME}), _computed),
)


# ── differences ──────────────────────────────────────────────────────────────────────────────────────────────────────


def differences(kept: Document, fresh: Document, kept_in: str, fresh_in: str) -> list[Sentence]:
    """Where two outcomes differ, candidates by number, everything else by its path; steps where nothing else does."""
    found: list[Sentence] = []
    for path, was, now in _unlike(_by_candidate(kept), _by_candidate(fresh), ()):
        facts: dict[str, object] = {"where": " ".join(path) or "–", "kept": _short(was), "fresh": _short(now)}
        facts |= {"kept_in": Sentence(kept_in), "fresh_in": Sentence(fresh_in)}
        found.append(Sentence(N_("{where}: {kept} {kept_in}, {fresh} {fresh_in}"), facts))
        if len(found) > MOST_SHOWN * 10:
            break
    return found


def _by_candidate(outcome: Document) -> Document:
    """The outcome with its results by candidate instead of by place."""
    return {**outcome, "results": {str(one["candidate"]): one for one in outcome["results"]}}


def _unlike(was: Any, now: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            yield from _unlike(was.get(key), now.get(key), (*path, key))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for place, (one, other) in enumerate(zip(was, now, strict=True), 1):
            yield from _unlike(one, other, (*path, str(place)))
    elif was != now:
        yield path, was, now


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else "–" if value is None else canonical(value).decode()
    return text if len(text) <= 60 else text[:60] + "…"
