"""Where in a video the parts of a hearing lie: chapters and marks from the hearing's events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

from core.words import N_, Sentence
from interview.hearing import Event, EventKind

_MILLISECOND = timedelta(milliseconds=1)


class ChapterKind(StrEnum):
    """A stretch of a hearing."""

    CALLED = "called"
    SPEECH = "speech"
    QUESTION = "question"
    MARKING = "marking"
    ADJOURNED = "adjourned"


class MarkKind(StrEnum):
    """A moment of a hearing."""

    SUBMITTED = "submitted"
    LEFT = "left"
    SEALED = "sealed"


CHAPTER_WORDS: Mapping[ChapterKind, str] = {
    ChapterKind.CALLED: N_("Called, number checked"),
    ChapterKind.SPEECH: N_("Speech"),
    ChapterKind.QUESTION: N_("Question {number}"),
    ChapterKind.MARKING: N_("Marking"),
    ChapterKind.ADJOURNED: N_("Adjourned"),
}
MARK_WORDS: Mapping[MarkKind, str] = {
    MarkKind.SUBMITTED: N_("Sheet of seat {seat} received"),
    MarkKind.LEFT: N_("Judge of seat {seat} left"),
    MarkKind.SEALED: N_("Sealed"),
}

_OPENS: Mapping[EventKind, ChapterKind] = {
    EventKind.CALL: ChapterKind.CALLED,
    EventKind.SPEECH: ChapterKind.SPEECH,
    EventKind.QUESTION: ChapterKind.QUESTION,
    EventKind.END: ChapterKind.MARKING,
    EventKind.ADJOURN: ChapterKind.ADJOURNED,
}
_CLOSES = frozenset({EventKind.SEAL, EventKind.UNCALL, EventKind.ABSENCE, EventKind.WITHDRAW, EventKind.VOID})
_MARKS: Mapping[EventKind, MarkKind] = {
    EventKind.SUBMIT: MarkKind.SUBMITTED,
    EventKind.LEAVE: MarkKind.LEFT,
    EventKind.SEAL: MarkKind.SEALED,
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of the video in milliseconds from its start; `number` is the question's, 0 for other kinds."""

    kind: ChapterKind
    start_ms: int
    end_ms: int
    number: int = 0

    def title(self) -> Sentence:
        """What the chapter is called."""
        return Sentence(CHAPTER_WORDS[self.kind], {"number": self.number})


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the video, in milliseconds from its start."""

    kind: MarkKind
    at_ms: int
    seat: str = ""

    def title(self) -> Sentence:
        """What the moment is called."""
        return Sentence(MARK_WORDS[self.kind], {"seat": self.seat})


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a video shows of a hearing, and how much of the hearing lies before its start or after its end."""

    chapters: tuple[Chapter, ...]
    marks: tuple[Mark, ...]
    missing_before_ms: int
    missing_after_ms: int

    @property
    def whole(self) -> bool:
        """Whether the hearing lies inside the video from the call to the end of the answers."""
        return self.missing_before_ms == 0 and self.missing_after_ms == 0


def timeline(events: Sequence[Event], started: datetime, duration_ms: int) -> Timeline:
    """Chapters and marks of one hearing in a video that started at `started` by the server's clock.

    A chapter is cut at the ends of the video; what lies wholly outside is left out and counted as missing. The order
    of the events holds even where the clock was set back between two of them.
    """
    events = _in_order(events)
    spans = [
        Chapter(kind, _ms(began - started), _ms(ended - started) if ended else duration_ms, number)
        for kind, number, began, ended in _spans(events)
    ]
    marks = [Mark(_MARKS[event.kind], _ms(event.at - started), event.seat) for event in events if event.kind in _MARKS]
    recorded = [one for one in spans if one.kind in {ChapterKind.CALLED, ChapterKind.SPEECH, ChapterKind.QUESTION}]
    return Timeline(
        tuple(
            Chapter(one.kind, max(0, one.start_ms), min(one.end_ms, duration_ms), one.number)
            for one in spans
            if one.end_ms > 0 and one.start_ms < duration_ms
        ),
        tuple(mark for mark in marks if 0 <= mark.at_ms <= duration_ms),
        missing_before_ms=max(0, -min((one.start_ms for one in recorded), default=0)),
        missing_after_ms=max(0, max((one.end_ms for one in recorded), default=0) - duration_ms),
    )


def _in_order(events: Sequence[Event]) -> list[Event]:
    """The events, none earlier than the one before it."""
    latest = accumulate((event.at for event in events), max)
    return [replace(event, at=at) for event, at in zip(events, latest, strict=True)]


def _ms(span: timedelta) -> int:
    return span // _MILLISECOND


_Span = tuple[ChapterKind, int, datetime, datetime | None]


def _spans(events: Iterable[Event]) -> list[_Span]:
    """Each chapter with its question number, beginning and end; None where nothing ended it."""
    spans: list[_Span] = []
    before: tuple[ChapterKind, int] | None = None  # what an adjournment interrupted
    running: tuple[ChapterKind, int, datetime] | None = None
    question = 0
    for event in events:
        question += event.kind is EventKind.QUESTION
        if event.kind in _CLOSES:
            following = None
        elif event.kind is EventKind.RESUME and before:
            following = (*before, event.at)
        elif event.kind in _OPENS:
            kind = _OPENS[event.kind]
            following = (kind, question if kind is ChapterKind.QUESTION else 0, event.at)
        else:
            continue
        if event.kind is EventKind.ADJOURN and running:
            before = running[:2]
        if running:
            spans.append((*running, event.at))
        running = following
    return [*spans, (*running, None)] if running else spans
