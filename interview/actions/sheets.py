"""Score sheets arriving from the judges' tablets: the hot path of the interview day."""

import json
from collections.abc import Mapping
from datetime import datetime

from core import audit
from core.acts import prepared, touch
from core.calls import Bare, Steps
from core.errors import Denied, Refusal, Stale
from core.people import Actor
from core.words import Sentence
from interview.blind import VERSION, Receipt
from interview.hearing import ALLOWED, ENDED, IN_ROOM, STATE_WORDS, EventKind, State
from interview.scoresheet import Marks
from interview.sheet_sql import Kept, Landing, NewSheet, SheetSql
from interview.stored import bound_digest, marks_text, scaled
from interview.topics import board_topic

LEAST_KEY = 22
"""Characters of a submission's key, 128 random bits in base 64: it keeps the journal's digest from being guessed."""
MOST_KEY = 64
DRAFT_CAP = 8000
"""Characters of a draft's JSON text; a form has far fewer."""


@prepared(about=lambda actor, hearing_id, *_: (actor.seat_id, hearing_id))
def submit_sheet(
    session: Bare, actor: Actor, hearing_id: int, marks: Marks, key: str, short_code: str, *, now: datetime
) -> Steps[Receipt]:
    """Keep a judge's sheet, once, and answer with its receipt.

    `marks` were checked against the form; `key` is random and made by the tablet. The same key again, or the same
    marks again, get the same receipt. Other marks for the same hearing are Stale with the receipt that stands. A sheet
    that comes after the hearing's end or after the seat was withdrawn is kept as late, never refused.
    """
    if not LEAST_KEY <= len(key) <= MOST_KEY:
        raise Refusal("This submission carries no usable key; open the sheet again.", field="key")
    sql = SheetSql.of(session)
    landing = yield from sql.find_landing(key, hearing_id, actor.seat_id)
    if landing is None:
        raise Denied
    text = marks_text(marks)
    if landing.kept is not None:
        receipt = _again(sql, key, landing, landing.kept, text)
        facts = {"hearing": hearing_id, "seat": actor.seat_id}
        audit.record(session, actor, "sheet.sent_again", now, scope=landing.selection_id, **facts)
        return receipt
    if landing.sheet_of_key is not None:
        raise Refusal("This key was already used for another sheet; open the sheet again.", field="key", status=409)
    sheet = NewSheet(
        hearing_id, actor.seat_id, VERSION, text, scaled(marks.total), short_code, now, late=_late(landing)
    )
    sql.keep_sheet(key, sheet)
    audit.record(
        session, actor, "sheet.submitted", now, scope=landing.selection_id, hearing=hearing_id, seat=actor.seat_id,
        version=VERSION, late=sheet.late,
        digest=bound_digest(key, hearing_id, actor.seat_id, VERSION, text, sheet.total),
    )  # fmt: skip
    touch(session, board_topic(landing.selection_id))
    return Receipt(landing.number, short_code, now, sheet.late)


def _late(landing: Landing) -> bool:
    """Whether a new sheet is late. Raises Refusal while the hearing is not open for marks yet, or adjourned."""
    state = State(landing.state)
    if state in ENDED:
        return True
    if state not in ALLOWED[EventKind.SUBMIT]:
        raise Refusal(
            "Marks for number {number} cannot be handed in now; the hearing stands at: {state}.",
            status=409,
            number=landing.number,
            state=Sentence(STATE_WORDS[state]),
        )
    return landing.withdrawn


def _again(sql: SheetSql, key: str, landing: Landing, kept: Kept, text: str) -> Receipt:
    """Answer a submission where this seat's sheet is already here: the same receipt, or Stale."""
    receipt = Receipt(landing.number, kept.short_code, kept.received_at, kept.late)
    if kept.marks != text or landing.sheet_of_key not in {None, kept.sheet_id}:
        raise Stale(
            "Your sheet for number {number} is already here and stands as it was received.",
            current=receipt,
            number=landing.number,
        )
    if landing.sheet_of_key is None:
        sql.keep_key(key, kept.sheet_id)
    return receipt


@prepared(about=lambda seat_id, hearing_id, *_: (seat_id, hearing_id))
def keep_draft(
    session: Bare, seat_id: int, hearing_id: int, sequence: int, marks: Mapping[str, str], *, now: datetime
) -> Steps[None]:
    """Keep a judge's unfinished marks, as text, as long as the candidate is in the room; a scratch write.

    `sequence` is the tablet's own count: an earlier draft that arrives after a later one is not kept.
    """
    sql = SheetSql.of(session)
    landing = yield from sql.find_landing("", hearing_id, seat_id)
    if landing is None or landing.withdrawn:
        raise Denied
    if landing.kept is not None or State(landing.state) not in IN_ROOM:
        raise Refusal("Drafts are kept from the call until the sheet is handed in.", status=409)
    body = json.dumps(marks, ensure_ascii=False, sort_keys=True)
    if len(body) > DRAFT_CAP:
        raise Refusal("This draft is larger than any sheet.", status=413)
    sql.keep_draft(hearing_id, seat_id, sequence, body, now)
