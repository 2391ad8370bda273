"""Recordings: from the file received to the verified record."""

from core.jobs import Jobs
from web.house import House

TOPIC = "recordings"


def sweep(house: House, jobs: Jobs) -> None:
    """Queue every recording that waits to be checked."""


def end_children() -> None:
    """End running ffmpeg and analysis children."""
