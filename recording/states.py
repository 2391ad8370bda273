"""Where a recording stands between its arrival and the record."""

from collections.abc import Mapping
from enum import StrEnum

from core.words import N_
from interview.hearing import State


class RecordingState(StrEnum):
    """Received and waiting to be checked, verified as the record of its hearing, or of no use."""

    RECEIVED = "received"
    VERIFIED = "verified"
    FAILED = "failed"


RECORDING_WORDS: Mapping[RecordingState, str] = {
    RecordingState.RECEIVED: N_("being checked"),
    RecordingState.VERIFIED: N_("verified"),
    RecordingState.FAILED: N_("not usable"),
}

FILMED = frozenset(
    {
        State.CALLED,
        State.SPEAKING,
        State.QUESTIONS,
        State.MARKING,
        State.SEALED,
        State.ADJOURNED,
        State.WITHDREW,
        State.VOID,
    }
)
"""States of a hearing of which there can be a recording."""
