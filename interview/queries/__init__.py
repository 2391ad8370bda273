"""Reads of the interview for staff, the waiting room and the tally; what judges may read is interview.blind."""

from interview.queries.board import (
    BoardHearing,
    BoardRoom,
    Unfinished,
    board_hearing,
    has_begun,
    hearing_completeness,
    hearings_of_room,
    room_board,
    unfinished,
)
from interview.queries.candidates import Awaited, NumberLine, Unheard, admitted, number_table, unheard
from interview.queries.panels import (
    JudgeLine,
    PanelSeat,
    candidate_facts,
    check_room_panel,
    judge_register,
    panel,
    panel_facts,
    panel_rule,
)
from interview.queries.sheets import SealedHearing, SealedSheet, Sealing, sealed_sheets, sealing, sheet_form

__all__ = [
    "Awaited",
    "BoardHearing",
    "BoardRoom",
    "JudgeLine",
    "NumberLine",
    "PanelSeat",
    "SealedHearing",
    "SealedSheet",
    "Sealing",
    "Unfinished",
    "Unheard",
    "admitted",
    "board_hearing",
    "candidate_facts",
    "check_room_panel",
    "has_begun",
    "hearing_completeness",
    "hearings_of_room",
    "judge_register",
    "number_table",
    "panel",
    "panel_facts",
    "panel_rule",
    "room_board",
    "sealed_sheets",
    "sealing",
    "sheet_form",
    "unfinished",
    "unheard",
]
