"""The interview day as boards show it: every room in one line, and what somebody has to see to, the gravest first."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.people import Duty, Power
from core.words import N_, Sentence
from interview.hearing import ENDED, IN_ROOM, STATE_WORDS, State
from interview.panel import JudgeKind
from interview.queries import BoardHearing, BoardRoom, SeatLine
from recording.queries import FilmedHearing
from recording.states import RECORDING_WORDS, RecordingState

PATIENCE = timedelta(minutes=2)
"""How long after the end of the answers a missing sheet is nobody's concern yet."""

STATE_KINDS: Mapping[State, str] = {
    State.WAITING: "none",
    State.CALLED: "running",
    State.SPEAKING: "running",
    State.QUESTIONS: "running",
    State.MARKING: "running",
    State.SEALED: "done",
    State.ABSENT: "none",
    State.WITHDREW: "none",
    State.ADJOURNED: "problem",
    State.VOID: "problem",
}
"""The shape that stands beside a state's word."""

FILM_KINDS: Mapping[RecordingState, str] = {
    RecordingState.RECEIVED: "running",
    RecordingState.VERIFIED: "done",
    RecordingState.FAILED: "problem",
}
LEVELS = ("hot", "warm", "cool")
"""How urgent something is, the gravest first; also the class of a line on the board."""


COUNTED: Mapping[str, Collection[State]] = {
    "sealed": {State.SEALED},
    "running": {*IN_ROOM, State.ADJOURNED},
    "waiting": {State.WAITING},
    "without": {State.ABSENT, State.WITHDREW, State.VOID},
}
"""What the board counts at its top."""


@dataclass(frozen=True, slots=True)
class SeatMark:
    """A seat as it is drawn: its sheet is in, is not, or its judge has left."""

    number: int
    group: JudgeKind
    received: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Film:
    """A recording's state in a word, with the shape beside it."""

    word: Sentence
    kind: str


@dataclass(frozen=True, slots=True)
class ErrandKind:
    """A kind of thing to be seen to: how urgent, in which words, by whose power and duty it is solved."""

    level: str
    title: str
    about: str
    power: Power
    duty: Duty


LOTS = ErrandKind(
    "warm",
    N_("Room {room}　lots not drawn"),
    N_("The candidates' order is not recorded yet."),
    Power.INTERVIEW_DRAW_RECORD,
    Duty.WAITING_ROOM_OFFICER,
)
PANEL = ErrandKind(
    "warm",
    N_("Room {room}　panel not complete"),
    N_("Seated: {found} of {needed} judges."),
    Power.INTERVIEW_PANEL_COMPOSE,
    Duty.EXAM_OFFICER,
)
ADJOURNED = ErrandKind(
    "hot",
    N_("Room {room}　number {number} adjourned"),
    N_("It goes on when the room says so."),
    Power.INTERVIEW_HEARING_RUN,
    Duty.ROOM_OFFICER,
)
SHEETS = ErrandKind(
    "warm",
    N_("Room {room}　sheets to come: {count}"),
    N_("Number {number}, seats {seats}."),
    Power.INTERVIEW_HEARING_RUN,
    Duty.ROOM_OFFICER,
)
SEAL = ErrandKind(
    "warm",
    N_("Room {room}　number {number} waits for the seal"),
    N_("All sheets are in."),
    Power.INTERVIEW_HEARING_SEAL,
    Duty.SUPERVISOR,
)
FILM_MISSING = ErrandKind(
    "warm",
    N_("Room {room}　recordings missing: {count}"),
    N_("Sealed without one: {numbers}."),
    Power.RECORDING_VIDEO_UPLOAD,
    Duty.ROOM_OFFICER,
)
FILM_FAILED = ErrandKind(
    "hot",
    N_("Room {room}　recordings not usable: {count}"),
    N_("Hand in another file: {numbers}."),
    Power.RECORDING_VIDEO_UPLOAD,
    Duty.ROOM_OFFICER,
)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be seen to: since when, where it is solved, and the facts of its words."""

    kind: ErrandKind
    path: str
    since: datetime | None
    facts: Mapping[str, object]

    @property
    def title(self) -> Sentence:
        """What it is and where."""
        return Sentence(self.kind.title, self.facts)

    @property
    def about(self) -> Sentence:
        """What is known of it."""
        return Sentence(self.kind.about, self.facts)


@dataclass(frozen=True, slots=True)
class HearingMark:
    """One hearing in its room's line: number, state and recording, each a word with its shape."""

    number: int
    word: Sentence
    kind: str
    film: Film | None


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room: who is shown (in the room, or the last who was), whose sheets are in, and all its hearings."""

    room: BoardRoom
    shown: BoardHearing | None
    word: Sentence
    kind: str
    seats: tuple[SeatMark, ...]
    hearings: tuple[HearingMark, ...]
    level: str = "cool"

    @property
    def groups(self) -> tuple[tuple[JudgeKind, int, int], ...]:
        """Each group of judges with its sheets received and awaited in all."""
        sitting = [seat for seat in self.seats if seat.received or not seat.left]
        wanted, found = Counter(s.group for s in sitting), Counter(s.group for s in sitting if s.received)
        return tuple((kind, found[kind], wanted[kind]) for kind in JudgeKind if wanted[kind])

    @property
    def awaited(self) -> tuple[int, ...]:
        """The numbers of the seats whose sheets are still to come."""
        return tuple(seat.number for seat in self.seats if not (seat.received or seat.left))

    @property
    def ended(self) -> int:
        """How many hearings are over, with or without marks."""
        return sum(one.state in ENDED for one in self.room.hearings)


@dataclass(frozen=True, slots=True)
class Board:
    """All rooms, those with the gravest errand first; the errands; how many hearings stand where."""

    rooms: tuple[RoomLine, ...]
    errands: tuple[Errand, ...]
    counts: Mapping[str, int]
    total: int


def board_of(
    code: str,
    rooms: Sequence[BoardRoom],
    seats: Mapping[int, Sequence[SeatLine]],
    received: Mapping[int, frozenset[int]],
    filmed: Iterable[FilmedHearing],
    needed: int,
    now: datetime,
) -> Board:
    """The board of the selection `code`; `needed` is how many judges a panel has after the scheme."""
    films = {one.hearing_id: one for one in filmed}
    lines = [_line(room, seats.get(room.room_id, ()), received, films) for room in rooms]
    found = [(line, list(_errands(code, line, films, needed, now))) for line in lines]
    ranked = [
        replace(line, level=min((e.kind.level for e in own), key=LEVELS.index, default="cool")) for line, own in found
    ]
    errands = [one for _, own in found for one in own]
    counted = Counter(one.state for room in rooms for one in room.hearings)
    return Board(
        rooms=tuple(sorted(ranked, key=lambda line: LEVELS.index(line.level))),
        errands=tuple(sorted(errands, key=lambda one: (LEVELS.index(one.kind.level), one.since or now))),
        counts={name: sum(counted[state] for state in states) for name, states in COUNTED.items()},
        total=sum(counted.values()),
    )


def film_of(found: FilmedHearing | None) -> Film | None:
    """How a hearing's recording stands; None where there is no hearing to film."""
    if found is None:
        return None
    if found.recording is None:
        return Film(Sentence(N_("no recording yet")), "none")
    state = RecordingState(found.recording.state)
    return Film(Sentence(RECORDING_WORDS[state]), FILM_KINDS[state])


def shown_hearing(room: BoardRoom) -> BoardHearing | None:
    """The hearing in the room, else the one that moved last; None before the first call."""
    moved = [one for one in room.hearings if one.state is not State.WAITING and one.since is not None]
    return room.present or max(moved, key=lambda one: (one.since, one.number), default=None)


def _line(
    room: BoardRoom,
    seats: Sequence[SeatLine],
    received: Mapping[int, frozenset[int]],
    films: Mapping[int, FilmedHearing],
) -> RoomLine:
    shown = shown_hearing(room)
    sheets = received.get(shown.hearing_id, frozenset()) if shown else frozenset()
    word, kind = _state(room, shown)
    return RoomLine(
        room=room,
        shown=shown,
        word=Sentence(word),
        kind=kind,
        seats=tuple(SeatMark(seat.number, seat.group, seat.number in sheets, seat.withdrawn) for seat in seats),
        hearings=tuple(
            HearingMark(
                one.number, Sentence(STATE_WORDS[one.state]), STATE_KINDS[one.state], film_of(films.get(one.hearing_id))
            )
            for one in room.hearings
        ),
    )


def _state(room: BoardRoom, shown: BoardHearing | None) -> tuple[str, str]:
    if not room.hearings:
        return N_("lots not drawn"), "none"
    if shown is None:
        return N_("not begun"), "none"
    if all(one.state in ENDED for one in room.hearings):
        return N_("all heard"), "done"
    return STATE_WORDS[shown.state], STATE_KINDS[shown.state]


def _is(found: FilmedHearing | None, state: RecordingState) -> bool:
    return found is not None and found.recording is not None and found.recording.state == state


def _errands(
    code: str, line: RoomLine, films: Mapping[int, FilmedHearing], needed: int, now: datetime
) -> Iterator[Errand]:
    """Everything to be seen to in one room."""
    room, shown = line.room, line.shown
    interview, own = f"/staff/{code}/interview", f"/staff/{code}/rooms/{room.room_id}"
    facts: dict[str, object] = {"room": room.code}
    if not room.hearings:
        yield Errand(LOTS, interview, None, facts)
    if shown is None and room.seats < needed:
        yield Errand(PANEL, f"{interview}/panels/{room.code}", None, facts | {"found": room.seats, "needed": needed})
    for one in room.hearings:
        if one.state is State.ADJOURNED:
            yield Errand(ADJOURNED, own, one.since, facts | {"number": one.number})
    if shown is not None and shown.state is State.MARKING and shown.since is not None:
        facts |= {"number": shown.number, "count": len(line.awaited), "seats": line.awaited}
        if not line.awaited:
            yield Errand(SEAL, f"/observer/{code}/hearings/{shown.hearing_id}", shown.since, facts)
        elif now - shown.since >= PATIENCE:
            yield Errand(SHEETS, own, shown.since, facts)
    yield from _film_errands(own, room, films)


def _film_errands(path: str, room: BoardRoom, films: Mapping[int, FilmedHearing]) -> Iterator[Errand]:
    """Sealed hearings whose recording is missing or of no use: one alarm for a room, not one for each of them."""
    by_kind: dict[ErrandKind, list[BoardHearing]] = defaultdict(list)
    for one in room.hearings:
        film = films.get(one.hearing_id)
        if one.state is State.SEALED and (film is None or film.recording is None):
            by_kind[FILM_MISSING].append(one)
        elif one.state is State.SEALED and _is(film, RecordingState.FAILED):
            by_kind[FILM_FAILED].append(one)
    for kind in (FILM_FAILED, FILM_MISSING):
        if found := by_kind[kind]:
            facts = {"room": room.code, "count": len(found), "numbers": [one.number for one in found]}
            yield Errand(kind, path, min((one.since for one in found if one.since), default=None), facts)
