"""Judges and panels: the register, rooms, recusals, seats and their cards."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.actions import PEOPLE
from core.acts import touch
from core.db import sql_table
from core.errors import Denied, Problem, Refusal, refuse_any
from core.people import ADMINISTRATORS, Actor, Duty, Power
from core.tables import Account, DutyGrant, Person, WebSession
from core.words import Sentence
from exam.tables import Post
from interview import panel as rule
from interview.actions.gate import refuse_unless_interview, room_row
from interview.panel import KIND_WORDS, JudgeKind, RecusalRule, Source, Tie
from interview.queries import candidate_facts, has_begun, panel_facts, panel_rule
from interview.tables import Judge, JudgeRelation, Recusal, Room, Seat
from interview.topics import board_topic

_ROOM_CODE = re.compile(r"[0-9A-Za-z]{1,16}")
_TEXT_CAP = 400
MOST_SEATS = 99
EXCLUDES_JUDGING = frozenset({
    Duty.VETTER, Duty.SECOND_VETTER, Duty.ENTRY_CLERK, Duty.ENTRY_CHECKER, Duty.ROOM_OFFICER, Duty.SUPERVISOR,
    Duty.TALLY_CLERK, Duty.TALLY_CHECKER, Duty.WAITING_ROOM_OFFICER,
})  # fmt: skip
"""Who knows names or handles marks in a selection may not judge there (product.md rule 6)."""


@dataclass(frozen=True, slots=True)
class NewRelation:
    """A tie to be declared between a judge and another person, whose `identity` is (cipher, keyed hash)."""

    identity: tuple[str, str]
    tie: Tie
    source: Source
    reference: str = ""


@dataclass(frozen=True, slots=True)
class NewJudge:
    """A judge to be registered; `identity` is (cipher, keyed hash)."""

    name: str
    identity: tuple[str, str]
    kind: JudgeKind
    unit: str
    units_before: tuple[str, ...] = ()
    qualified_until: date | None = None
    relations: tuple[NewRelation, ...] = ()


def register_judge(session: Session, actor: Actor, selection_id: int, judge: NewJudge, *, now: datetime) -> int:
    """Enter a judge in the register (评委库), by the duty held in the selection the judge is wanted for."""
    actor.require(Power.INTERVIEW_PANEL_COMPOSE, selection_id)
    refuse_any(_judge_problems(judge))
    cipher, identity_hash = judge.identity
    known = select(Judge.id).join(Person).where(Person.identity_hash == identity_hash)
    if session.exec(known).first() is not None:
        raise Refusal("This person is already in the register of judges.", field="identity_number")
    person = Person(name=judge.name, identity_cipher=cipher, identity_hash=identity_hash, created_at=now)
    session.add(person)
    session.flush()
    row = Judge(
        person_id=person.id or 0,
        kind=judge.kind,
        unit=judge.unit,
        units_before=list(judge.units_before),
        qualified_until=judge.qualified_until,
        registered_at=now,
    )
    session.add(row)
    session.flush()
    for one in judge.relations:
        cipher, identity_hash = one.identity
        session.add(
            JudgeRelation(
                judge_id=row.id or 0, identity_cipher=cipher, identity_hash=identity_hash, tie=one.tie,
                source=one.source, reference=one.reference,
            )
        )  # fmt: skip
    audit.record(session, actor, "judge.registered", now, scope=selection_id, judge=row.id, kind=judge.kind)
    return row.id or 0


def _judge_problems(judge: NewJudge) -> list[Problem]:
    problems = []
    if not judge.name.strip():
        problems.append(Problem("Enter the judge's name.", field="name"))
    if not judge.unit.strip():
        problems.append(Problem("Enter the judge's unit; recusal is judged on it.", field="unit"))
    if not judge.identity[1]:
        problems.append(Problem("Enter the judge's identity number; recusal is judged on it.", field="identity_number"))
    return problems


def open_room(
    session: Session, actor: Actor, post_id: int, code: str, name: str, name_en: str = "", *, now: datetime
) -> int:
    """Open a room (面试考场) where candidates for one post are heard."""
    post = session.get(Post, post_id)
    if post is None:
        raise Denied
    actor.require(Power.INTERVIEW_PANEL_COMPOSE, post.selection_id)
    problems = []
    if not _ROOM_CODE.fullmatch(code):
        problems.append(Problem("A room's code is at most 16 figures and letters.", field="code"))
    if not name.strip():
        problems.append(Problem("Give the room a name.", field="name"))
    taken = select(Room.id).where(Room.selection_id == post.selection_id, Room.code == code)
    if session.exec(taken).first() is not None:
        problems.append(Problem("There is already a room {code}.", {"code": code}, "code"))
    refuse_any(problems)
    room = Room(selection_id=post.selection_id, post_id=post_id, code=code, name=name, name_en=name_en)
    session.add(room)
    session.flush()
    audit.record(session, actor, "room.opened", now, scope=post.selection_id, room=room.id, post=post_id)
    touch(session, board_topic(post.selection_id))
    return room.id or 0


def note_recusal(
    session: Session,
    actor: Actor,
    room_id: int,
    judge_id: int,
    ground: RecusalRule,
    source: Source,
    *,
    candidacy_id: int | None = None,
    now: datetime,
) -> int:
    """Keep a judge out of a room (回避), whoever said so; a seat the judge holds there is withdrawn with it."""
    room = room_row(session, room_id)
    actor.require(Power.INTERVIEW_PANEL_COMPOSE, room.selection_id)
    if session.get(Judge, judge_id) is None:
        raise Refusal("There is no such judge.", field="judge", status=404)
    recusal = Recusal(
        selection_id=room.selection_id,
        room_id=room_id,
        judge_id=judge_id,
        candidacy_id=candidacy_id,
        ground=ground,
        source=source,
        noted_by=actor.person_id,
        noted_at=now,
    )
    session.add(recusal)
    session.flush()
    audit.record(
        session, actor, "judge.recused", now, scope=room.selection_id, room=room_id, judge=judge_id, ground=ground,
        source=source, recusal=recusal.id,
    )  # fmt: skip
    held = select(Seat).where(Seat.room_id == room_id, Seat.judge_id == judge_id, col(Seat.withdrawn_at).is_(None))
    if (seat := session.exec(held).first()) is not None:
        _withdraw(session, actor, seat, "recusal", now)
    return recusal.id or 0


def seat_judge(
    session: Session, actor: Actor, room_id: int, judge_id: int, number: int, *, chief: bool = False, now: datetime
) -> int:
    """Give a judge a seat on a room's panel; the recusal rules are applied again here (rules.md section 13).

    The group is the judge's kind, which must be one of the scheme's, with a seat left. The panel is closed once its
    first hearing has been called.
    """
    room = room_row(session, room_id)
    actor.require(Power.INTERVIEW_PANEL_COMPOSE, room.selection_id)
    refuse_unless_interview(session, room.selection_id, now)
    judge = session.get(Judge, judge_id)
    if judge is None:
        raise Refusal("There is no such judge.", field="judge", status=404)
    if has_begun(session, room_id):
        raise Refusal("The hearings of this room have begun; its panel is closed.", status=409)
    refuse_any(
        [
            *_place_problems(session, room, judge, number),
            *_duty_problems(session, room.selection_id, judge),
            *_noted_recusals(session, room, judge),
            *_panel_problems(session, room, judge, now, chief=chief),
        ]
    )
    seat = Seat(
        selection_id=room.selection_id,
        room_id=room_id,
        number=number,
        judge_id=judge_id,
        group_key=judge.kind,
        chief=chief,
    )
    session.add(seat)
    session.flush()
    audit.record(
        session, actor, "judge.seated", now, scope=room.selection_id, room=room_id, judge=judge_id, seat=seat.id,
        number=number, group=judge.kind, chief=chief,
    )  # fmt: skip
    touch(session, board_topic(room.selection_id))
    return seat.id or 0


def _place_problems(session: Session, room: Room, judge: Judge, number: int) -> list[Problem]:
    problems = []
    if not 1 <= number <= MOST_SEATS:
        problems.append(Problem("Seats are numbered from 1 to {most}.", {"most": MOST_SEATS}, "number"))
    if session.exec(select(Seat.id).where(Seat.room_id == room.id, Seat.number == number)).first() is not None:
        problems.append(Problem("Seat {number} of this room is or was taken.", {"number": number}, "number"))
    held = select(Seat.id).where(Seat.selection_id == room.selection_id, Seat.judge_id == judge.id)
    if session.exec(held).first() is not None:
        problems.append(Problem("This judge already has, or had, a seat in this selection.", field="judge"))
    return problems


def _duty_problems(session: Session, selection_id: int, judge: Judge) -> list[Problem]:
    """A judge holds no duty in the selection that excludes judging, and no administrator judges anywhere."""
    held = session.exec(
        select(DutyGrant.scope_id, DutyGrant.duty)
        .join(Account, col(Account.id) == col(DutyGrant.account_id))
        .where(Account.person_id == judge.person_id, DutyGrant.state == "held")
    ).all()
    if any(
        Duty(duty) in ADMINISTRATORS or (scope == selection_id and Duty(duty) in EXCLUDES_JUDGING)
        for scope, duty in held
    ):
        return [Problem("This judge holds a duty that excludes judging in this selection.", field="judge")]
    return []


def _noted_recusals(session: Session, room: Room, judge: Judge) -> list[Problem]:
    grounds = session.exec(select(Recusal.ground).where(Recusal.room_id == room.id, Recusal.judge_id == judge.id)).all()
    return [
        Problem(
            "This judge has been recused from room {room}: {ground}.",
            {"room": room.code, "ground": Sentence(rule.RULE_WORDS[RecusalRule(ground)])},
            "judge",
        )
        for ground in sorted(set(grounds))
    ]


def _panel_problems(session: Session, room: Room, judge: Judge, now: datetime, *, chief: bool) -> list[Problem]:
    """What the panel's rules say against the newcomer; what the panel still lacks is said at the first call."""
    rules = panel_rule(session, room, now)
    seated = session.exec(
        select(Seat.judge_id, Seat.chief).where(Seat.room_id == room.id, col(Seat.withdrawn_at).is_(None))
    ).all()
    facts = panel_facts(session, [judge.id or 0, *(one for one, _ in seated)])
    newcomer = facts[judge.id or 0]
    panel = [*(rule.Seat(facts[one], is_chief) for one, is_chief in seated), rule.Seat(newcomer, chief)]
    kinds = Counter(seat.judge.kind for seat in panel)
    candidates = candidate_facts(session, room, [newcomer])
    problems = [one.problem() for one in rule.exclusions([newcomer], candidates, rules)]
    check = rule.check_panel(panel, (), replace(rules, quotas=dict(kinds)))
    problems += [one for one in check.problems if chief or one.field != "chief"]
    if kinds[newcomer.kind] > rules.quotas.get(newcomer.kind, 0):
        problems.append(
            Problem(
                "The scheme has {seats} seats for {kind} on a panel; all are taken.",
                {"seats": rules.quotas.get(newcomer.kind, 0), "kind": Sentence(KIND_WORDS[newcomer.kind])},
                "judge",
            )
        )
    return problems


def issue_seat_card(
    session: Session, actor: Actor, seat_id: int, card_mark: str, card_hash: str, *, now: datetime
) -> None:
    """Issue a seat card with a PIN; an earlier card is void, and the tablet opened with it is signed out.

    `card_mark` finds the seat, `card_hash` is the slow hash of the rest of the card's code and the PIN.
    """
    seat = _seat(session, actor, seat_id)
    again = seat.card_hash != ""
    seat.card_mark, seat.card_hash, seat.card_issued_at = card_mark, card_hash, now
    _end_sessions(session, seat_id, now)
    audit.record(session, actor, "seat.card_issued", now, scope=seat.selection_id, seat=seat_id, again=again)


def withdraw_seat(session: Session, actor: Actor, seat_id: int, reason: str, *, now: datetime) -> None:
    """Withdraw a seat for good: the judge fell ill or was recused. Sheets already handed in stand."""
    seat = _seat(session, actor, seat_id)
    if not reason.strip():
        raise Refusal("Please write down the reason.", field="reason")
    if len(reason) > _TEXT_CAP:
        raise Refusal("This must be a text of at most {most} characters.", field="reason", most=_TEXT_CAP)
    _withdraw(session, actor, seat, reason, now)


def _seat(session: Session, actor: Actor, seat_id: int) -> Seat:
    """A seat that is not withdrawn, if the actor composes panels in its selection."""
    seat = session.get(Seat, seat_id)
    if seat is None:
        raise Denied
    actor.require(Power.INTERVIEW_PANEL_COMPOSE, seat.selection_id)
    if seat.withdrawn_at is not None:
        raise Refusal("Seat {number} has been withdrawn.", status=409, number=seat.number)
    return seat


def _withdraw(session: Session, actor: Actor, seat: Seat, reason: str, now: datetime) -> None:
    seat.withdrawn_at, seat.withdrawn_reason = now, reason
    seat.card_mark, seat.card_hash = "", ""
    _end_sessions(session, seat.id or 0, now)
    audit.record(session, actor, "seat.withdrawn", now, scope=seat.selection_id, seat=seat.id, room=seat.room_id)
    touch(session, board_topic(seat.selection_id))


def _end_sessions(session: Session, seat_id: int, now: datetime) -> None:
    session.execute(
        update(sql_table(WebSession))
        .where(col(WebSession.seat_id) == seat_id, col(WebSession.ended_at).is_(None))
        .values(ended_at=now)
    )
    touch(session, PEOPLE)  # every process forgets at once who sits at this tablet
