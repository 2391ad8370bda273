"""What the documents say is run: every `sh` block of docs/operations.md, in order, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_the_commands_of_the_operations_guide_work_as_written(tmp_path: Path) -> None:
    script = "set -eu\n" + "\n".join(BLOCK.findall((ROOT / "docs/operations.md").read_text("utf-8")))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("The journal holds") == 3


def test_the_commands_of_the_scoring_guide_work_as_written(tmp_path: Path) -> None:
    (script,) = BLOCK.findall((ROOT / "docs/scoring-command.md").read_text("utf-8"))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("68.84") == 4
    assert '"total": "68.84"' in (tmp_path / "result.json").read_text("utf-8")


@pytest.mark.parametrize("path", [*DOCS, *ROOT.glob("*.md")], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_setting_stands_in_the_operations_guide() -> None:
    from core.settings import NAMES

    guide = (ROOT / "docs/operations.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in guide] == []


def test_every_command_is_named_in_the_documents() -> None:
    from web.__main__ import parser

    commands = next(action for action in parser()._actions if action.choices).choices
    text = "".join(path.read_text("utf-8") for path in [*DOCS, ROOT / "README.md"])
    assert [name for name in commands if not re.search(rf"(gongxuan|make) {name}\b", text)] == []
