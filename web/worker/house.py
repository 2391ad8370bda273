"""The house that this process's workflows work in; workflows get only ids, so they find it here."""

from web.house import House

_current: list[House] = []


def enter(house: House) -> None:
    """Make this the house of all workflows in this process."""
    _current[:] = [house]


def here() -> House:
    """The house entered."""
    return _current[0]
