"""docs/scheme.md names every key that scoring reads, and its examples are schemes."""

import ast
import re
from pathlib import Path

import pytest

from scoring.ballots import NoBallot
from scoring.cuts import Break, Equal, PartOf, Short
from scoring.findings import Effect
from scoring.floors import FloorBy, Satisfy
from scoring.gates import Fewer
from scoring.marks import MarkState, Rounding
from scoring.panel_rule import Few, MissingJudge, TrimOver, TrimPer
from scoring.parts import BonusStage, PartKind, PassMarkOn, Policy
from scoring.ranking import TieBy
from scoring.replacement import Event, Milestone
from scoring.reserve import CallOrder, ReserveBy, ReuseScope
from scoring.rooms import Compared, Pool, Reference, Split
from scoring.scheme import RankWithin
from scoring.words import scheme_in_words
from tests.scoring.building import scheme_from

ROOT = Path(__file__).parent.parent.parent
REFERENCE = (ROOT / "docs" / "scheme.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", REFERENCE, re.DOTALL)
NAMED = set(re.findall(r"`([a-z_]+)(?::<[^`]*>)?`", REFERENCE))
READERS = {
    "text",
    "key",
    "flag",
    "whole",
    "number",
    "numbers",
    "ratio",
    "choice",
    "precision",
    "words",
    "tables",
    "table",
}
WORDS = [
    *(Break, Equal, FloorBy, Satisfy, Rounding, Few, MissingJudge, TrimOver, TrimPer, BonusStage, PartKind),
    *(PassMarkOn, Policy, TieBy, CallOrder, ReserveBy, ReuseScope, Pool, Reference, Split, RankWithin),
    *(NoBallot, PartOf, Short, Effect, Event, Milestone, Compared, Fewer),
]


def keys_read() -> set[str]:
    """Every literal key that a module of scoring asks a table for."""
    found = {state.value for state in MarkState} - {"present"}
    for path in (ROOT / "scoring").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                receiver = node.func.value
                if isinstance(receiver, ast.Name) and receiver.id in {"table", "inner", "order", "head"}:
                    found |= {
                        one.value
                        for one in node.args[:2]
                        if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
    return found


def test_every_key_that_is_read_is_described():
    keys = keys_read()
    assert len(keys) > 60
    assert sorted(key for key in keys if key and key not in NAMED) == []


def test_every_word_a_key_may_hold_is_described():
    assert sorted({word.value for words in WORDS for word in words} - NAMED) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0].removeprefix("# "))
def test_every_example_is_a_scheme_that_can_be_said_in_words(example):
    assert scheme_in_words(scheme_from(example)).parts
