"""Ready schemes (方案范本) that a new selection starts from."""

from importlib.resources import files


def scheme_text(name: str = "open_selection") -> str:
    """The TOML text of a ready scheme. Raises FileNotFoundError for a name that is not there."""
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
