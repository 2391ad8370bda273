"""Judges and panels: the register, who may sit in a room and why not, seats and their cards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.days import local_date
from core.errors import Problem, Refusal
from core.people import Power
from core.words import N_, Sentence
from exam.identity import ResidentNumber, read_identity
from interview.actions import (
    NewJudge,
    NewRelation,
    issue_seat_card,
    note_recusal,
    register_judge,
    seat_judge,
    withdraw_seat,
)
from interview.panel import (
    KIND_WORDS,
    RULE_WORDS,
    SOURCE_WORDS,
    TIE_WORDS,
    JudgeKind,
    RecusalRule,
    Source,
    Tie,
    exclusions,
)
from interview.queries import (
    BoardRoom,
    JudgeLine,
    PanelSeat,
    candidate_facts,
    check_room_panel,
    has_begun,
    judge_register,
    panel,
    panel_facts,
    panel_rule,
    room_board,
    sheet_form,
)
from interview.tables import Room
from web.asking import Asker, need
from web.forms import Form
from web.pages import Filled, Paging, with_query
from web.routes.staff.here import Here, enter
from web.seat_cards import SeatCard, new_card

RELATIONS = 3
"""Rows for declared relations in the form of a judge."""

# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/staff/{code:str}/interview/judges", sync_to_thread=True)
def register_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The judges' register, searched by name or unit."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    wanted = JudgeKind(kind) if kind in set(JudgeKind) else None
    lines, total = asker.read(judge_register, search=q.strip(), kind=wanted, page=page)
    paging = Paging(total, max(page, 1), query=with_query("", q=q.strip(), kind=kind)[1:])
    return asker.page(
        "staff/interview_judges.html",
        here=here,
        road=here.road,
        lines=lines,
        paging=paging,
        narrowed=bool(q.strip() or wanted),
        kinds=_options(KIND_WORDS),
        kind_words=KIND_WORDS,
        form=Filled({"q": q, "kind": kind}),
    )


@get("/staff/{code:str}/interview/judges/add", sync_to_thread=True)
def new_judge_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """The form for another judge."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    return asker.page("staff/interview_judge.html", **_judge_data(here))


@post("/staff/{code:str}/interview/judges/add", sync_to_thread=True)
def add_judge(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str]
) -> Response[str] | Redirect:
    """Enter a judge in the register; the identity number is sealed here, the act sees its keyed hash."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    try:
        judge = _read_judge(asker, form)
        form.refuse()
        asker.act(register_judge, here.id, judge)
    except Refusal as refusal:
        return asker.refused("staff/interview_judge.html", form, refusal, **_judge_data(here))
    return Redirect(f"{here.path}/interview/judges{with_query('', q=judge.name)}", status_code=303)


def _read_judge(asker: Asker, form: Form) -> NewJudge:
    kind = form.choice("kind", list(JudgeKind))
    return NewJudge(
        name=form.text("name", longest=100),
        identity=_identity(asker, form, "identity_number"),
        kind=JudgeKind(kind or JudgeKind.EXPERT),
        unit=form.text("unit", longest=200),
        units_before=tuple(filter(None, map(str.strip, form.raw("units_before").splitlines()))),
        qualified_until=_qualified_until(form, kind),
        relations=tuple(filter(None, (_relation(asker, form, row) for row in range(1, RELATIONS + 1)))),
    )


def _identity(asker: Asker, form: Form, name: str) -> tuple[str, str]:
    """An identity number as (cipher, keyed hash); its problems are noted in the form."""
    found = read_identity(form.raw(name), on=local_date(asker.visit.now, asker.visit.zone), field=name)
    if isinstance(found, ResidentNumber):
        return asker.house.vault.seal(found.number), asker.house.vault.fingerprint(found.number)
    form.problems.append(found)
    return "", ""


def _qualified_until(form: Form, kind: str) -> date | None:
    return form.day("qualified_until", required=kind == JudgeKind.REPRESENTATIVE)


def _relation(asker: Asker, form: Form, row: int) -> NewRelation | None:
    """One declared tie to another person, known by identity number alone."""
    if not form.raw(f"relation_{row}").strip():
        return None
    identity = _identity(asker, form, f"relation_{row}")
    tie, source = form.choice(f"tie_{row}", list(Tie)), form.choice(f"source_{row}", list(Source))
    reference = form.text(f"reference_{row}", required=False, longest=100)
    return NewRelation(identity, Tie(tie or Tie.INTEREST), Source(source or Source.JUDGE), reference)


def _judge_data(here: Here) -> dict[str, Any]:
    return {
        "here": here,
        "road": here.road,
        "kinds": _options(KIND_WORDS),
        "ties": _options(TIE_WORDS),
        "sources": _options(SOURCE_WORDS),
        "relations": range(1, RELATIONS + 1),
    }


# ── a room's panel ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge of the register looked at for one room: free to sit, or kept out by these rules."""

    judge: JudgeLine
    out: tuple[tuple[Sentence, Problem, Sentence], ...]

    @property
    def free(self) -> bool:
        """Whether nothing stands against this judge in this room."""
        return not self.out


@get("/staff/{code:str}/interview/panels/{room_code:str}", sync_to_thread=True)
def panel_page(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    room_code: FromPath[str],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """A room's panel, what stands against it, and whom the register offers for it."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    return asker.page(
        "staff/interview_panel.html",
        form=Filled({"q": q, "kind": kind}),
        **_panel_data(asker, here, room_code, q, kind, page),
    )


@post("/staff/{code:str}/interview/panels/{room_code:str}/seats", sync_to_thread=True)
def give_seat(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], room_code: FromPath[str]
) -> Response[str] | Redirect:
    """Seat a judge of the register."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    room = _room(asker, here, room_code)
    judge_id = form.whole("judge", low=1)
    number = form.whole("number", low=1, high=99)
    try:
        form.refuse()
        asker.act(seat_judge, room.room_id, judge_id, number, chief=form.ticked("chief"))
    except Refusal as refusal:
        return _panel_refused(asker, here, room_code, form, refusal)
    return Redirect(f"{here.path}/interview/panels/{room_code}", status_code=303)


@post("/staff/{code:str}/interview/panels/{room_code:str}/recusals", sync_to_thread=True)
def recuse(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], room_code: FromPath[str]
) -> Response[str] | Redirect:
    """Keep a judge out of the room for a reason that the facts do not show."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    room = _room(asker, here, room_code)
    judge_id = form.whole("recused", low=1)
    ground, source = form.choice("ground", list(RecusalRule)), form.choice("source", list(Source))
    try:
        form.refuse()
        asker.act(note_recusal, room.room_id, judge_id, RecusalRule(ground), Source(source))
    except Refusal as refusal:
        return _panel_refused(asker, here, room_code, form, refusal)
    return Redirect(f"{here.path}/interview/panels/{room_code}", status_code=303)


@post("/staff/{code:str}/interview/panels/{room_code:str}/withdraw", sync_to_thread=True)
def withdraw(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], room_code: FromPath[str]
) -> Response[str] | Redirect:
    """Withdraw a seat for good."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    seat = _seat_of(asker, _room(asker, here, room_code), form.raw("withdrawn"))
    try:
        asker.act(withdraw_seat, seat.seat_id, form.text("reason", required=False, longest=400))
    except Refusal as refusal:
        return _panel_refused(asker, here, room_code, form, refusal)
    return Redirect(f"{here.path}/interview/panels/{room_code}", status_code=303)


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A seat's card as it is printed, once."""

    seat: PanelSeat
    card: SeatCard


@post("/staff/{code:str}/interview/panels/{room_code:str}/cards", sync_to_thread=True)
def issue_cards(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], room_code: FromPath[str]
) -> Response[str]:
    """Make new cards for one seat or for all of a room, and show them once to be printed."""
    here = enter(asker, code, Power.INTERVIEW_PANEL_COMPOSE)
    room = _room(asker, here, room_code)
    sitting = [one for one in asker.read(panel, room.room_id) if one.withdrawn_at is None]
    wanted = form.raw("seat")
    chosen = [one for one in sitting if wanted in {"", str(one.seat_id)}]
    if not chosen:
        raise Refusal("There is no such seat.", status=404)
    cards = [IssuedCard(seat, new_card()) for seat in chosen]
    for one in cards:
        asker.act(issue_seat_card, one.seat.seat_id, *one.card.kept())
    return asker.page("staff/interview_cards.html", here=here, room=room, cards=cards, kind_words=KIND_WORDS)


def _panel_refused(asker: Asker, here: Here, room_code: str, form: Form, refusal: Refusal) -> Response[str]:
    data = _panel_data(asker, here, room_code, form.raw("q"), form.raw("kind"), 1)
    return asker.refused("staff/interview_panel.html", form, refusal, **data)


def _room(asker: Asker, here: Here, room_code: str) -> BoardRoom:
    return need(next((one for one in asker.read(room_board, here.id) if one.code == room_code), None))


def _seat_of(asker: Asker, room: BoardRoom, seat_id: str) -> PanelSeat:
    return need(next((one for one in asker.read(panel, room.room_id) if str(one.seat_id) == seat_id), None))


def _panel_data(asker: Asker, here: Here, room_code: str, search: str, kind: str, page: int) -> dict[str, Any]:
    room = _room(asker, here, room_code)
    wanted = JudgeKind(kind) if kind in set(JudgeKind) else None
    with asker.reading() as session:
        seats = panel(session, room.room_id)
        begun = has_begun(session, room.room_id)
        check = check_room_panel(session, room.room_id, asker.visit.now)
        quotas = {group.key: group.seats for group in sheet_form(session, here.id).groups}
        lines, total = judge_register(session, search=search.strip(), kind=wanted, free_in=here.id, page=page)
        offered = [] if begun else _verdicts(session, asker, room, lines)
    taken = {one.number for one in seats}
    sitting = [one for one in seats if one.withdrawn_at is None]
    return {
        "here": here,
        "road": here.road,
        "room": room,
        "seats": seats,
        "sitting": sitting,
        "begun": begun,
        "check": check,
        "quotas": [(key, sum(one.group == key for one in sitting), wanted) for key, wanted in quotas.items()],
        "next_number": next(number for number in range(1, 100) if number not in taken),
        "has_chief": any(one.chief for one in sitting),
        "seat_choices": [(str(one.seat_id), _seat_words(one)) for one in sitting],
        "recusable": _recusable(sitting, lines),
        "offered": offered,
        "paging": Paging(total, max(page, 1), query=with_query("", q=search.strip(), kind=kind)[1:]),
        "kinds": _options(KIND_WORDS),
        "kind_words": KIND_WORDS,
        "rule_words": RULE_WORDS,
        "source_words": SOURCE_WORDS,
        "grounds": _options(RULE_WORDS),
        "sources": _options(SOURCE_WORDS),
    }


def _seat_words(seat: PanelSeat) -> Sentence:
    return Sentence(N_("seat {number}, {name}"), {"number": seat.number, "name": seat.name})


def _recusable(sitting: list[PanelSeat], lines: tuple[JudgeLine, ...]) -> list[tuple[str, Sentence]]:
    """Whom a recusal may name: those who sit in the room, then those of the register on this page."""
    seated = {one.judge_id: _seat_words(one) for one in sitting}
    others = {one.judge_id: Sentence("{name}, {unit}", {"name": one.name, "unit": one.unit}) for one in lines}
    return [(str(judge_id), words) for judge_id, words in {**others, **seated}.items()]


def _verdicts(session: Session, asker: Asker, room: BoardRoom, lines: tuple[JudgeLine, ...]) -> list[Verdict]:
    """The dry run for every judge offered: each rule that keeps them out, with its words and its source."""
    row = session.get_one(Room, room.room_id)
    facts = panel_facts(session, [line.judge_id for line in lines])
    candidates = candidate_facts(session, row, facts.values())
    rule = panel_rule(session, row, asker.visit.now)
    out = {line.judge_id: exclusions([facts[line.judge_id]], candidates, rule) for line in lines}
    return [
        Verdict(
            line,
            tuple(
                (Sentence(RULE_WORDS[one.rule]), one.problem(), Sentence(SOURCE_WORDS[one.source]))
                for one in out[line.judge_id]
            ),
        )
        for line in lines
        if line.kind in rule.quotas
    ]


def _options(words: Any) -> list[tuple[str, Sentence]]:
    return [(str(value), Sentence(source)) for value, source in words.items()]


router = Router(
    "/",
    route_handlers=[
        register_page, new_judge_page, add_judge, panel_page, give_seat, recuse, withdraw, issue_cards,
    ],
)  # fmt: skip
