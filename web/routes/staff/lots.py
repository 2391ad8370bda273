"""The candidates' lots: a signed register of physical ones, or a draw by computer that anyone can redo."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session, col, select

from core.audit import short_code
from core.draws import SECRET_BYTES, Draw as ComputedDraw, Notice, commitment, draw, open_draw
from core.errors import Problem, Refusal
from core.files import Saved
from core.kinds import MediaKind
from core.people import Power
from core.placement import Complete, Place, Terms
from core.words import N_, Name, Sentence
from exam.queries import posts_of
from exam.tables import Post
from interview.actions import note_number_view, record_draw
from interview.actions.lots import draw_id
from interview.hearing import STATE_WORDS
from interview.lots import Lot, Register
from interview.queries import BoardRoom, admitted, number_table, room_board
from interview.tables import Draw
from web.asking import Asker, need
from web.board import STATE_KINDS
from web.forms import Form
from web.routes.staff.here import Here, enter

SCANS = frozenset({MediaKind.PDF, MediaKind.JPEG, MediaKind.PNG})
SCAN_BODY_CAP = 32 * 1024 * 1024
OFFICE = "office"
"""The party of the draw by computer that this system itself is."""
WITNESSES = 2
LEAST_PHRASE = 6


@dataclass(frozen=True, slots=True)
class Lots:
    """A post before its lots are drawn: who is to be heard, in which rooms, under which number of the draw."""

    post: Post
    tickets: tuple[str, ...]
    rooms: tuple[BoardRoom, ...]
    draw_id: str
    drawn: Draw | None

    @property
    def name(self) -> Name:
        """The post's name in both languages."""
        return Name(self.post.name, self.post.name_en)

    def notice(self) -> Notice:
        """What a draw by computer is made from; several rooms take equal shares."""
        share, rest = divmod(len(self.tickets), max(len(self.rooms), 1))
        places = tuple(Place(room.code, share + (place < rest)) for place, room in enumerate(self.rooms))
        terms = Terms(places=places, complete=Complete.IDS) if len(self.rooms) > 1 else None
        return open_draw(self.draw_id, self.tickets, terms)


# ── drawing and recording ────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/interview/lots/{post_code:str}", sync_to_thread=True)
def lots_page(asker: NamedDependency[Asker], code: FromPath[str], post_code: FromPath[str]) -> Response[str]:
    """The form of the signed register and the draw by computer; afterwards, how the lots were drawn."""
    here = enter(asker, code, Power.INTERVIEW_DRAW_RECORD)
    return asker.page("staff/interview_lots.html", **_data(asker, here, post_code))


@post(
    "/staff/{code:str}/interview/lots/{post_code:str}/register",
    sync_to_thread=True,
    request_max_body_size=SCAN_BODY_CAP,
)
def save_register(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], post_code: FromPath[str]
) -> Response[str] | Redirect:
    """Record physical lots as the signed register has them."""
    here = enter(asker, code, Power.INTERVIEW_DRAW_RECORD)
    lots = asker.read(_lots, here, post_code)
    try:
        register = _read_register(form, lots)
        form.refuse()
        scan = _scan(asker, form)
        asker.act(record_draw, lots.post.id or 0, register, scan=scan)
    except Refusal as refusal:
        refusal.problems = tuple(_for_field(one, lots) for one in refusal.problems)
        return asker.refused("staff/interview_lots.html", form, refusal, **_data(asker, here, post_code))
    return Redirect(f"{here.path}/interview/lots/{post_code}", status_code=303)


@post("/staff/{code:str}/interview/lots/{post_code:str}/computed", sync_to_thread=True)
def draw_now(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], post_code: FromPath[str]
) -> Response[str] | Redirect:
    """Draw from this system's secret, committed to before, and the witnesses' secrets, which it could not know."""
    here = enter(asker, code, Power.INTERVIEW_DRAW_RECORD)
    lots = asker.read(_lots, here, post_code)
    try:
        phrases = _read_phrases(form)
        form.refuse()
        drawn = _draw(asker, form, lots.notice(), phrases)
        asker.act(record_draw, lots.post.id or 0, drawn)
    except Refusal as refusal:
        return asker.refused("staff/interview_lots.html", form, refusal, **_data(asker, here, post_code))
    return Redirect(f"{here.path}/interview/lots/{post_code}", status_code=303)


def _read_register(form: Form, lots: Lots) -> Register:
    rooms = [room.code for room in lots.rooms]
    drawn = []
    for ticket in lots.tickets:
        text = form.raw(f"number-{ticket}").strip()
        room = form.raw(f"room-{ticket}") if len(rooms) > 1 else next(iter(rooms), "")
        if not text:
            form.wrong(f"number-{ticket}", N_("{ticket} has no number yet."), ticket=ticket)
        elif not (text.isascii() and text.isdigit() and 1 <= int(text) <= 9999):
            form.wrong(f"number-{ticket}", N_("The number of {ticket} is not a whole number."), ticket=ticket)
        else:
            drawn.append(Lot(ticket, room, int(text)))
    reference = form.text("reference", required=False, longest=100)
    witnesses = tuple(form.text(f"witness_{n}", required=False, longest=100) for n in range(1, WITNESSES + 1))
    return Register(reference, witnesses, tuple(drawn))


def _scan(asker: Asker, form: Form) -> Saved | None:
    upload = form.upload("scan")
    if upload is None:
        return None
    return asker.house.files.receive(upload.file, cap=asker.house.settings.upload_cap, kinds=SCANS)


def _for_field(problem: Problem, lots: Lots) -> Problem:
    """A problem of a lot, named for the field in which its number was typed."""
    if problem.row:
        return Problem(problem.sentence, problem.facts, f"number-{lots.tickets[problem.row - 1]}")
    field = {"witnesses": "witness_1", "number": "", "ticket": ""}.get(problem.field, problem.field)
    return Problem(problem.sentence, problem.facts, field)


def _read_phrases(form: Form) -> dict[str, bytes]:
    """Each witness's secret: the SHA-256 of what they typed, by the witness's part in the draw."""
    found: dict[str, bytes] = {}
    for number in range(1, WITNESSES + 1):
        party = form.text(f"party_{number}", required=number == 1, longest=60)
        phrase = form.text(f"phrase_{number}", required=bool(party), longest=200)
        if not party:
            continue
        if phrase and len(phrase) < LEAST_PHRASE:
            form.wrong(
                f"phrase_{number}", N_("At least {least} signs, so that nobody can guess it."), least=LEAST_PHRASE
            )
        if party in {*found, OFFICE}:
            form.wrong(f"party_{number}", N_("Each party of the draw needs a name of its own."))
        found[party] = hashlib.sha256(phrase.encode()).digest()
    return found


def _draw(asker: Asker, form: Form, notice: Notice, phrases: dict[str, bytes]) -> ComputedDraw:
    own = bytes.fromhex(asker.house.vault.open(form.raw("kept")))
    secrets_of = {OFFICE: own, **phrases}
    promised = {party: commitment(notice.draw_id, notice.pool, party, one) for party, one in secrets_of.items()}
    if promised[OFFICE].hex() != form.raw("promised"):
        raise Refusal("The list of candidates has changed since. Note the new commitment and draw again.", status=409)
    return draw(notice, promised, secrets_of)


def _data(asker: Asker, here: Here, post_code: str) -> dict[str, Any]:
    lots = asker.read(_lots, here, post_code)
    data: dict[str, Any] = {
        "here": here,
        "road": here.road,
        "lots": lots,
        "room_choices": [
            (one.code, Sentence("{code} {name}", {"code": one.code, "name": one.name})) for one in lots.rooms
        ],
        "witnesses": range(1, WITNESSES + 1),
        "promised": "",
        "promised_code": "",
        "kept": "",
    }
    if lots.drawn is None and lots.tickets and lots.rooms:
        secret = secrets.token_bytes(SECRET_BYTES)
        notice = lots.notice()
        promised = commitment(notice.draw_id, notice.pool, OFFICE, secret)
        data |= {
            "promised": promised.hex(),
            "promised_code": short_code(promised),
            "kept": asker.house.vault.seal(secret.hex()),
        }
    return data


def _lots(session: Session, here: Here, post_code: str) -> Lots:
    chosen = need(next((one for one in posts_of(session, here.id) if one.code == post_code), None))
    rooms = tuple(room for room in room_board(session, here.id) if room.post_id == chosen.id)
    wanted = select(Draw).where(Draw.selection_id == here.id, Draw.subject == f"order:{chosen.code}")
    return Lots(
        post=chosen,
        tickets=tuple(one.ticket_number for one in admitted(session, chosen.id or 0)),
        rooms=rooms,
        draw_id=draw_id(session, chosen.id or 0),
        drawn=session.exec(wanted.order_by(col(Draw.number).desc())).first(),
    )


# ── whose number is whose ────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/interview/numbers/{room_code:str}", sync_to_thread=True)
def numbers_page(asker: NamedDependency[Asker], code: FromPath[str], room_code: FromPath[str]) -> Response[str]:
    """What showing the number table means; it is not shown by this."""
    here = enter(asker, code, Power.INTERVIEW_NUMBER_READ)
    room = _room(asker, here, room_code)
    return asker.page("staff/interview_numbers.html", here=here, road=here.road, room=room, lines=())


@post("/staff/{code:str}/interview/numbers/{room_code:str}", sync_to_thread=True)
def show_numbers(asker: NamedDependency[Asker], code: FromPath[str], room_code: FromPath[str]) -> Response[str]:
    """Note in the journal that the table is looked at, then show it."""
    here = enter(asker, code, Power.INTERVIEW_NUMBER_READ)
    room = _room(asker, here, room_code)
    asker.act(note_number_view, room.room_id)
    return asker.page(
        "staff/interview_numbers.html",
        here=here,
        road=here.road,
        room=room,
        lines=asker.read(number_table, room.room_id),
        words=STATE_WORDS,
        kinds=STATE_KINDS,
    )


def _room(asker: Asker, here: Here, room_code: str) -> BoardRoom:
    return need(next((one for one in asker.read(room_board, here.id) if one.code == room_code), None))


router = Router("/", route_handlers=[lots_page, save_register, draw_now, numbers_page, show_numbers])
