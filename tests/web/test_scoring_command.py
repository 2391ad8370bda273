"""`gongxuan score`: what it prints, writes and refuses, in both languages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scoring.files import MOST_BYTES
from tests.scoring.building import TWO_PARTS
from tests.scoring.workbooks import number, workbook
from web.i18n import Language
from web.scoring_command import language_of
from web.scoring_text import shown_width

GONGXUAN = Path(sys.executable).parent / "gongxuan"
SCHEME = TWO_PARTS.replace('key = "written"', 'key = "written"\nname = "笔试成绩"\nname_en = "Written"')
MARKS = "candidate,part,mark\nA1,written,80.5\nA1,interview,81\n欧阳修远,written,90\n欧阳修远,interview,缺考\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scheme.toml").write_text(SCHEME, "utf-8")
    (tmp_path / "marks.csv").write_text(MARKS, "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    return subprocess.run(
        [str(GONGXUAN), "score", *arguments],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_a_table_is_printed_in_the_language_of_the_locale_and_nothing_is_left_behind(folder: Path) -> None:
    done = run(folder, "scheme.toml", "marks.csv", LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "名次  考生      笔试成绩  interview  total  理由",
        "1     A1        80.5      81         80.75",
        "–     欧阳修远  90        缺考       –      interview：缺考。",
    ]
    assert "Written" in run(folder, "scheme.toml", "marks.csv", LANG="de_DE.UTF-8").stdout
    assert sorted(path.name for path in folder.iterdir()) == ["marks.csv", "scheme.toml"]


def test_columns_stand_under_each_other_whatever_the_width_of_their_signs(folder: Path) -> None:
    lines = run(folder, "scheme.toml", "marks.csv", "--lang", "en").stdout.splitlines()
    assert (
        len({shown_width(line[: line.index(word)]) for line, word in zip(lines, ("total", "80.75"), strict=False)}) == 1
    )
    assert [shown_width(text) for text in ("A1", "欧阳", "Ａ", "é", "–")] == [2, 4, 2, 1, 1]


@pytest.mark.parametrize(
    ("environ", "choice", "language"),
    [
        ({}, "", Language.ENGLISH),
        ({"LANG": "C"}, "", Language.ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, "", Language.CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "", Language.ENGLISH),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "", Language.CHINESE),
        ({"LANG": "zh_CN"}, "en", Language.ENGLISH),
        ({}, "zh", Language.CHINESE),
    ],
)
def test_the_language_is_asked_for_or_that_of_the_locale(environ, choice, language) -> None:
    assert language_of(choice, environ) is language


def test_one_candidates_steps_can_be_followed(folder: Path) -> None:
    done = run(folder, "scheme.toml", "marks.csv", "--explain", "A1", "--lang", "en")
    assert done.stdout.splitlines() == [
        "Candidate A1, post 1",
        "  1. Written: 80.5",
        "  2. interview: 81",
        "  3. total: 80.5 × 0.5 + 81 × 0.5 = 40.25 + 40.5 = 80.75, rounded half up to 2 decimals: 80.75",
        "Result 80.75, rank 1.",
    ]
    unknown = run(folder, "scheme.toml", "marks.csv", "--explain", "Z", "--lang", "en")
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (2, "", "--explain: There is no candidate Z.\n")


def test_the_json_has_every_figure_as_text_and_steps_where_they_are_asked_for(folder: Path) -> None:
    done = run(folder, "scheme.toml", "marks.csv", "--json", "out.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = json.loads((folder / "out.json").read_text("utf-8"))
    first, second = found["results"]
    assert (first["candidate"], first["total"], first["exact"], first["rank"]) == ("A1", "80.75", "80.75", 1)
    assert (second["total"], second["rank"], second["reasons"]) == (
        None,
        None,
        [{"because": "no_mark", "part": "interview", "state": "absent"}],
    )
    assert "steps" not in first
    assert found["refusals"] == []
    steps = json.loads(run(folder, "scheme.toml", "marks.csv", "--json", "-", "--steps").stdout)["results"][0]["steps"]
    assert [step["kind"] for step in steps] == ["given", "given", "weighted_sum"]


def test_a_refusal_is_told_in_both_languages_with_its_place(folder: Path) -> None:
    (folder / "marks.csv").write_text("candidate,part,mark\nA,written,101\nA,interview,60", "utf-8")
    done = run(folder, "scheme.toml", "marks.csv", "--json", "out.json", "--lang", "zh")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "marks.csv, 第2行, A.written: 101不在0到100之间。\n"
    found = json.loads((folder / "out.json").read_text("utf-8"))
    assert (found["results"], found["stages"], found["inputs"]) == ([], [], None)
    assert found["refusals"] == [
        {
            "zh": "101不在0到100之间。",
            "en": "101 is not between 0 and 100.",
            "facts": {"mark": "101", "maximum": "100"},
            "field": "A.written",
            "row": 2,
            "file": "marks.csv",
        }
    ]


def test_every_bad_file_is_told_at_once_and_a_big_one_before_it_is_read(folder: Path) -> None:
    (folder / "empty.csv").write_bytes(b"")
    (folder / "word.toml").write_text('[[parts]]\nkey = "total"\nweigth = 1\nmaximum = 0', "utf-8")
    with (folder / "huge.csv").open("wb") as huge:
        huge.truncate(200 * 1024**2)
    done = run(folder, "word.toml", "empty.csv", ".", "huge.csv", "nowhere.csv", "--lang", "en")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "word.toml, parts.total.maximum: This must be more than 0.",
        "word.toml, parts.total.weigth: This key is not known here.",
        "empty.csv: The file is empty.",
        ".: This is a folder, not a file.",
        f"huge.csv: The file is larger than {MOST_BYTES // 1024**2} MB.",
        "nowhere.csv: There is no such file.",
    ]


def test_a_workbook_of_several_sheets_joins_with_a_json(folder: Path) -> None:
    sheet = [("candidate", "part", "mark"), ("A1", "written", number("80.5"))]
    (folder / "book.xlsx").write_bytes(workbook(sheet, [("post", "places"), ("07", number("1"))]))
    (folder / "more.json").write_text('[{"candidate": "A1", "part": "interview", "mark": 81.0}]', "utf-8")
    found = json.loads(run(folder, "scheme.toml", "book.xlsx", "more.json", "--json", "-").stdout)
    assert [(one["candidate"], one["post"], one["total"]) for one in found["results"]] == [("A1", "07", "80.75")]


def test_a_result_never_overwrites_what_it_comes_from(folder: Path) -> None:
    for out, told in (
        ("marks.csv", "--json: The result would overwrite marks.csv."),
        ("./scheme.toml", "--json: The result would overwrite ./scheme.toml."),
        ("nowhere/out.json", "--json: This file cannot be written: nowhere/out.json."),
        (".", "--json: This file cannot be written: .."),
    ):
        done = run(folder, "scheme.toml", "marks.csv", "--json", out, "--lang", "en")
        assert (done.returncode, done.stderr) == (2, told + "\n")
    assert (folder / "marks.csv").read_text("utf-8") == MARKS


def test_many_refusals_are_cut_off_on_the_terminal_and_complete_in_the_json(folder: Path) -> None:
    rows = "".join(f"c{n},written,101\nc{n},interview,1\n" for n in range(300))
    (folder / "marks.csv").write_text("candidate,part,mark\n" + rows, "utf-8")
    done = run(folder, "scheme.toml", "marks.csv", "--json", "-", "--lang", "en")
    assert len(done.stderr.splitlines()) == 201
    assert done.stderr.endswith("… and 100 more\n")
    assert len(json.loads(done.stdout)["refusals"]) == 300


def test_a_terminal_without_chinese_still_gets_the_figures(folder: Path) -> None:
    done = run(folder, "scheme.toml", "marks.csv", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "80.75" in done.stdout
