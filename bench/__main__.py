"""`make bench`: the figures of this project, each beside its baseline in the same run.

Prints a table; ends with 1 on a wrong answer, never on a slow one. Figures are ratios, since machines differ.
"""

import argparse
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench import engine, reference
from bench.load import request, run
from bench.seed import DEVICE, Seeded, seed
from bench.table import Row, show
from tests.postgres import MISSING, Server, programs

ROOT = Path(__file__).parent.parent
ELEMENTS = {
    "analysis": "17.5", "organising": "16", "response": "12.5", "expertise": "17", "expression": "12", "bearing": "8.5",
}  # fmt: skip
ROUNDS = 5


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """A server process until the end of the block."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=log, stderr=log)
        try:
            _wait(port, process)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server on {port} ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server on {port} did not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cookies(token: str) -> tuple[tuple[str, str], ...]:
    return (("Cookie", f"gx_session={token}; gx_device={DEVICE}"),)


def csrf_of(port: int, token: str, path: str) -> str:
    """The token that this judge's forms carry."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(cookies(token)))
    page = urllib.request.urlopen(asked).read().decode()
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    if not found:
        raise RuntimeError("the sheet carries no token")
    return found.group(1)


def submission(token: str, csrf: str, number: int) -> bytes:
    fields = {f"mark-{key}": mark for key, mark in ELEMENTS.items()}
    fields |= {"version": "1", "key": secrets.token_urlsafe(18), "_csrf": csrf}
    headers = (
        *cookies(token),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "http://127.0.0.1"),
    )
    body = urllib.parse.urlencode(fields).encode()
    return request("POST", f"/judge/{number}/submit", headers=headers, body=body)


def portions(numbers: Sequence[int]) -> list[Sequence[int]]:
    """The hearings' numbers for each round."""
    size = len(numbers) // ROUNDS
    return [numbers[place * size : (place + 1) * size] for place in range(ROUNDS)]


class Bench:
    """One run over one database."""

    def __init__(self, name: str, folder: Path, database_url: str = "") -> None:
        self.name, self.folder, self.database_url = name, folder, database_url
        self.rows: list[Row] = []
        self.wrong = 0

    def measure(self) -> None:
        """All rows of this database."""
        print(f"{self.name}: filling …", flush=True)
        seeded = seed(self.folder / "house", self.database_url)
        reference.prepare(str(self.folder / "reference.sqlite"))
        ref, plain, ours = free_port(), free_port(), free_port()
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "-w",
            "1",
            "-b",
            f"127.0.0.1:{ref}",
            "bench.reference:application",
        ]
        bare = [
            sys.executable,
            "-m",
            "uvicorn",
            "bench.plaintext:app",
            "--port",
            str(plain),
            "--log-level",
            "error",
            "--no-access-log",
        ]
        serve = [
            str(ROOT / ".venv/bin/gongxuan"),
            "serve",
            "--data",
            str(self.folder / "house"),
            "--port",
            str(ours),
            "--no-worker",
        ]
        variables = {"DATABASE_URL": self.database_url} if self.database_url else {}
        with (
            serving(gunicorn, ref, REFERENCE_DATABASE=str(self.folder / "reference.sqlite")),
            serving(bare, plain),
            serving(serve, ours, **variables),
        ):
            self._pages(seeded, ref, ours)
            self._sheets(seeded, ref, plain, ours)

    def _pages(self, seeded: Seeded, ref: int, ours: int) -> None:
        base = [request("GET", "/")] * 100
        page = [request("GET", seeded.ranking)] * 60
        self._against_ref("ranking page, 60 candidates, one client", ref, base, ours, [page] * ROUNDS, "≤ 2.5 ×")
        anew = [request("GET", f"{seeded.ranking}?anew")] * 60
        self._against_ref("the same, drawn anew each time", ref, base, ours, [anew] * ROUNDS, "")
        opened = [request("GET", "/judge/1", headers=cookies(seeded.tokens[0]))] * 100
        self._against_ref("score sheet opened", ref, base, ours, [opened] * ROUNDS, "≤ 1.5 ×")

    def _sheets(self, seeded: Seeded, ref: int, plain: int, ours: int) -> None:
        posted = request("POST", "/", headers=(("Content-Type", "text/plain"),), body=b"x" * 200)
        tokens = {token: csrf_of(ours, token, "/judge/1") for token in seeded.tokens}
        shared_out, last = seeded.numbers[:-ROUNDS], seeded.numbers[-ROUNDS:]
        shares = portions(shared_out)
        alone = [[submission(token, tokens[token], number) for token in tokens] for number in last]
        what = "score sheet submitted, durable, one client"
        self._against_ref(what, ref, [posted] * 100, ours, alone, "≤ 1.2 ×", wanted=303)
        bare, many = [], []
        for share in shares:
            bare.append(run(plain, [[posted] * 20 for _ in tokens]))
            sent = [[submission(token, tokens[token], number) for number in share] for token in tokens]
            many.append(run(ours, sent, wanted=frozenset({303})))
        self.wrong += sum(load.wrong for load in (*bare, *many))
        shared = median(mine.per_second / other.per_second for mine, other in zip(many, bare, strict=True))
        late = median(load.quantile(0.99) for load in many)
        target = "≥ 0.15" if self.database_url else "≥ 0.30"
        self.rows.append(Row(
            f"{self.name}: score sheets a second, {len(tokens)} judges at once, durable",
            f"{median(load.per_second for load in many):.0f}/s, p99 {late * 1000:.0f} ms",
            f"{median(load.per_second for load in bare):.0f}/s plaintext",
            f"{shared:.2f}", f"{target}, p99 ≤ 400 ms",
        ))  # fmt: skip

    def _against_ref(
        self, what: str, ref: int, base: list[bytes], port: int, ours: Sequence[list[bytes]], target: str,
        *, wanted: int = 200,
    ) -> None:  # fmt: skip
        """A row: rounds of REF and ours in turn, the median of each round's ratio."""
        mine, others = [], []
        for requests in ours:
            loads = run(ref, [base]), run(port, [requests], wanted=frozenset({wanted}))
            self.wrong += sum(load.wrong for load in loads)
            others.append(loads[0].quantile(0.5))
            mine.append(loads[1].quantile(0.5))
        ratio = median(one / other for one, other in zip(mine, others, strict=True))
        self.rows.append(
            Row(
                f"{self.name}: {what}",
                f"{median(mine) * 1000:.2f} ms",
                f"{median(others) * 1000:.2f} ms REF",
                f"{ratio:.2f}",
                target,
            )
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", choices=["engine", "sqlite", "postgres"], default="")
    options = parser.parse_args()
    rows, wrong = engine.measure() if options.only in {"", "engine"} else ([], 0)
    folder = Path(tempfile.mkdtemp(prefix="gongxuan-bench-"))
    try:
        for name in ("sqlite", "postgres"):
            if options.only and name != options.only:
                continue
            (folder / name).mkdir()
            with database(name) as url:
                bench = Bench(name, folder / name, url)
                bench.measure()
                rows += bench.rows
                wrong += bench.wrong
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(rows)
    print(f"wrong answers: {wrong}")
    return 1 if wrong else 0


@contextmanager
def database(name: str) -> Iterator[str]:
    """The address of an empty database: "" for the embedded one, or a private PostgreSQL server's."""
    if name == "sqlite":
        yield ""
        return
    found = programs()
    if found is None:
        raise SystemExit(MISSING)
    server = Server(found, Path(tempfile.gettempdir()))
    server.make()
    try:
        server.command("CREATE DATABASE bench")
        yield server.url("bench")
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
