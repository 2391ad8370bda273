"""What people are told about a registration, as it is shown and sent: the sentence with its facts read back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def facts_of(kept: Mapping[str, Any]) -> dict[str, object]:
    """The facts of a notice as they were told; moments are kept as text in a table of their own."""
    return {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, Mapping) else value
        for name, value in kept.items()
    }
