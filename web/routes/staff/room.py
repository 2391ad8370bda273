"""The room officer's desk: who is in the room, what happens next, sheets in by count, and the video handed in."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Refusal
from core.files import Saved
from core.kinds import VIDEOS
from core.people import Power
from core.words import N_, Sentence
from interview.actions import note_hearing
from interview.hearing import ALLOWED, IN_ROOM, NEEDS_REASON, STATE_WORDS, EventKind, State
from interview.queries import BoardHearing, BoardRoom, called_at, noted_events, room_board, seats_of_rooms, sheets_in
from recording.actions import receive_recording
from recording.queries import FilmedHearing, filmed_hearings
from recording.states import RecordingState
from web.asking import Asker, need
from web.board import STATE_KINDS, Film, film_of
from web.forms import Form
from web.house import House
from web.pages import Filled
from web.routes.staff.here import Here, enter

DRAINED = 256 * 1024 * 1024

STEP_WORDS: Mapping[EventKind, str] = {
    EventKind.CALL: N_("Call number {number}"),
    EventKind.SPEECH: N_("The speech begins"),
    EventKind.QUESTION: N_("Question {question} is put"),
    EventKind.END: N_("Answers ended, candidate leaves"),
    EventKind.RESUME: N_("Number {number} goes on"),
}
FIRST_STEP: Mapping[State, EventKind] = {
    State.WAITING: EventKind.CALL,
    State.CALLED: EventKind.SPEECH,
    State.SPEAKING: EventKind.QUESTION,
    State.QUESTIONS: EventKind.END,
    State.ADJOURNED: EventKind.RESUME,
}
"""What usually comes next: the one solid button."""
INTERRUPTION_WORDS: Mapping[EventKind, str] = {
    EventKind.UNCALL: N_("Take the call back"),
    EventKind.ABSENCE: N_("Note as absent"),
    EventKind.WITHDRAW: N_("Gives up the interview"),
    EventKind.ADJOURN: N_("Adjourn the hearing"),
    EventKind.REINSTATE: N_("Came after all"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something the officer may note now, as its button says it."""

    kind: EventKind
    words: Sentence
    first: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One hearing of the room in its list."""

    hearing: BoardHearing
    word: Sentence
    kind: str
    film: Film | None
    wants_film: bool
    called: datetime | None


@dataclass(frozen=True, slots=True)
class RoomDesk:
    """Everything the officer's page shows of a room; `heard` is who is in the room, else who comes next."""

    room: BoardRoom
    heard: BoardHearing | None
    steps: tuple[Step, ...]
    interruptions: tuple[tuple[EventKind, Sentence], ...]
    sheets: int
    seats: int
    lines: tuple[Line, ...]

    @property
    def standing(self) -> str:
        """Which version of which hearing the forms are for."""
        return f"{self.heard.hearing_id}.{self.heard.version}" if self.heard else "none"

    @property
    def inside(self) -> bool:
        """Whether somebody is in the room."""
        return self.heard is not None and self.heard.state in IN_ROOM


@get("/staff/{code:str}/rooms/{room_id:int}", sync_to_thread=True)
def room_page(asker: NamedDependency[Asker], code: FromPath[str], room_id: FromPath[int]) -> Response[str]:
    """The desk of one room."""
    here = enter(asker, code, Power.INTERVIEW_HEARING_RUN, Power.RECORDING_VIDEO_UPLOAD)
    return asker.page("staff/room.html", "desk", **_data(asker, here, room_id))


@get("/staff/{code:str}/rooms/{room_id:int}/progress", sync_to_thread=True)
def room_progress(
    asker: NamedDependency[Asker], code: FromPath[str], room_id: FromPath[int], seen: FromQuery[str] = ""
) -> Response[str]:
    """What changes by itself: sheets in, states, recordings.

    The officer's forms are left alone, unless the hearing has moved on from the one `seen`: then they are renewed.
    """
    here = enter(asker, code, Power.INTERVIEW_HEARING_RUN, Power.RECORDING_VIDEO_UPLOAD)
    data = _data(asker, here, room_id)
    answer = asker.page("staff/room.html", "progress", **data)
    if seen and seen != data["desk"].standing:
        answer.headers["HX-Trigger"] = '{"moved": {"target": "#renew"}}'
    return answer


@post("/staff/{code:str}/rooms/{room_id:int}/hearings/{hearing_id:int}", sync_to_thread=True)
def note(
    asker: NamedDependency[Asker],
    form: NamedDependency[Form],
    code: FromPath[str],
    room_id: FromPath[int],
    hearing_id: FromPath[int],
) -> Response[str] | Redirect:
    """Note what happens in the room, if the hearing still stands as the officer saw it."""
    here = enter(asker, code, Power.INTERVIEW_HEARING_RUN)
    _hearing(asker.read(_room, here, room_id), hearing_id)
    kind = form.choice("kind", [*STEP_WORDS, *INTERRUPTION_WORDS])
    version = form.whole("version", low=1)
    try:
        form.refuse()
        asker.act(
            note_hearing,
            hearing_id,
            version,
            EventKind(kind),
            reason=form.raw("reason").strip(),
            supervisor_present=form.ticked("supervisor"),
        )
    except Refusal as refusal:
        filled = Filled({**form.values, "hearing": hearing_id}, refusal.problems)
        return asker.page("staff/room.html", "desk", status=refusal.status, form=filled, **_data(asker, here, room_id))
    if asker.visit.fragment:
        return asker.page("staff/room.html", "desk", **_data(asker, here, room_id))
    return Redirect(f"{here.path}/rooms/{room_id}", status_code=303)


@put(
    "/staff/{code:str}/rooms/{room_id:int}/hearings/{hearing_id:int}/video",
    status_code=201,
    request_max_body_size=None,
)
async def take_video(
    request: Request[Any, Any, Any],
    asker: NamedDependency[Asker],
    code: FromPath[str],
    room_id: FromPath[int],
    hearing_id: FromPath[int],
    name: FromQuery[str] = "",
    began: FromQuery[str] = "",
) -> dict[str, int]:
    """Take a hearing's video as it streams in; the worker checks it afterwards."""
    body = request.stream()
    try:
        await asyncio.to_thread(_refuse_unwanted, asker, code, room_id, hearing_id)
        starts_at = _moment(began, asker)
        saved = await _receive(request, body, asker.house)
    except Refusal:
        await _drain(body)
        raise
    recording_id: int = await asker.house.acts.run(
        receive_recording, asker.actor, hearing_id, saved, name.strip() or "video", starts_at=starts_at
    )
    return {"recording": recording_id}


async def _receive(request: Request[Any, Any, Any], body: AsyncIterator[bytes], house: House) -> Saved:
    """The file, whole as its sender announced it."""
    cap = house.settings.video_cap
    announced = request.headers.get("content-length", "")
    length = int(announced) if announced.isdecimal() else None
    if length is not None and length > cap:
        raise Refusal("The file is larger than {cap} MB.", field="video", status=413, cap=cap // (1024 * 1024))
    saved = await house.files.receive_stream(body, cap=cap, kinds=VIDEOS)
    if length is not None and saved.size != length:
        raise Refusal("The file broke off on its way. Send it again.", field="video", status=400)
    return saved


async def _drain(body: AsyncIterator[bytes]) -> None:
    """Read on for a while after a refusal: a browser that is still sending would not see the answer."""
    read = 0
    async for piece in body:
        read += len(piece)
        if read > DRAINED:
            return


def _refuse_unwanted(asker: Asker, code: str, room_id: int, hearing_id: int) -> None:
    """Say before a gigabyte is on its way that nobody may send it or that it is not needed."""
    here = enter(asker, code, Power.RECORDING_VIDEO_UPLOAD)
    with asker.reading() as session:
        room = _room(session, here, room_id)
        heard = _hearing(room, hearing_id)
        films = {one.hearing_id: one for one in filmed_hearings(session, here.id, room=room.code)}
    found = films.get(hearing_id)
    if found is None:
        raise Refusal("Number {number} has not been heard, so there is no recording of it.", number=heard.number)
    if found.recording is not None and found.recording.state == RecordingState.VERIFIED:
        raise Refusal("This hearing has a verified recording already.", status=409)


def _moment(began: str, asker: Asker) -> datetime | None:
    if not began:
        return None
    try:
        moment = datetime.fromisoformat(began).replace(tzinfo=asker.visit.zone)
    except ValueError:
        raise Refusal("Give the time at which the recording begins as 9:32:10.", field="began") from None
    if moment > asker.visit.now:
        raise Refusal("A recording cannot begin in the future.", field="began")
    return moment


def _data(asker: Asker, here: Here, room_id: int) -> dict[str, Any]:
    with asker.reading() as session:
        desk = _desk(session, here, _room(session, here, room_id))
    return {
        "here": here,
        "desk": desk,
        "runs": here.may(Power.INTERVIEW_HEARING_RUN),
        "films": here.may(Power.RECORDING_VIDEO_UPLOAD),
        "state_words": STATE_WORDS,
        "state_kinds": STATE_KINDS,
        "reinstate_words": INTERRUPTION_WORDS[EventKind.REINSTATE],
    }


def _room(session: Session, here: Here, room_id: int) -> BoardRoom:
    return need(next((one for one in room_board(session, here.id) if one.room_id == room_id), None))


def _hearing(room: BoardRoom, hearing_id: int) -> BoardHearing:
    return need(next((one for one in room.hearings if one.hearing_id == hearing_id), None))


def _desk(session: Session, here: Here, room: BoardRoom) -> RoomDesk:
    heard = room.present or room.following
    shown = heard.hearing_id if heard else 0
    questions = sum(event.kind is EventKind.QUESTION for event in noted_events(session, shown)) if shown else 0
    received = sheets_in(session, [shown]).get(shown, frozenset())
    seats = [
        one
        for one in seats_of_rooms(session, here.id).get(room.room_id, ())
        if not one.withdrawn or one.number in received
    ]
    films = {one.hearing_id: one for one in filmed_hearings(session, here.id, room=room.code)}
    called = called_at(session, here.id)
    return RoomDesk(
        room=room,
        heard=heard,
        steps=_steps(heard, questions) if heard else (),
        interruptions=_interruptions(heard) if heard else (),
        sheets=len(received),
        seats=len(seats),
        lines=tuple(_line(one, films.get(one.hearing_id), called.get(one.hearing_id)) for one in room.hearings),
    )


def _steps(heard: BoardHearing, questions: int) -> tuple[Step, ...]:
    """What may come next without a reason, the usual first."""
    first = FIRST_STEP.get(heard.state)
    kinds = [kind for kind in STEP_WORDS if heard.state in ALLOWED[kind] and kind not in NEEDS_REASON]
    facts = {"number": heard.number, "question": questions + 1}
    steps = [Step(kind, Sentence(STEP_WORDS[kind], facts), kind is first) for kind in kinds]
    return tuple(sorted(steps, key=lambda step: not step.first))


def _interruptions(heard: BoardHearing) -> tuple[tuple[EventKind, Sentence], ...]:
    kinds: Sequence[EventKind] = [kind for kind in INTERRUPTION_WORDS if heard.state in ALLOWED[kind]]
    return tuple((kind, Sentence(INTERRUPTION_WORDS[kind])) for kind in kinds)


def _line(one: BoardHearing, film: FilmedHearing | None, called: datetime | None) -> Line:
    verified = film is not None and film.recording is not None and film.recording.state == RecordingState.VERIFIED
    return Line(
        hearing=one,
        word=Sentence(STATE_WORDS[one.state]),
        kind=STATE_KINDS[one.state],
        film=film_of(film),
        wants_film=film is not None and not verified and one.state not in IN_ROOM,
        called=called,
    )


router = Router("/", route_handlers=[room_page, room_progress, note, take_video])
