"""The recordings of a selection: which hearings are on video and verified, and one recording with its chapters."""

from datetime import timedelta

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from core.errors import Problem
from core.people import Power
from core.tables import StoredFile
from core.words import Sentence
from recording.actions import note_viewing
from recording.queries import (
    FilmedHearing,
    RecordingPage,
    filmed_hearings,
    hearings_without_video,
    recording_page,
    recordings,
)
from recording.states import RECORDING_WORDS, RecordingState
from recording.tables import Recording
from web.asking import Asker, need
from web.board import FILM_KINDS
from web.pages import Filled, Paging, with_query
from web.playing import play, still
from web.routes.staff.here import Here, enter
from web.viewing import review_of

AREA = (Power.RECORDING_VIDEO_UPLOAD, Power.RECORDING_VIDEO_REVIEW)


@get("/staff/{code:str}/recordings", sync_to_thread=True)
def list_page(
    asker: NamedDependency[Asker], code: FromPath[str], status: FromQuery[str] = "", page: FromQuery[int] = 1
) -> Response[str]:
    """All recordings by room and number, and the sealed hearings that have none."""
    here = enter(asker, code, *AREA)
    wanted = status if status in set(RecordingState) else ""
    with asker.reading() as session:
        lines, total = recordings(session, here.id, state=wanted, page=max(page, 1))
        missing = hearings_without_video(session, here.id)
        filmed = filmed_hearings(session, here.id)
    return asker.page(
        "staff/recordings.html",
        here=here,
        road=here.road,
        lines=lines,
        missing=missing,
        counts=_counts(filmed),
        hearings=len(filmed),
        paging=Paging(total, max(page, 1), query=with_query("", status=wanted)[1:]),
        narrowed=bool(wanted),
        states=[(one.value, Sentence(words)) for one, words in RECORDING_WORDS.items()],
        words=RECORDING_WORDS,
        kinds=FILM_KINDS,
        lengths={one.recording.id: timedelta(milliseconds=one.recording.milliseconds) for one in lines},
        reasons={one.recording.id: _problem(one.recording) for one in lines if one.recording.problem},
        reviews=here.may(Power.RECORDING_VIDEO_REVIEW),
        form=Filled({"status": wanted}),
    )


@get("/staff/{code:str}/recordings/{recording_id:int}", sync_to_thread=True)
def one_page(asker: NamedDependency[Asker], code: FromPath[str], recording_id: FromPath[int]) -> Response[str]:
    """One recording: player, chapters, findings, facts. Opening it is noted in the journal."""
    here = enter(asker, code, Power.RECORDING_VIDEO_REVIEW)
    shown = asker.read(_recording, here, recording_id)
    asker.act(note_viewing, recording_id)
    return asker.page(
        "staff/recording.html",
        here=here,
        road=here.road,
        shown=shown,
        review=review_of(shown),
        state_words=Sentence(RECORDING_WORDS[RecordingState(shown.recording.state)]),
        state_kind=FILM_KINDS[RecordingState(shown.recording.state)],
        video=f"{here.path}/recordings/{recording_id}/video",
        poster=f"{here.path}/recordings/{recording_id}/poster",
    )


@get("/staff/{code:str}/recordings/{recording_id:int}/video", sync_to_thread=True)
def video(
    request: Request,  # type: ignore[type-arg] # of any state
    asker: NamedDependency[Asker],
    code: FromPath[str],
    recording_id: FromPath[int],
) -> Response:  # type: ignore[type-arg] # a stream or nothing
    """The review copy in the parts that the player asks for."""
    return play(request, asker.house.files, _file(asker, code, recording_id, "review"))


@get("/staff/{code:str}/recordings/{recording_id:int}/poster", sync_to_thread=True)
def poster(asker: NamedDependency[Asker], code: FromPath[str], recording_id: FromPath[int]) -> Response[bytes]:
    """The still picture."""
    return still(asker.house.files, _file(asker, code, recording_id, "poster"))


def _file(asker: Asker, code: str, recording_id: int, which: str) -> StoredFile:
    here = enter(asker, code, Power.RECORDING_VIDEO_REVIEW)
    shown = asker.read(_recording, here, recording_id)
    return need(shown.review if which == "review" else shown.poster)


def _recording(session: Session, here: Here, recording_id: int) -> RecordingPage:
    """The recording, if it is one of this selection."""
    found = need(recording_page(session, recording_id))
    return need(found if found.recording.selection_id == here.id else None)


def _problem(row: Recording) -> Problem:
    return Problem(row.problem["sentence"], row.problem.get("facts", {}))


def _counts(filmed: list[FilmedHearing]) -> dict[RecordingState, int]:
    """How many hearings have a recording in each state."""
    return {
        state: sum(one.recording is not None and one.recording.state == state for one in filmed)
        for state in RecordingState
    }


router = Router("/", route_handlers=[list_page, one_page, video, poster])
