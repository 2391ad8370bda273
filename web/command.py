"""Where the command `gongxuan` begins: what works on files alone starts without what serves pages."""

import sys
from collections.abc import Sequence

from web import scoring_command, verify_command

ALONE = {"score": scoring_command.main, "verify": verify_command.main}
"""Commands that need neither a database nor a server."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in ALONE:
        return ALONE[given[0]](given[1:])
    from web.__main__ import main as every_command

    return every_command(given)


if __name__ == "__main__":
    sys.exit(main())
