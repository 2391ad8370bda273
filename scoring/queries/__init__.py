"""Every read of scoring: what a tally is computed from, tallies, shortlists with their people, the reserve pool."""

from scoring.queries.inputs import (
    COMPOSITE,
    ENTRY,
    barred_candidates,
    composite_inputs,
    entry_cut,
    interview_part,
    posts_with_places,
    scheme_in_force,
    scheme_of,
    tally_inputs,
    written_inputs,
)
from scoring.queries.names import PoolLine, Proposed, ShortlistView, pool, shortlists
from scoring.queries.people import Heard, ProposedPerson, hearings_of, proposed_people
from scoring.queries.tallies import (
    TallyLine,
    newest_tally,
    published_tally,
    result_of,
    stored_rankings,
    tally_lines,
    tally_of_publication,
    tally_version,
)

__all__ = [
    "COMPOSITE",
    "ENTRY",
    "Heard",
    "PoolLine",
    "Proposed",
    "ProposedPerson",
    "ShortlistView",
    "TallyLine",
    "barred_candidates",
    "composite_inputs",
    "entry_cut",
    "hearings_of",
    "interview_part",
    "newest_tally",
    "pool",
    "posts_with_places",
    "proposed_people",
    "published_tally",
    "result_of",
    "scheme_in_force",
    "scheme_of",
    "shortlists",
    "stored_rankings",
    "tally_inputs",
    "tally_lines",
    "tally_of_publication",
    "tally_version",
    "written_inputs",
]
