"""Acts of scoring: freezing the scheme, tallies, shortlists, the reserve pool."""

from scoring.actions.allotments import Allotted, decide_allotment, propose_allotment
from scoring.actions.corrections import decide_correction, propose_correction
from scoring.actions.exports import note_export
from scoring.actions.openings import decide_opening, propose_opening
from scoring.actions.pool import (
    decide_extension,
    decide_use,
    leave_pool,
    note_in_pool,
    propose_extension,
    propose_use,
    withdraw_from_pool,
)
from scoring.actions.records import decide_record, enter_record
from scoring.actions.replacements import Leaving, decide_replacement, propose_replacement, publish_replacement
from scoring.actions.results import accept_tally, publish_tally, publish_written_results
from scoring.actions.reviews import decide_recount, record_recount, request_review
from scoring.actions.scheme import freeze_and_announce, propose_scheme
from scoring.actions.shortlists import confirm_shortlists, fill_reserve, propose_shortlists, publish_shortlists

__all__ = [
    "Allotted",
    "Leaving",
    "accept_tally",
    "confirm_shortlists",
    "decide_allotment",
    "decide_correction",
    "decide_extension",
    "decide_opening",
    "decide_record",
    "decide_recount",
    "decide_replacement",
    "decide_use",
    "enter_record",
    "fill_reserve",
    "freeze_and_announce",
    "leave_pool",
    "note_export",
    "note_in_pool",
    "propose_allotment",
    "propose_correction",
    "propose_extension",
    "propose_opening",
    "propose_replacement",
    "propose_scheme",
    "propose_shortlists",
    "propose_use",
    "publish_replacement",
    "publish_shortlists",
    "publish_tally",
    "publish_written_results",
    "record_recount",
    "request_review",
    "withdraw_from_pool",
]
