"""A recording as a page shows it: chapters by the clock, findings, and both on one drawn time axis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from core.words import N_, Sentence
from recording.frames import Finding, FindingKind
from recording.queries import RecordingPage
from recording.video import Probe

FINDING_WORDS: Mapping[FindingKind, str] = {
    FindingKind.BLACK: N_("Black picture"),
    FindingKind.FROZEN: N_("Frozen picture"),
}
FINDING_KINDS: Mapping[FindingKind, str] = {FindingKind.BLACK: "problem", FindingKind.FROZEN: "attention"}
LEFT, RIGHT = 96, 936
"""Where the time axis of the drawing begins and ends."""
TICKS = 5
ROUND_MS = (1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something on the time axis: what, from when to when in milliseconds, at what time of day, drawn from x to x."""

    title: Sentence
    kind: str
    start_ms: int
    end_ms: int
    at: datetime | None
    x: int
    width: int
    measure: str = ""

    @property
    def seconds(self) -> str:
        """The start in seconds, as players seek."""
        return f"{self.start_ms // 1000}.{self.start_ms % 1000:03}"

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return timedelta(milliseconds=self.end_ms - self.start_ms)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the axis: where, and the time of day or the time into the video."""

    x: int
    at: datetime | None
    into: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a recording's page draws and lists."""

    probe: Probe | None
    length: timedelta
    chapters: tuple[Stretch, ...]
    marks: tuple[Stretch, ...]
    findings: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    ticks: tuple[Tick, ...]
    missing_before: timedelta
    missing_after: timedelta


def review_of(shown: RecordingPage) -> Review:
    """The review of one recording; before its check there is nothing to list."""
    row, line = shown.recording, shown.timeline
    length = max(row.milliseconds, 1)

    def stretch(title: Sentence, kind: str, start: int, end: int, measure: str = "") -> Stretch:
        at = shown.started + timedelta(milliseconds=start) if shown.started else None
        x = LEFT + (RIGHT - LEFT) * start // length
        width = max(2, (RIGHT - LEFT) * (end - start) // length)
        return Stretch(title, kind, start, end, at, x, width, measure)

    probe = msgspec.convert(row.probe, Probe) if row.probe else None
    found = [msgspec.convert(one, Finding) for one in row.findings or ()]
    return Review(
        probe=probe,
        length=timedelta(milliseconds=row.milliseconds),
        chapters=tuple(
            stretch(one.title(), one.kind, one.start_ms, one.end_ms) for one in (line.chapters if line else ())
        ),
        marks=tuple(stretch(one.title(), one.kind, one.at_ms, one.at_ms) for one in (line.marks if line else ())),
        findings=tuple(
            stretch(Sentence(FINDING_WORDS[one.kind]), FINDING_KINDS[one.kind], one.start_ms, one.end_ms, _measure(one))
            for one in found
        ),
        gaps=tuple(
            stretch(Sentence(N_("Gap in the picture")), "attention", start, end)
            for start, end in (probe.gaps if probe else ())
        ),
        ticks=_ticks(length, shown.started),
        missing_before=timedelta(milliseconds=line.missing_before_ms if line else 0),
        missing_after=timedelta(milliseconds=line.missing_after_ms if line else 0),
    )


def _measure(found: Finding) -> str:
    """Measure and threshold in grey levels of 0 to 255, each from its hundredths."""
    return f"{found.measure // 100}.{found.measure % 100:02} < {found.threshold // 100}.{found.threshold % 100:02}"


def _ticks(length: int, started: datetime | None) -> tuple[Tick, ...]:
    """A few lines at round times."""
    step = next((one for one in ROUND_MS if length // one <= TICKS), 3_600_000)
    return tuple(
        Tick(
            LEFT + (RIGHT - LEFT) * at // length,
            started + timedelta(milliseconds=at) if started else None,
            f"{at // 60_000}:{at // 1000 % 60:02}",
        )
        for at in range(step, length, step)
    )
