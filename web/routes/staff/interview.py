"""The interview of a selection: rooms with their panels and lots, and the live board of the day."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from core.errors import Problem, Refusal
from core.people import Power
from core.words import N_, Name, Sentence
from exam.queries import posts_of
from exam.stages import Stage, has_reached
from exam.tables import Post
from interview.actions import open_room
from interview.hearing import ENDED, EventKind
from interview.panel import KIND_WORDS
from interview.queries import (
    BoardRoom,
    admitted,
    check_room_panel,
    has_begun,
    latest,
    room_board,
    seats_of_rooms,
    sheet_form,
    sheets_in,
)
from recording.queries import filmed_hearings
from web.asking import Asker
from web.board import Board, board_of, shown_hearing
from web.forms import Form
from web.routes.staff.here import Here, enter
from web.words import duty_words

AREA = (
    Power.INTERVIEW_DRAW_RECORD,
    Power.INTERVIEW_HEARING_RUN,
    Power.INTERVIEW_HEARING_SEAL,
    Power.INTERVIEW_NUMBER_READ,
    Power.INTERVIEW_PANEL_COMPOSE,
    Power.INTERVIEW_PROGRESS_READ,
)
"""Whoever holds one of these sees the area; each part of it asks for its own."""

ERRANDS_SHOWN = 5
NEWS_SHOWN = 5
FEW_ROOMS = 6
"""So many rooms, errands and news fit on one screen."""

NEWS_WORDS = {
    EventKind.CALL: N_("Room {room}　number {number} called"),
    EventKind.UNCALL: N_("Room {room}　call of number {number} taken back"),
    EventKind.SPEECH: N_("Room {room}　number {number} speaks"),
    EventKind.QUESTION: N_("Room {room}　question to number {number}"),
    EventKind.END: N_("Room {room}　number {number} has left, marking"),
    EventKind.SUBMIT: N_("Room {room}　sheet of seat {seat} for number {number}"),
    EventKind.SEAL: N_("Room {room}　number {number} sealed"),
    EventKind.ABSENCE: N_("Room {room}　number {number} absent"),
    EventKind.REINSTATE: N_("Room {room}　number {number} came after all"),
    EventKind.WITHDRAW: N_("Room {room}　number {number} gave up"),
    EventKind.ADJOURN: N_("Room {room}　number {number} adjourned"),
    EventKind.RESUME: N_("Room {room}　number {number} goes on"),
    EventKind.REOPEN: N_("Room {room}　sheet of number {number} given back"),
    EventKind.LEAVE: N_("Room {room}　a judge left number {number}"),
    EventKind.VOID: N_("Room {room}　number {number} declared void"),
}


@dataclass(frozen=True, slots=True)
class RoomState:
    """A room on the area's page: what stands against its panel as far as that is still to be settled."""

    room: BoardRoom
    post_code: str
    begun: bool
    panel: tuple[Problem, ...]

    @property
    def ended(self) -> int:
        """How many of its hearings are over."""
        return sum(one.state in ENDED for one in self.room.hearings)


@dataclass(frozen=True, slots=True)
class PostState:
    """A post on the area's page: how many are admitted, and whether their lots are drawn."""

    post: Post
    admitted: int
    drawn: bool
    rooms: int

    @property
    def name(self) -> Name:
        """Its name in both languages."""
        return Name(self.post.name, self.post.name_en)


@get("/staff/{code:str}/interview", sync_to_thread=True)
def interview_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """Rooms, panels, lots: what is ready for the day and what is not."""
    here = enter(asker, code, *AREA)
    return asker.page("staff/interview.html", **_data(asker, here))


@post("/staff/{code:str}/interview/rooms", sync_to_thread=True)
def add_room(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Open a room for one post."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    posts = {one.code: one.id or 0 for one in asker.read(posts_of, here.id)}
    post_code = form.choice("post", list(posts))
    room_code, name = form.text("code", longest=16), form.text("name", longest=100)
    name_en = form.text("name_en", required=False, longest=100)
    try:
        form.refuse()
        asker.act(open_room, posts[post_code], room_code, name, name_en)
    except Refusal as refusal:
        return asker.refused("staff/interview.html", form, refusal, **_data(asker, here))
    return Redirect(f"{here.path}/interview#rooms", status_code=303)


@get("/staff/{code:str}/interview/board", sync_to_thread=True)
def board_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """All rooms on one screen, live."""
    here = enter(asker, code, *AREA)
    with asker.reading() as session:
        board = read_board(session, here, asker)
        news = [
            (one.at, Sentence(NEWS_WORDS[one.kind], {"room": one.room_code, "number": one.number, "seat": one.seat}))
            for one in latest(session, here.id, NEWS_SHOWN)
        ]
    return asker.page(
        "staff/interview_board.html",
        "board",
        here=here,
        board=board,
        errands=board.errands[:ERRANDS_SHOWN],
        news=news,
        many=len(board.rooms) > FEW_ROOMS,
        duty_words=duty_words,
        kind_words=KIND_WORDS,
    )


def read_board(session: Session, here: Here, asker: Asker) -> Board:
    """The board of a selection as it stands, in a fixed number of reads."""
    rooms = room_board(session, here.id)
    shown = [one.hearing_id for one in map(shown_hearing, rooms) if one]
    return board_of(
        here.selection.code,
        rooms,
        seats_of_rooms(session, here.id),
        sheets_in(session, shown),
        filmed_hearings(session, here.id),
        sum(group.seats for group in sheet_form(session, here.id).groups) if rooms else 0,
        asker.visit.now,
    )


def _data(asker: Asker, here: Here) -> dict[str, Any]:
    composes = here.may(Power.INTERVIEW_PANEL_COMPOSE)
    with asker.reading() as session:
        rooms = room_board(session, here.id)
        posts = [_post_state(session, one, rooms) for one in posts_of(session, here.id)]
        codes = {one.post.id: one.post.code for one in posts}
        states = [_room_state(session, one, codes[one.post_id], asker, checked=composes) for one in rooms]
    return {
        "here": here,
        "road": here.road,
        "rooms": states,
        "posts": posts,
        "post_choices": [
            (one.post.code, Sentence("{code} {name}", {"code": one.post.code, "name": one.name})) for one in posts
        ],
        "entered": has_reached(here.stage, Stage.INTERVIEW_ENTRY),
        "composes": composes,
        "runs": here.may(Power.INTERVIEW_HEARING_RUN),
        "draws": here.may(Power.INTERVIEW_DRAW_RECORD),
        "reads_numbers": here.may(Power.INTERVIEW_NUMBER_READ),
        "observes": here.may(Power.INTERVIEW_HEARING_SEAL),
    }


def _room_state(session: Session, room: BoardRoom, post_code: str, asker: Asker, *, checked: bool) -> RoomState:
    begun = has_begun(session, room.room_id)
    problems: tuple[Problem, ...] = ()
    if checked and not begun:
        check = check_room_panel(session, room.room_id, asker.visit.now)
        problems = (*(one.problem() for one in check.exclusions), *check.problems)
    return RoomState(room, post_code, begun, problems)


def _post_state(session: Session, post: Post, rooms: tuple[BoardRoom, ...]) -> PostState:
    waiting = admitted(session, post.id or 0)
    own = [room for room in rooms if room.post_id == post.id]
    return PostState(post, len(waiting), any(room.hearings for room in own), len(own))


router = Router("/", route_handlers=[interview_page, add_room, board_page])
