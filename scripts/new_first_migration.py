"""Write web/migrations/versions/0001_first.py anew from the tables as they stand.

Until the first release there is one revision: a changed table is written into it, not into a second one.
"""

import io
import subprocess
import sys
import tempfile

from alembic import command

from core.db import Database
from web.migrate import MIGRATIONS, configuration

VERSIONS = MIGRATIONS / "versions"
FIRST = VERSIONS / "0001_first.py"


def main() -> None:
    old = FIRST.read_text(encoding="utf-8") if FIRST.exists() else ""
    FIRST.unlink(missing_ok=True)
    try:
        _write()
    except BaseException:
        if old:
            FIRST.write_text(old, encoding="utf-8")
        raise
    for order in (["format", "--quiet"], ["check", "--quiet", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *order, str(FIRST)], check=True)
    print(f"{FIRST.name} {'stays as it was' if FIRST.read_text(encoding='utf-8') == old else 'is written anew'}")


def _write() -> None:
    """Compare the tables with an empty database."""
    VERSIONS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite")
        with database.writer() as connection:
            settings = configuration(connection)
            settings.attributes["batch"] = False
            settings.stdout = io.StringIO()
            command.revision(settings, "The first tables", autogenerate=True, rev_id="0001_first")
        database.close()
    written = next(VERSIONS.glob("0001_first*.py"))
    lines = written.read_text(encoding="utf-8").splitlines(keepends=True)
    FIRST.write_text("".join(line for line in lines if "# ###" not in line), encoding="utf-8")
    written.unlink()


if __name__ == "__main__":
    main()
