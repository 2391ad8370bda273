"""From the published entry list to the order of hearings: admission, lots, and looks at the number table."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from core import audit
from core.actions import note_file
from core.acts import touch
from core.canonical import fingerprint
from core.db import sql_table
from core.draws import Draw as ComputedDraw
from core.errors import Denied, Refusal, refuse_any
from core.files import Saved
from core.people import Actor, Power
from exam.actions import advance
from exam.stages import Stage
from exam.tables import Candidacy, Post, Publication, Selection
from interview.actions.gate import refuse_unless_interview, room_row
from interview.lots import Lot, Register, check_draw, check_lots, check_register, lots_of
from interview.queries import Awaited, admitted
from interview.tables import Admission, Draw, Hearing, Room
from interview.topics import board_topic, room_topic


def admit(session: Session, actor: Actor, publication_id: int, candidacy_ids: Iterable[int], *, now: datetime) -> int:
    """Admit candidates to the interview by a published entry list (入围面试), and say how many are new.

    Called by the act that publishes the list. A later version of the list admits those who were added.
    """
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise Denied
    selection_id = publication.selection_id
    actor.require(Power.SCORING_RESULT_PUBLISH, selection_id)
    wanted = set(candidacy_ids)
    posts: dict[int, int] = {
        candidacy_id or 0: post_id
        for candidacy_id, post_id in session.exec(
            select(Candidacy.id, Candidacy.post_id).where(
                Candidacy.selection_id == selection_id, col(Candidacy.id).in_(wanted)
            )
        )
    }
    if foreign := wanted - posts.keys():
        raise Refusal("{count} candidates on the list do not belong to this selection.", count=len(foreign))
    before = session.exec(select(Admission.candidacy_id).where(Admission.selection_id == selection_id))
    new = sorted(wanted - set(before))
    if new:
        session.execute(
            insert(sql_table(Admission)),
            [
                {
                    "selection_id": selection_id,
                    "post_id": posts[one],
                    "candidacy_id": one,
                    "publication_id": publication_id,
                    "admitted_at": now,
                }
                for one in new
            ],
        )
    audit.record(
        session, actor, "interview.admitted", now, scope=selection_id, publication=publication_id, count=len(new)
    )
    return len(new)


def draw_id(session: Session, post_id: int) -> str:
    """The number of the next draw of a post's order, under which a computed draw is announced and recorded."""
    post = session.get_one(Post, post_id)
    code = session.get_one(Selection, post.selection_id).code
    return f"{code}/{_subject(post)}/{_next_number(session, post)}"


def _subject(post: Post) -> str:
    return f"order:{post.code}"


def _next_number(session: Session, post: Post) -> int:
    newest = session.exec(
        select(func.max(Draw.number)).where(Draw.selection_id == post.selection_id, Draw.subject == _subject(post))
    ).one()
    return (newest or 0) + 1


def record_draw(
    session: Session,
    actor: Actor,
    post_id: int,
    drawn: Register | ComputedDraw,
    *,
    scan: Saved | None = None,
    now: datetime,
) -> int:
    """Record the draw of one post's candidates into rooms and order; it makes the hearings with their sealed numbers.

    Physical lots come as their signed register (with its scan, if there is one), a computed draw as core.draws gives
    it. The first draw of a selection brings it to the interview. Raises Refusal with every line that is wrong.
    """
    post = session.get(Post, post_id)
    if post is None:
        raise Denied
    selection_id = post.selection_id
    actor.require(Power.INTERVIEW_DRAW_RECORD, selection_id)
    refuse_unless_interview(session, selection_id, now)
    rooms = {room.code: room for room in session.exec(select(Room).where(Room.post_id == post_id).order_by(Room.code))}
    waiting = admitted(session, post_id)
    _refuse_unready(rooms.values(), waiting)
    if isinstance(drawn, Register):
        refuse_any(check_register(drawn))
        lots = drawn.lots
    else:
        refuse_any(check_draw(drawn, draw_id(session, post_id), list(rooms)))
        lots = lots_of(drawn, list(rooms))
    candidacies = {one.ticket_number: one.candidacy_id for one in waiting}
    refuse_any(check_lots(lots, candidacies, rooms))
    if scan is not None:
        note_file(session, scan, now)
    row = Draw(
        selection_id=selection_id,
        subject=_subject(post),
        number=_next_number(session, post),
        method="physical" if isinstance(drawn, Register) else "computed",
        record=_record(drawn, lots, scan),
        drawn_by=actor.person_id,
        drawn_at=now,
    )
    session.add(row)
    session.flush()
    _make_hearings(session, selection_id, lots, rooms, candidacies)
    if session.get_one(Selection, selection_id).stage == Stage.INTERVIEW_ENTRY:
        advance(session, actor, selection_id, Stage.INTERVIEW, now=now)
    audit.record(
        session, actor, "order.drawn", now, scope=selection_id, draw=row.id, post=post_id, method=row.method,
        count=len(lots), record_sha256=fingerprint(row.record),
    )  # fmt: skip
    touch(session, board_topic(selection_id), *(room_topic(room.id or 0) for room in rooms.values()))
    return row.id or 0


def _refuse_unready(rooms: Iterable[Room], waiting: Sequence[Awaited]) -> None:
    if not list(rooms):
        raise Refusal("Open a room for this post before its lots are drawn.", status=409)
    if not waiting:
        raise Refusal("Nobody is admitted to the interview for this post.", status=409)
    if any(one.hearing_id is not None for one in waiting):
        raise Refusal("The order of this post has already been drawn.", status=409)


def _record(drawn: Register | ComputedDraw, lots: Sequence[Lot], scan: Saved | None) -> dict[str, Any]:
    """The draw's record: of physical lots the register, of a computed draw what anyone needs to redo it."""
    lines = [
        {"ticket": lot.ticket, "room": lot.room, "number": lot.number}
        for lot in sorted(lots, key=lambda one: (one.room, one.number))
    ]
    if isinstance(drawn, Register):
        return {
            "reference": drawn.reference.strip(),
            "witnesses": [name.strip() for name in drawn.witnesses if name.strip()],
            "scan": scan.sha256 if scan else None,
            "lots": lines,
        }
    return {**drawn.record(), "scan": scan.sha256 if scan else None, "lots": lines}


def _make_hearings(
    session: Session, selection_id: int, lots: Sequence[Lot], rooms: dict[str, Room], candidacies: dict[str, int]
) -> None:
    """One hearing per lot, written in the order of the numbers so that row ids tell nothing that numbers do not."""
    session.execute(
        insert(sql_table(Hearing)),
        [
            {
                "selection_id": selection_id,
                "room_id": rooms[lot.room].id,
                "candidacy_id": candidacies[lot.ticket],
                "sealed_number": lot.number,
                "state": "waiting",
                "version": 1,
                "sheets_digest": "",
            }
            for lot in sorted(lots, key=lambda one: (one.room, one.number))
        ],
    )


def note_number_view(session: Session, actor: Actor, room_id: int, *, now: datetime) -> None:
    """Note that somebody looks at a room's number-to-name table; the page runs this before it shows the table."""
    room = room_row(session, room_id)
    actor.require(Power.INTERVIEW_NUMBER_READ, room.selection_id)
    audit.record(session, actor, "numbers.viewed", now, scope=room.selection_id, room=room_id)
