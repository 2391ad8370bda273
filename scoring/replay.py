"""The two tallies of a selection's road, computed from stored inputs alone, by the house or by anybody.

What a page shows, what the accepting act keeps and what an outsider replays from a package go through here.
"""

from scoring.inputs import Inputs
from scoring.recorded import by_record
from scoring.scheme import Scheme
from scoring.tally import Tally, interview_entry, tally

ENTRY, COMPOSITE = "entry", "composite"
"""The two tallies of the road: who goes to the interview, and the composite ranking."""


def replayed(kind: str, scheme: Scheme, inputs: Inputs) -> Tally:
    """The tally of a kind. Raises KeyError if the scheme draws no cut that leads to the interview."""
    return interview_entry(scheme, inputs, entry_cut(scheme)) if kind == ENTRY else tally(scheme, inputs)


def interview_part(scheme: Scheme) -> str:
    """The part of the scheme that the interview panel marks: the one whose sheets are no records."""
    return next(iter(interview_parts(scheme)), "interview")


def interview_parts(scheme: Scheme) -> list[str]:
    """Every part whose judges mark on the day of the interview."""
    parts = scheme.all_parts()
    return [key for key in scheme.panels if not by_record(parts[key])]


def entry_cut(scheme: Scheme) -> str:
    """The cut that leads to the interview, "" if the scheme has none."""
    part = interview_part(scheme)
    return next((cut.key for cut in scheme.cuts if part in cut.opens), "")
