"""A private PostgreSQL server for the tests: its own folder, its own port on 127.0.0.1, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.machine import free_ports, memory

MISSING = "PostgreSQL is not installed: run `apt-get install postgresql` (the server's own programs, 15 or newer)."


def programs() -> Path | None:
    """The folder with initdb and postgres, the newest version first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -int(folder.parent.name))
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Server:
    """A running server; as root it is run by the system user `postgres`, which Debian's package makes."""

    def __init__(self, folder: Path, place: Path | None = None) -> None:
        """The server whose programs are in a folder; its data in memory, or in `place` where disks are to count."""
        self._programs = folder
        self._user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="gongxuan-pg-", dir=place or memory()))
        if self._user:
            shutil.chown(self._folder, "postgres", "postgres")
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster and start it."""
        self._run(
            "initdb", "-D", "data", "-U", "gongxuan", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", "data", "-p", str(self.port), "-k", str(self._folder),
                 "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=32MB"],
                cwd=self._folder, stdout=log, stderr=log, **self._user,
            )  # fmt: skip
        for _ in range(600):
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")

    def crash(self) -> None:
        """End the server at once, as a power cut would: nothing is finished, nothing flushed."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder, capture_output=True, text=True, check=False, **self._user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=gongxuan dbname={database}"

    def url(self, database: str) -> str:
        """The database's address as SQLAlchemy takes it."""
        return f"postgresql+psycopg://gongxuan@127.0.0.1:{self.port}/{database}"

    def command(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement as the administrator, outside any transaction."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """End the server (fast shutdown) and remove its folder."""
        self._end(signal.SIGINT)
        shutil.rmtree(self._folder)
