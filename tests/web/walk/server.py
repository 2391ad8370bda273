"""The program as an office runs it: `gongxuan serve` in a process of its own, and the other commands beside it."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

COMMAND = Path(sys.executable).with_name("gongxuan")
READY_SECONDS = 60
END_SECONDS = 30
SLOW = re.compile(r"WARNING the act \w+ took \d+ ms$")
OURS = ("GONGXUAN_", "DATABASE_URL", "STORAGE_URL")
MOMENTS = {
    "selection": ("registration_opens", "registration_closes"),
    "paper": ("starts_at",),
}
"""Every planned moment of a selection, by table."""


def environment() -> dict[str, str]:
    """The environment of the commands: none of this program's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def free_port() -> int:
    """A port on which nobody listens just now."""
    with closing(socket.socket()) as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@dataclass(slots=True)
class Server:
    """One installation: a data folder and the process that serves it, with the worker inside."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """Its embedded database."""
        return self.data / "gongxuan.sqlite"

    @property
    def log(self) -> Path:
        """What it said on standard error."""
        return self.data.with_suffix(".log")

    def complaints(self) -> list[str]:
        """What it has complained of; that a busy machine took its time is no complaint."""
        return [line for line in self.log.read_text("utf-8").splitlines() if not SLOW.search(line)]

    def command(self, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run another command on the same folder (or on `data`)."""
        whole = [COMMAND, *arguments, "--data", str(data or self.data)]
        return subprocess.run(
            whole, env=environment(), capture_output=True, text=True, timeout=READY_SECONDS, check=False
        )

    def start(self) -> None:
        """Serve, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "serve", "--data", str(self.data), "--port", str(self.port)],
                env=environment(),
                stdout=log,
                stderr=log,
            )
        ends = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise AssertionError(f"the server did not start:\n{self.log.read_text('utf-8')}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with closing(socket.socket()) as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> int:
        """End it as Ctrl-C does; answers with what it returned."""
        if self.process is None:
            return 0
        self.process.send_signal(2)
        try:
            return self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process = None

    def let_days_pass(self, days: int) -> None:
        """Bring the plan's days nearer while the server is down, since nothing can turn its clock forward.

        Only the planned moments are moved, all of them alike; everything else stays as people have made it.
        """
        assert self.process is None
        with closing(sqlite3.connect(self.database)) as database, database:
            for table, columns in MOMENTS.items():
                names = ", ".join(columns)
                for row, *moments in database.execute(f"SELECT id, {names} FROM {table}").fetchall():
                    earlier = [_earlier(moment, days) for moment in moments]
                    changes = ", ".join(f"{name} = ?" for name in columns)
                    database.execute(f"UPDATE {table} SET {changes} WHERE id = ?", (*earlier, row))

    def copy(self, folder: Path) -> Path:
        """A copy of the folder, taken while the server is down."""
        assert self.process is None
        return Path(shutil.copytree(self.data, folder))


def _earlier(moment: str, days: int) -> str:
    """A stored moment some days before, in the form it was stored in."""
    return (datetime.fromisoformat(moment) - timedelta(days=days)).isoformat(" ", "microseconds")
