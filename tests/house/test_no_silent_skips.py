"""A skipped test is counted by its reason, and fails the run where nothing may be skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

@pytest.mark.skip(reason="no moon tonight")
def test_by_moonlight(): ...

def test_at_noon():
    if True:
        pytest.skip("no moon tonight")

def test_always(): ...
"""


def run(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_moon.py").write_text(SKIPPING, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        *options,
        "test_moon.py",
    ]
    clean = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    return subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )


def test_skips_are_counted_by_reason(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    assert "skipped 2: no moon tonight" in done.stdout


@pytest.mark.parametrize(
    ("options", "environment"), [([], {"CI": "true"}), (["--no-skips", "--numprocesses", "1"], {})]
)
def test_a_skip_fails_the_run_where_none_is_allowed(
    tmp_path: Path, options: list[str], environment: dict[str, str]
) -> None:
    done = run(tmp_path, *options, **environment)
    assert done.returncode == 1
    assert "skipped 2: no moon tonight" in done.stdout
