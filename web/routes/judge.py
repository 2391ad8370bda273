"""The judge's tablet: let in by seat card and PIN, one sheet at a time, others' marks never here.

Reads come from interview.blind alone; an import contract and a test on the wire keep it so.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from core.errors import Problem, Refusal, Stale
from core.settings import Zone
from core.words import N_
from interview import blind
from interview.actions import keep_draft, submit_sheet
from interview.blind import HearingView, OwnDraft, OwnSheet, SeatView
from interview.scoresheet import SheetForm, check_marks
from interview.topics import room_topic
from web.asking import Asker, need
from web.entering import open_session
from web.following import follow_topics
from web.forms import Form
from web.pages import Filled
from web.passwords import which_matches
from web.seat_cards import typed_card
from web.tablets import Tablet, Tablets

MOST_BY_CARD = 30  # wrong PINs for one card, from wherever they come


class Draft(msgspec.Struct):
    """An unfinished sheet as the tablet sends it; marks are text."""

    version: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    sequence: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    marks: Annotated[dict[str, str], msgspec.Meta(max_length=100)]


# ── letting in ───────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/judge/open", sync_to_thread=True)
def open_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form for seat card and PIN."""
    return asker.page("judge/open.html", place="", number=0)


@post("/judge/open", sync_to_thread=True)
def open_seat(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open the seat on this tablet."""
    given = typed_card(form.raw("card"), form.raw("pin"))
    code = given.code[:20]
    key, tries = f"card:{code}@{asker.address}", asker.house.tries
    try:
        tries.refuse_more(key)
        tries.refuse_more(code, MOST_BY_CARD)
        found = asker.read(blind.cards, given.mark)
        place = which_matches([one.card_hash for one in found], given.secret)
        if place is None:
            tries.note(key)
            tries.note(code)
            raise Refusal("Seat card or PIN is not right. Call staff if it goes on.", field="card")  # noqa: TRY301
    except Refusal as refusal:
        return asker.refused("judge/open.html", form, refusal, place="", number=0)
    return open_session(asker, "/judge", seat_id=found[place].seat_id)


# ── the sheet ────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/judge", sync_to_thread=True)
def now_page(asker: NamedDependency[Asker]) -> Response[str] | Redirect:
    """Who is in the room now, by number: the sheet to mark, or what has been handed in."""
    seat_id = asker.seat_id
    with asker.reading() as session:
        place = need(blind.seat(session, seat_id))
        heard = blind.in_room(session, seat_id)
        done = blind.own_sheet(session, seat_id, heard.hearing_id) if heard else None
        earlier = blind.own_sheets(session, seat_id)
    if heard and heard.open_for_marks and not done and not asker.visit.fragment:
        return Redirect(f"/judge/{heard.number}", status_code=303)
    answer = asker.page(
        "judge/now.html",
        "now",
        **_frame(asker, place, heard),
        heard=heard,
        to_mark=bool(heard and heard.open_for_marks and not done),
        done=done,
        earlier=earlier,
    )
    if heard and heard.open_for_marks and not done:
        answer.headers["HX-Redirect"] = f"/judge/{heard.number}"
    return answer


@get("/judge/next", sync_to_thread=True)
def what_next(asker: NamedDependency[Asker], seen: FromQuery[int] = 0) -> Response[str] | Redirect:
    """What comes after the sheet of number `seen`: the next opens by itself, unless the judge looks further back."""
    seat_id = asker.seat_id
    if not asker.visit.fragment:
        return Redirect("/judge", status_code=303)
    with asker.reading() as session:
        need(blind.seat(session, seat_id))
        heard = blind.in_room(session, seat_id)
        done = [one.number for one in blind.own_sheets(session, seat_id)]
    to_mark = bool(heard and heard.open_for_marks and heard.number not in done)
    answer = asker.page("judge/receipt.html", "next", **_next(heard, to_mark=to_mark), seen=seen)
    if heard and to_mark and seen >= max(done, default=0):
        answer.headers["HX-Redirect"] = f"/judge/{heard.number}"
    return answer


@get("/judge/{number:int}", sync_to_thread=True)
def sheet_page(
    asker: NamedDependency[Asker], tablets: NamedDependency[Tablets], number: FromPath[int]
) -> Response[str]:
    """The marking sheet of the number in the room, or the judge's own sheet of an earlier one, read-only."""
    sheet = _sheet(asker, tablets, number)
    return _receipt_page(asker, sheet, sheet.own) if sheet.own else _marking_page(asker, sheet, Filled())


@put("/judge/{number:int}/draft", status_code=204)
async def save_draft(
    request: Request[Any, Any, Any],
    asker: NamedDependency[Asker],
    tablets: NamedDependency[Tablets],
    number: FromPath[int],
) -> None:
    """Keep an unfinished sheet as the tablet sends it."""
    seat_id = asker.seat_id
    try:
        draft = msgspec.json.decode(await request.body(), type=Draft)
    except msgspec.MsgspecError:
        raise Refusal("This draft cannot be read.", status=400) from None
    _, heard = await tablets.find(seat_id, number)
    await asker.house.acts.keep(keep_draft, seat_id, heard.hearing_id, draft.sequence, draft.marks)


@post("/judge/{number:int}/check", sync_to_thread=True)
def check(
    asker: NamedDependency[Asker],
    tablets: NamedDependency[Tablets],
    form: NamedDependency[Form],
    number: FromPath[int],
) -> Response[str]:
    """Show all marks and the total before the sheet is handed in."""
    sheet = _sheet(asker, tablets, number)
    if sheet.own:
        return _receipt_page(asker, sheet, sheet.own)
    try:
        marks = check_marks(sheet.form, _given(form, sheet.form))
    except Refusal as refusal:
        return _marking_page(asker, sheet, _element_problems(form, refusal), status=422)
    shown = _sheet_data(asker, sheet, dict(marks.by_element), sequence=0)
    with asker.reading() as session:
        earlier = [(one.number, one.total) for one in blind.own_sheets(session, asker.seat_id)]
    return asker.page(
        "judge/confirm.html",
        **_frame(asker, sheet.place, sheet.heard),
        sheet=shown,
        total=marks.total,
        maximum=sheet.form.total,
        key=form.raw("key"),
        sheet_url=f"/judge/{number}",
        submit_url=f"/judge/{number}/submit",
        earlier=earlier,
    )


@post("/judge/{number:int}/submit", sync_to_thread=True)
def submit(
    asker: NamedDependency[Asker],
    tablets: NamedDependency[Tablets],
    form: NamedDependency[Form],
    number: FromPath[int],
) -> Response[str] | Redirect:
    """Hand the sheet in, once; the same key brings the same receipt. (web.sheet_door takes the plain case.)"""
    sheet = _sheet(asker, tablets, number)
    try:
        marks = check_marks(sheet.form, _given(form, sheet.form))
        code = blind.sheet_code(sheet.place, sheet.heard, sheet.form, marks)
        asker.act(submit_sheet, sheet.heard.hearing_id, marks, form.raw("key"), code)
    except Stale:
        return Redirect(f"/judge/{number}", status_code=303)
    except Refusal as refusal:
        return _marking_page(asker, sheet, _element_problems(form, refusal), status=refusal.status)
    return Redirect(f"/judge/{number}", status_code=303)


@get("/judge/live")
async def follow(request: Request[Any, Any, Any], asker: NamedDependency[Asker]) -> Stream:
    """That something changed in the room (called, sealed), without saying what."""
    seat_id = asker.seat_id
    place = need(asker.read(blind.seat, seat_id))
    topics = frozenset({room_topic(place.room_id)})
    return follow_topics(asker, request.app.state.sessions, topics, lambda actor: actor.seat_id == seat_id, said="room")


# ── what the pages show ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Everything of one sheet that this seat may know."""

    tablet: Tablet
    heard: HearingView
    draft: OwnDraft | None
    own: OwnSheet | None

    @property
    def place(self) -> SeatView:
        """Where the tablet stands."""
        return self.tablet.place

    @property
    def form(self) -> SheetForm:
        """What is marked."""
        return self.tablet.form


def _sheet(asker: Asker, tablets: Tablets, number: int) -> _Sheet:
    seat_id = asker.seat_id
    with asker.reading() as session:
        tablet, known = tablets.find_here(session, seat_id, number)
        stands = need(blind.standing(session, seat_id, known.hearing_id))
        own = blind.own_sheet(session, seat_id, known.hearing_id) if stands.handed_in else None
    return _Sheet(tablet, stands.heard, stands.draft, own)


def _frame(asker: Asker, place: SeatView, heard: HearingView | None) -> dict[str, Any]:
    words = N_("Room {room}, judge's seat {seat}")
    return {"place": asker.say(words, room=place.room_code, seat=place.number), "number": heard.number if heard else 0}


def _marking_page(asker: Asker, sheet: _Sheet, filled: Filled, *, status: int = 200) -> Response[str]:
    if not sheet.heard.open_for_marks:
        raise Refusal("Number {number} is not open for marking now.", number=sheet.heard.number, status=409)
    marks = dict(sheet.draft.marks) if sheet.draft else {}
    shown = _sheet_data(asker, sheet, marks, sequence=sheet.draft.sequence if sheet.draft else 0)
    frame = _frame(asker, sheet.place, sheet.heard)
    return asker.page("judge/sheet.html", status=status, **frame, sheet=shown, form=filled)


def _sheet_data(asker: Asker, sheet: _Sheet, marks: dict[str, Any], *, sequence: int) -> dict[str, Any]:
    """The data that judge/sheet.html and judge/confirm.html name."""
    heard = sheet.heard
    return {
        "id": f"{heard.hearing_id}-{asker.seat_id}",
        "version": blind.VERSION,
        "sequence": sequence,
        "marks": marks,
        "form": sheet.tablet.drawn,
        "elements": sheet.tablet.elements[asker.visit.language],
        "draft_url": f"/judge/{heard.number}/draft",
        "check_url": f"/judge/{heard.number}/check",
        "links": [("/judge", asker.say(N_("My sheets")))],
    }


def _receipt_page(asker: Asker, sheet: _Sheet, own: OwnSheet) -> Response[str]:
    place = sheet.place
    data = _sheet_data(asker, sheet, {}, sequence=0)
    names = {one["key"]: one["name"] for one in data["elements"]}
    with asker.reading() as session:
        sheets = blind.own_sheets(session, asker.seat_id)
        present = blind.in_room(session, asker.seat_id)
    to_mark = bool(present and present.open_for_marks and present.number not in {one.number for one in sheets})
    return asker.page(
        "judge/receipt.html",
        **_frame(asker, place, sheet.heard),
        receipt={
            "sheet_id": data["id"],
            "version": blind.VERSION,
            "received": own.received_at,
            "number": f"{place.room_code}-{place.number}-{own.number}",
            "code": own.short_code,
            "marks": [(names[key], mark) for key, mark in own.marks.items()],
            "total": own.total,
        },
        late=own.late,
        seen=own.number,
        sheets=[_line(asker, one) for one in reversed(sheets)],
        **_next(present, to_mark=to_mark),
    )


def _next(present: HearingView | None, *, to_mark: bool) -> dict[str, Any]:
    """What the receipt says of what comes next: nothing about other judges."""
    return {"present": present, "to_mark": to_mark}


def _line(asker: Asker, one: OwnSheet) -> dict[str, Any]:
    state = N_("Late") if one.late else N_("Received")
    return {
        "number": one.number,
        "received": one.received_at,
        "state": asker.say(state),
        "kind": "attention" if one.late else "done",
        "href": f"/judge/{one.number}",
    }


def _given(form: Form, sheet_form: SheetForm) -> dict[str, str]:
    return {one.key: form.raw(f"mark-{one.key}") for one in sheet_form.elements if form.raw(f"mark-{one.key}")}


def _element_problems(form: Form, refusal: Refusal) -> Filled:
    """Problems named for the fields of the sheet's page."""
    return Filled(
        form.values,
        [
            Problem(p.sentence, p.facts, f"element-{p.field}" if p.field and p.field != "key" else p.field)
            for p in refusal.problems
        ],
    )


router = Router(
    "/",
    route_handlers=[open_page, open_seat, now_page, what_next, sheet_page, save_draft, check, submit, follow],
    opt={"zone": Zone.INNER},
)
