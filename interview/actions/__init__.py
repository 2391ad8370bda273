"""Acts of the interview: judges and panels, admission and lots, hearings, score sheets."""

from interview.actions.hearings import note_hearing, seal_hearing
from interview.actions.lots import admit, note_number_view, record_draw
from interview.actions.panels import (
    NewJudge,
    NewRelation,
    issue_seat_card,
    note_recusal,
    open_room,
    register_judge,
    seat_judge,
    withdraw_seat,
)
from interview.actions.seats import draw_seats
from interview.actions.sheets import keep_draft, submit_sheet

__all__ = [
    "NewJudge",
    "NewRelation",
    "admit",
    "draw_seats",
    "issue_seat_card",
    "keep_draft",
    "note_hearing",
    "note_number_view",
    "note_recusal",
    "open_room",
    "record_draw",
    "register_judge",
    "seal_hearing",
    "seat_judge",
    "submit_sheet",
    "withdraw_seat",
]
