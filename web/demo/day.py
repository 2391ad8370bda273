"""The interview day of one sample selection, and what follows from it."""

import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core.kinds import VIDEOS
from core.people import Actor
from exam.plan import PublicationKind
from exam.queries import posts_of, ticket_ids
from exam.tables import Candidacy
from interview import blind
from interview.actions import (
    NewJudge,
    issue_seat_card,
    note_hearing,
    open_room,
    record_draw,
    register_judge,
    seal_hearing,
    seat_judge,
    submit_sheet,
)
from interview.hearing import EventKind, Signer
from interview.lots import Lot, Register
from interview.panel import JudgeKind
from interview.queries import admitted, hearings_of_room, panel, sealing
from interview.scoresheet import SheetForm, check_marks
from recording.actions import receive_recording
from recording.clips import make_clip
from recording.queries import hearings_without_video
from scoring.actions import (
    accept_tally,
    confirm_shortlists,
    decide_recount,
    fill_reserve,
    propose_shortlists,
    publish_shortlists,
    publish_tally,
    record_recount,
    request_review,
)
from scoring.computing import computed
from scoring.queries import COMPOSITE, ENTRY, published_tally
from scoring.review import Cause
from web.demo.cast import CAST, invent
from web.demo.front import Sample
from web.demo.stage import PIN, Stage
from web.seat_cards import SeatCard, new_card

CLIP_SECONDS = 8
WAIT_SECONDS = 600


def tally(stage: Stage, selection_id: int, kind: str, now: datetime) -> None:
    """Compute, keep and publish a result: tally clerk, then tally checker."""
    facts = computed(stage.house.database, selection_id, kind)
    version = stage.act(accept_tally, stage.by("tally", now), selection_id, kind, **facts, now=now)
    later = now + timedelta(hours=2)
    stage.act(publish_tally, stage.by("tallycheck", later), selection_id, kind, version, now=later)


def enter(stage: Stage, sample: Sample, selection_id: int) -> None:
    """Publish who goes to the interview."""
    tally(stage, selection_id, ENTRY, sample.at(-33))


def seat_panel(stage: Stage, sample: Sample, selection_id: int, room: str, name: tuple[str, str]) -> int:
    """Open the room, register and seat seven experts and two delegates, issue their cards, record the lots."""
    now = sample.at(-1)
    officer = stage.by("exam", now)
    with stage.house.database.reading() as session:
        post = posts_of(session, selection_id)[0]
    room_id = stage.act(open_room, officer, post.id or 0, room, *name, now=now)
    units = list(CAST["expert_units"])
    stage.chance.shuffle(units)
    delegates = list(CAST["delegate_units"])
    for number in range(1, 10):
        expert = number <= 7
        unit = units.pop() if expert else delegates.pop(number % len(delegates))
        person = invent(stage.chance, oldest=58, youngest=38, year=now.year, unit=unit)
        judge = NewJudge(
            name=person.name,
            identity=stage.sealed(person.identity),
            kind=JudgeKind.EXPERT if expert else JudgeKind.REPRESENTATIVE,
            unit=unit,
            qualified_until=None if expert else sample.at(365).date(),
        )
        judge_id = stage.act(register_judge, officer, selection_id, judge, now=now)
        seat_id = stage.act(seat_judge, officer, room_id, judge_id, number, chief=number == 1, now=now)
        card = SeatCard(new_card().code, PIN)
        kept = card.kept() if number == 2 else (card.mark, "!")
        stage.act(issue_seat_card, officer, seat_id, *kept, now=now)
        if number == 2:
            stage.shown_cards[room] = card.code
    draw_lots(stage, sample, post.id or 0, room)
    return room_id


def draw_lots(stage: Stage, sample: Sample, post_id: int, room: str) -> None:
    """The candidates draw their numbers by hand; the waiting-room officer records the signed register."""
    now = sample.at(0, -1)
    with stage.house.database.reading() as session:
        tickets = [one.ticket_number for one in admitted(session, post_id)]
    stage.chance.shuffle(tickets)
    lots = tuple(Lot(ticket, room, number) for number, ticket in enumerate(tickets, start=1))
    register = Register(f"{sample.code}-抽签-01", ("石坚", "白露"), lots)
    stage.act(record_draw, stage.by("waiting", now), post_id, register, now=now)


def hear(stage: Stage, sample: Sample, room_id: int, *, most: int = 99) -> list[int]:
    """Hear candidates one after another, every judge hands in, the supervisor seals. Returns the sealed hearings."""
    with stage.house.database.reading() as session:
        hearings = hearings_of_room(session, room_id)[:most]
    return [hear_one(stage, sample, room_id, one.hearing_id, place) for place, one in enumerate(hearings)]


def hear_one(stage: Stage, sample: Sample, room_id: int, hearing_id: int, place: int) -> int:
    """One hearing from the call to the seal."""
    start = sample.at(0) + timedelta(minutes=25 * place)
    move(stage, hearing_id, start, (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.END))
    seats = seats_of(stage, room_id)
    talent = Decimal(stage.chance.randint(-4, 5))
    for order, seat_id in enumerate(seats):
        mark_sheet(stage, seat_id, hearing_id, talent, start + timedelta(minutes=19, seconds=7 * order))
    sealed_at = start + timedelta(minutes=23)
    with stage.house.database.reading() as session:
        facing = sealing(session, hearing_id)
    assert facing is not None
    supervisor = stage.by("supervisor", sealed_at)
    stage.act(
        seal_hearing, supervisor, hearing_id, facing.version, facing.digest,
        signers=frozenset(Signer), now=sealed_at,
    )  # fmt: skip
    return hearing_id


def begin(stage: Stage, sample: Sample, room_id: int, *, place: int) -> None:
    """Bring a hearing to the judges' marking, with three sheets in and the others still open."""
    with stage.house.database.reading() as session:
        hearing_id = hearings_of_room(session, room_id)[place].hearing_id
    start = sample.at(0) + timedelta(minutes=25 * place)
    move(stage, hearing_id, start, (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.END))
    for seat_id in seats_of(stage, room_id)[3:6]:
        mark_sheet(stage, seat_id, hearing_id, Decimal(1), start + timedelta(minutes=20))


def move(stage: Stage, hearing_id: int, start: datetime, kinds: Sequence[EventKind]) -> None:
    """Take a hearing through the given events, some minutes apart."""
    version = 1
    for place, kind in enumerate(kinds):
        now = start + timedelta(minutes=(0, 1, 8, 18)[place])
        by = stage.by("room", now)
        version = stage.act(note_hearing, by, hearing_id, version, kind, supervisor_present=True, now=now)


def seats_of(stage: Stage, room_id: int) -> list[int]:
    """The seats of a room in order."""
    with stage.house.database.reading() as session:
        return [one.seat_id for one in panel(session, room_id)]


def mark_sheet(stage: Stage, seat_id: int, hearing_id: int, talent: Decimal, now: datetime) -> None:
    """One judge hands in a sheet."""
    with stage.house.database.reading() as session:
        form = blind.form(session, seat_id)
        place, heard = blind.seat(session, seat_id), blind.hearing(session, seat_id, hearing_id)
    assert place is not None
    assert heard is not None
    marks = check_marks(form, invented_marks(stage, form, talent))
    code = blind.sheet_code(place, heard, form, marks)
    judge = Actor(label=f"seat:{seat_id}", seat_id=seat_id, device=f"demo-seat-{seat_id}")
    stage.act(submit_sheet, judge, hearing_id, marks, secrets.token_urlsafe(18), code, now=now)


def invented_marks(stage: Stage, form: SheetForm, talent: Decimal) -> Mapping[str, str]:
    """A plausible mark for every element, on the form's step."""
    found = {}
    for element in form.elements:
        steps = int(element.maximum * Decimal("0.82") / form.step) + stage.chance.randint(-2, 2) + int(talent) // 2
        top = int(element.maximum / form.step)
        found[element.key] = format(form.step * max(0, min(steps, top)), "f")
    return found


def film(stage: Stage, sample: Sample, hearings: Sequence[int]) -> None:
    """Make a short clip for each sealed hearing and hand it in from the room; the worker checks it."""
    for place, hearing_id in enumerate(hearings):
        now = sample.at(0) + timedelta(minutes=25 * place + 24)
        part = stage.house.files.new_part().with_suffix(".mp4")
        make_clip(part, CLIP_SECONDS, f"{sample.code}  {place + 1:02d}")
        saved = stage.house.files.adopt(part, kinds=VIDEOS)
        part.unlink()
        name = f"{sample.code}-{place + 1:02d}.mp4"
        stage.act(receive_recording, stage.by("room", now), hearing_id, saved, name, now=now)
        stage.say(f"  {sample.code}: 录像 {place + 1}/{len(hearings)}")


def wait_for_videos(stage: Stage, selection_id: int) -> None:
    """Wait until the worker has verified every recording."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with stage.house.database.reading() as session:
            if not hearings_without_video(session, selection_id):
                return
        time.sleep(0.3)
    raise TimeoutError("the worker did not finish the recordings")


def recount(stage: Stage, selection_id: int, now: datetime) -> None:
    """Whoever misses the list by one rank asks for a recount of the interview; two hands find no mistake."""
    with stage.house.database.reading() as session:
        ranking = published_tally(session, selection_id, COMPOSITE)
        tickets = ticket_ids(session, selection_id)
        out = [one for one in ranking.outcome["results"] if one["rank"] and not one["entered"]] if ranking else []
        if not out:
            return
        asking = session.get_one(Candidacy, tickets[min(out, key=lambda one: one["rank"])["candidate"]])
    person = Actor(label=f"person:{asking.person_id}", person_id=asking.person_id, device="demo-phone")
    review = stage.act(
        request_review, person, asking.registration_id, PublicationKind.COMPOSITE, "interview",
        "我记录的面试得分与公布的分数不一致，请核对合分和登分。", now=now,
    )  # fmt: skip
    later = now + timedelta(hours=5)
    stage.act(
        record_recount, stage.by("tally", later), selection_id, review, [Cause.ADDITION, Cause.ENTRY],
        "核对9张签名评分表：各要素相加、去掉最高分和最低分、两组折算，均与系统一致。",
        "经两名工作人员复核，您的面试评分表没有漏评，合分、登分无误，成绩不变。", now=later,
    )  # fmt: skip
    later += timedelta(hours=1)
    stage.act(decide_recount, stage.by("tallycheck", later), selection_id, review, agree=True, now=later)


def finish(stage: Stage, sample: Sample, selection_id: int) -> None:
    """Composite, ranks, a recount asked for and answered, proposed names, publication, reserve pool."""
    tally(stage, selection_id, COMPOSITE, sample.at(2))
    recount(stage, selection_id, sample.at(3))
    now = sample.at(8)
    stage.act(propose_shortlists, stage.by("tally", now), selection_id, now=now)
    stage.act(confirm_shortlists, stage.by("secretary", now), selection_id, now=now)
    now = sample.at(10)
    stage.act(publish_shortlists, stage.by("approver", now), selection_id, now=now)
    now = sample.at(15)
    stage.act(fill_reserve, stage.by("secretary", now), selection_id, now=now)
