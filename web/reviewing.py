"""Requests for a recount as pages show them to the desk and to the candidate."""

from core.words import N_
from scoring.review import ReviewState

REVIEW_STATES = {
    ReviewState.OPEN: (N_("To be counted again"), "attention"),
    ReviewState.RECOUNTED: (N_("Counted, waits for the second hand"), "running"),
    ReviewState.CLOSED: (N_("Answered"), "done"),
}
"""A request by its state, for the desk."""

CANDIDATE_STATES = {
    ReviewState.OPEN: (N_("Received"), "running"),
    ReviewState.RECOUNTED: (N_("Received"), "running"),
    ReviewState.CLOSED: (N_("Answered"), "done"),
}
"""The same for the candidate: between the two hands nothing is told."""
