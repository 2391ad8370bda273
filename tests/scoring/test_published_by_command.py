"""Every published case again, as files handed to the command `gongxuan score`."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scoring.building import CASES, case
from tests.scoring.test_published_cases import ISU, ISU_SCHEME

GONGXUAN = Path(sys.executable).parent / "gongxuan"
ONE_PART = '[[parts]]\nkey = "written"\nmaximum = 100\n'


@pytest.fixture
def scored(tmp_path: Path):
    """Score a scheme and tables (name → text), all written as files; the JSON that comes out."""

    def score(scheme: str, **tables: str) -> dict[str, Any]:
        (tmp_path / "scheme.toml").write_text(scheme, "utf-8")
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        names = [f"{name}.csv" for name in tables]
        done = subprocess.run(
            [str(GONGXUAN), "score", "scheme.toml", *names, "--json", "-"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return score


def weighted(weights: dict[str, str]) -> str:
    parts = "".join(
        f'[[parts]]\nkey = "{key}"\nof = "total"\nweight = {weight}\nmaximum = 100\n' for key, weight in weights.items()
    )
    return f'[[parts]]\nkey = "total"\ndecimals = 2\n{parts}'


def long(rows: list[dict[str, Any]], keys: list[str]) -> str:
    return "candidate,part,mark\n" + "".join(f"{row['code']},{key},{row[key]}\n" for row in rows for key in keys)


@pytest.mark.parametrize("name", ["chaohu-2010-written-composite", "zibo-2006-three-part-weights"])
def test_weighted_parts(scored, name: str) -> None:
    published = case(name)
    weights, rows = published["rule"]["weights"], published["rows"]
    found = {one["candidate"]: one for one in scored(weighted(weights), marks=long(rows, list(weights)))["results"]}
    for row in rows:
        assert Decimal(found[row["code"]]["total"]) == Decimal(row["published_total"])
        assert found[row["code"]]["rank"] == row.get("published_rank", found[row["code"]]["rank"])


def test_competition_ranks(scored) -> None:
    rows = case("suizhou-competition-ranking")["rows"]
    marks = "考生,成绩\n" + "".join(f"{row['code']},{row['score']}\n" for row in rows)
    found = scored(ONE_PART, marks=marks)["results"]
    assert {one["candidate"]: one["rank"] for one in found} == {row["code"]: row["published_rank"] for row in rows}


def test_the_opening_ratio(scored) -> None:
    published = case("opening-ratio-yunnan")
    rows = published["rows"]
    posts = "post,places,registered\n" + "".join(f"{row['code']},{row['posts']},{row['paid']}\n" for row in rows)
    found = scored(f"{ONE_PART}[opening]\nper_place = {published['rule']['min_ratio']}\n", posts=posts)
    assert {one["post"]: one["open"] for one in found["posts"]} == {row["code"]: row["expected_posts"] for row in rows}


@pytest.mark.parametrize("name", ["xuancheng-2024-three-rooms", "henan-tegang-two-rooms"])
def test_room_coefficients_from_sums(scored, name: str) -> None:
    published = case(name)
    rule, rows = published["rule"], published["rows"]
    scheme = f"""
    [[parts]]
    key = "interview"
    maximum = 100
    [rooms.interview]
    reference = "{rule["method"]}"
    mean_decimals = {rule["mean_decimals"]}
    coefficient_decimals = {rule["coefficient_decimals"]}
    decimals = {rule["score_decimals"]}
    """
    rooms = "room,count,sum\n" + "".join(f"{row['room']},{row['n']},{row['sum']}\n" for row in rows)
    found = scored(scheme, rooms=rooms)["stages"][0]["rooms"]["1"]["interview"]
    assert found["reference"] == published["expected"]["published_grand_mean"]
    assert [(one["room"], one["mean"], one["coefficient"]) for one in found["rooms"]] == [
        (row["room"], row["published_mean"], row["published_coefficient"]) for row in rows
    ]


def test_the_keying_error(scored) -> None:
    published = case("hunan-2016-keying-error")
    (row,) = published["rows"]
    scheme = weighted({"common": "0.25", "professional": "0.25", "interview": published["rule"]["interview_weight"]})
    totals = {}
    for which in ("interview_keyed", "interview_signed"):
        people = [
            {"code": "X", "common": "70", "professional": "70", "interview": row[which]},
            {"code": "Y", "common": "70", "professional": "70", "interview": "74.2"},
        ]
        found = scored(scheme, marks=long(people, ["common", "professional", "interview"]))["results"]
        totals[which] = {one["candidate"]: (Decimal(one["total"]), one["rank"]) for one in found}
    wrong, right = totals["interview_keyed"], totals["interview_signed"]
    assert wrong["X"][0] - wrong["Y"][0] == Decimal(row["published_gap_when_wrong"])
    assert right["X"][0] - right["Y"][0] == Decimal(published["expected"]["gap_when_right"])
    assert (wrong["X"][1], right["X"][1]) == (2, 1)


def test_forty_panel_marks_with_a_judge_missing(scored) -> None:
    rows = []
    for row in ISU["rows"]:
        rows += [f"{row['code']},elements,,,{row['published_element_total']}"]
        rows += [f"{row['code']},deductions,,,{row['published_deductions']}"]
        for part in row["components"]:
            element = part["element"].split()[0].lower()
            rows += [
                f"{row['code']},components,{seat},{element},{mark or 'absent'}"
                for seat, mark in enumerate(part["judges"], start=1)
            ]
    found = scored(ISU_SCHEME, marks="candidate,part,judge,element,mark\n" + "\n".join(rows))["results"]
    assert {one["candidate"]: (Decimal(one["total"]), one["rank"]) for one in found} == {
        row["code"]: (Decimal(row["published_segment_total"]), row["published_rank"]) for row in ISU["rows"]
    }


def test_every_published_case_is_here() -> None:
    text = Path(__file__).read_text("utf-8") + "isu-missing-judge-eight-of-nine"
    assert [path.stem for path in sorted(CASES.glob("*.json")) if path.stem not in text] == []
