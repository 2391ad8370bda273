"""Every example of docs/examples, through the command as a user runs it, compared exactly."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
EXAMPLES = sorted(path.parent for path in FOLDER.glob("*/scheme.toml"))
GONGXUAN = Path(sys.executable).parent / "gongxuan"
FINGERPRINTS = {"scheme", "inputs"}


def tables(example: Path) -> list[str]:
    kinds = {".csv", ".xlsx", ".json"}
    return sorted(path.name for path in example.iterdir() if path.suffix in kinds and path.name != "expected.json")


def texts(node: Any) -> set[str]:
    """Every figure and word of a document."""
    if isinstance(node, dict):
        return {text for inner in node.values() for text in texts(inner)}
    if isinstance(node, list):
        return {text for inner in node for text in texts(inner)}
    return {str(node)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_comes_out_as_it_says(example: Path) -> None:
    command = [str(GONGXUAN), "score", "scheme.toml", *tables(example), "--json", "-"]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert all(re.fullmatch("[0-9a-f]{64}", found[name]) for name in FINGERPRINTS)
    expected = json.loads((example / "expected.json").read_text("utf-8"))
    assert {k: v for k, v in found.items() if k not in FINGERPRINTS} == {
        k: v for k, v in expected.items() if k not in FINGERPRINTS
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_figure_in_bold_stands_in_the_result(example: Path) -> None:
    bold = set(re.findall(r"\*\*([0-9.]+)\*\*", (example / "README.md").read_text("utf-8")))
    assert bold - texts(json.loads((example / "expected.json").read_text("utf-8"))) == set()


def test_the_list_of_examples_names_each_with_its_title() -> None:
    lines = r"^\| \[([^]]+)\]\(\1/README\.md\) \| (.+) \|$"
    listed = dict(re.findall(lines, (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE))
    titles = {path.name: (path / "README.md").read_text("utf-8").splitlines()[0] for path in EXAMPLES}
    assert {f"# {title}" for title in listed.values()} == set(titles.values())
    assert listed.keys() == titles.keys()
