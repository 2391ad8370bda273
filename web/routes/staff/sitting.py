"""Tickets and seats of the written exam: drawn by lot, listed, printed."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session, select

from core.draws import SECRET_BYTES, Notice, commitment, draw, open_draw
from core.errors import Refusal
from core.people import Power
from core.queries import names_of
from core.tables import Person
from core.words import N_, Sentence
from exam.queries import (
    CandidacyLine,
    candidacies,
    funnel,
    newest_version,
    written_papers,
)
from exam.registration import PaperKind
from exam.tables import Registration
from exam.vetting import UNDECIDED, RegistrationState
from interview.actions import draw_seats
from interview.queries.draws import SEATS, newest_draw, seats_draw_id
from scoring.explain import Names
from scoring.queries import scheme_in_force
from web.asking import Asker, need
from web.forms import Form
from web.i18n import Translator
from web.pages import Filled, Paging
from web.routes.staff.files import made_file
from web.routes.staff.here import Here, enter, post_name
from web.tickets import Holder, ticket_pdf

PARTIES = ("party_1", "party_2", "party_3")
LEAST_PARTIES = 2
USUAL_PARTIES = (N_("Selection office"), N_("Discipline office"))


@dataclass(frozen=True, slots=True)
class Seated:
    """One line of the list: the candidate with ticket, room and seat, and their name."""

    line: CandidacyLine
    name: str


@get("/staff/{code:str}/tickets", sync_to_thread=True)
def tickets_page(asker: NamedDependency[Asker], code: FromPath[str], page: FromQuery[int] = 1) -> Response[str]:
    """The draw that is still to come, or everybody with ticket, room and seat."""
    here = enter(asker, code, Power.EXAM_TICKET_ISSUE)
    data = _data(asker, here, page)
    if data["total"]:
        return asker.page("staff/tickets.html", **data)
    say = Translator(asker.visit.language, asker.visit.zone)
    typed = {f"{name}": say(words) for name, words in zip(PARTIES, USUAL_PARTIES, strict=False)}
    return asker.page("staff/tickets_draw.html", form=Filled({**typed, "room_size": "30"}), **data)


@post("/staff/{code:str}/tickets", sync_to_thread=True)
def issue(asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]) -> Response[str] | Redirect:
    """Draw the order out of the parties' secrets and issue the tickets in it."""
    here = enter(asker, code, Power.EXAM_TICKET_ISSUE)
    if asker.read(candidacies, here.id):
        raise Refusal("The seats are drawn and the tickets issued already.", status=409)
    try:
        room_size = form.whole("room_size", low=1, high=500)
        reveals = _read_parties(form)
        form.refuse()
        notice = asker.read(_notice, here)
        if notice.pool.hex() != form.raw("pool"):
            raise Refusal("Who passed has changed since this page was shown; look at it again.", status=409)  # noqa: TRY301 - shown below
        commitments = {
            party: commitment(notice.draw_id, notice.pool, party, secret) for party, secret in reveals.items()
        }
        asker.act(draw_seats, here.id, draw(notice, commitments, reveals), room_size)
    except Refusal as refusal:
        return asker.refused("staff/tickets_draw.html", form, refusal, **_data(asker, here, 1))
    return Redirect(f"{here.path}/tickets", status_code=303)


@get("/staff/{code:str}/tickets/draw.json", sync_to_thread=True)
def draw_record(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[bytes]:
    """The record of the draw, from which anyone can draw again."""
    here = enter(asker, code, Power.EXAM_SELECTION_READ)
    row = need(asker.read(newest_draw, here.id, SEATS))
    content = json.dumps(row.record, ensure_ascii=False, indent=1).encode()
    return made_file(content, f"draw-{here.selection.code}-seats-{row.number}.json", "application/json")


@get("/staff/{code:str}/tickets/{number:str}/ticket.pdf", sync_to_thread=True)
def one_ticket(asker: NamedDependency[Asker], code: FromPath[str], number: FromPath[str]) -> Response[bytes]:
    """One admission ticket to print."""
    here = enter(asker, code, Power.EXAM_TICKET_ISSUE)
    say = Translator(asker.visit.language, asker.visit.zone)
    with asker.reading() as session:
        lines = candidacies(session, here.id)
        holder = _holder(session, need(next((one for one in lines if one.candidacy.ticket_number == number), None)))
        names = Names.of(scheme_in_force(session, here.id))
        papers = [(paper, names.part(paper.key)) for paper in written_papers(session, here.id)]
    content = ticket_pdf(asker.house, say, here.selection, holder, papers)
    return made_file(content, f"ticket-{number}.pdf", "application/pdf", inline=True)


def _holder(session: Session, line: CandidacyLine) -> Holder:
    candidacy = line.candidacy
    registration = session.get_one(Registration, candidacy.registration_id)
    body = newest_version(session, registration).body
    photo = next((one["sha256"] for one in body["papers"] if one["kind"] == PaperKind.PHOTO), "")
    return Holder(candidacy, line.post, session.get_one(Person, candidacy.person_id), body["form"], photo)


def _read_parties(form: Form) -> dict[str, bytes]:
    """The parties by name with their secrets: what each typed, hashed to 32 bytes, or one made here by chance."""
    reveals: dict[str, bytes] = {}
    for name in PARTIES:
        party = form.text(name, required=False, longest=60)
        typed = form.text(f"{name}_secret", required=False, longest=400)
        if typed and not party:
            form.wrong(name, N_("Name the party this secret belongs to."))
        if party in reveals:
            form.wrong(name, N_("Two parties cannot have the same name."))
        if party:
            reveals[party] = hashlib.sha256(typed.encode()).digest() if typed else secrets.token_bytes(SECRET_BYTES)
    if len(reveals) < LEAST_PARTIES and not form.problems:
        form.wrong(PARTIES[1], N_("At least {least} parties take part in a draw."), least=LEAST_PARTIES)
    return reveals


def _notice(session: Session, here: Here) -> Notice:
    """What is drawn from: everybody who passed, by the reference of the registration."""
    passed = session.exec(
        select(Registration.reference).where(
            Registration.selection_id == here.id, Registration.state == RegistrationState.PASSED
        )
    ).all()
    return open_draw(seats_draw_id(session, here.id), passed)


def _data(asker: Asker, here: Here, page: int) -> dict[str, Any]:
    with asker.reading() as session:
        lines = candidacies(session, here.id)
        paging = Paging(len(lines), max(1, page))
        shown = lines[paging.first - 1 : paging.last] if lines else []
        people = names_of(session, {line.candidacy.person_id for line in shown})
        counted = funnel(session, here.id).values()
        passed = sum(one.get(RegistrationState.PASSED, 0) for one in counted)
        notice = _notice(session, here) if passed and not lines else None
        drawn = newest_draw(session, here.id, SEATS)
    rooms = [line.candidacy.exam_room for line in lines]
    return {
        "here": here,
        "road": here.road,
        "total": len(lines),
        "seated": [Seated(line, people.get(line.candidacy.person_id, "")) for line in shown],
        "post_names": {line.post.id: post_name(line.post) for line in shown},
        "paging": paging,
        "rooms": [(room, rooms.count(room)) for room in sorted(set(rooms))],
        "passed": passed,
        "undecided": sum(number for one in counted for state, number in one.items() if state in UNDECIDED),
        "draw_id": notice.draw_id if notice else "",
        "pool": notice.pool.hex() if notice else "",
        "drawn": drawn,
        "figures": [(passed, Sentence(N_("tickets, each with a number, a room and a seat")))],
        "parties": PARTIES,
    }


router = Router("/", route_handlers=[tickets_page, issue, draw_record, one_ticket])
