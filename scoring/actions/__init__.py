"""Acts of scoring: freezing the scheme, tallies, shortlists, the reserve pool."""

from scoring.actions.results import accept_tally, publish_tally, publish_written_results
from scoring.actions.scheme import freeze_and_announce, propose_scheme
from scoring.actions.shortlists import confirm_shortlists, fill_reserve, propose_shortlists, publish_shortlists

__all__ = [
    "accept_tally",
    "confirm_shortlists",
    "fill_reserve",
    "freeze_and_announce",
    "propose_scheme",
    "propose_shortlists",
    "publish_shortlists",
    "publish_tally",
    "publish_written_results",
]
