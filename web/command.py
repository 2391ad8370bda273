"""Where the command `gongxuan` begins: scoring files starts without what serves pages and keeps data."""

import sys
from collections.abc import Sequence

from web import scoring_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["score"]:
        return scoring_command.main(given[1:])
    from web.__main__ import main as every_command

    return every_command(given)


if __name__ == "__main__":
    sys.exit(main())
