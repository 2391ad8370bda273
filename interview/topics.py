"""Topics of live pages of the interview day; a topic carries ids only.

A judge's tablet may listen to its room's topic alone, so a submission never touches it: that another judge has
submitted, or how many have, must not reach a tablet before the seal.
"""


def room_topic(room_id: int) -> str:
    """Something changed that everybody in the room sees: who is called, speaking, marking, sealed."""
    return f"room:{room_id}"


def board_topic(selection_id: int) -> str:
    """Something changed on the staff's boards: states, sheets that came in, recordings."""
    return f"selection:{selection_id}"
