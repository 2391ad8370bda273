"""What a check of the scheme says stands on its pages and is answered by the freezing hand; the command says it too."""

import re
from pathlib import Path

import pytest

from scoring.schemes import scheme_text
from tests.scoring.test_linter import SOUND
from tests.web.desk import Desk, problems
from web.__main__ import main

PAGE = "/staff/LC-2026/scheme"
RISKY = scheme_text().replace("pass_mark = 60", "")


def test_a_draft_shows_its_risks_with_their_examples(desk: Desk):
    desk.create()
    desk.plan()
    page = desk.browser("editor").get(PAGE)
    assert "No floor is written for posts without competition" in page
    assert "can be more than the highest mark 100: no cap is written." in page
    assert "72.25 and 79.45: 97 × 1.0498 = 101.83." in page
    assert "the coefficient of a room keeps 4 decimals" in page
    assert "Must be answered" not in page


def test_the_posts_of_the_plan_decide_whether_there_is_a_surplus(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get(PAGE)
    text = scheme_text().replace('by = "total"\nper_place = 3', 'by = "total"\ntake = 2')
    page = editor.post(PAGE, 200, do="check", text=text).text
    assert "takes 2 for 2 places: no more names than places" in page
    assert "Must be answered" in page


def proposed_with_a_risk(desk: Desk) -> str:
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get(PAGE)
    return editor.post(PAGE, do="propose", text=RISKY).headers["location"]


def test_the_freezing_hand_answers_and_the_answer_stays_on_the_page(desk: Desk):
    path = proposed_with_a_risk(desk)
    approver = desk.browser("approver")
    page = approver.get(path)
    assert "No written part has a minimum mark" in page
    assert "Risks that must be answered: 1." in page
    refused = approver.prove(path, 422, sha256=desk.digest(1), answer=" ").text
    assert problems(refused) == ["Say why these rules are meant: 1 risks must be answered."]
    assert 'href="#answer"' in refused
    approver.prove(path, sha256=desk.digest(1), answer="由面试把关。")
    shown = desk.browser("editor").get(path)
    assert "由面试把关。" in shown
    assert "<textarea" not in shown


def test_nothing_is_asked_where_nothing_must_be_answered(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get(PAGE)
    path = editor.post(PAGE, do="propose", text=scheme_text()).headers["location"]
    assert 'name="answer"' not in desk.browser("approver").get(path)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────

UNROUNDED = re.sub(r"^(group_|mean_|coefficient_)?decimals = \d\n", "", SOUND, flags=re.MULTILINE)


def lint(folder: Path, text: str, *options: str) -> int:
    path = folder / "scheme.toml"
    path.write_text(text, "utf-8")
    return main(["lint", str(path), *options])


def test_the_command_says_what_could_be_regretted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert lint(tmp_path, RISKY) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Must be answered: parts.common.pass_mark: No written part has a minimum mark")
    assert lint(tmp_path, RISKY, "--language", "zh_CN") == 1
    assert capsys.readouterr().out.startswith("必须说明: parts.common.pass_mark: 笔试各项都没有合格线")


def test_the_command_is_silent_about_a_sound_scheme(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert lint(tmp_path, UNROUNDED) == 0
    assert capsys.readouterr().out == ""


def test_the_command_takes_the_places_of_the_posts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = SOUND.replace("per_place = 2", "take = 3")
    assert lint(tmp_path, text, "--places", "3") == 1
    assert "takes 3 for 3 places" in capsys.readouterr().out
    lint(tmp_path, text, "--places", "1", "--places", "2")
    assert "no more names than places" not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["[parts", "[scheme]\nformat = 1\n", '[[parts]]\nkey = "total"\nmisspelt = 1\n'])
def test_what_is_no_scheme_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str):
    assert lint(tmp_path, text) == 2
    assert capsys.readouterr().err.startswith("gongxuan: ")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    assert main(["lint", str(tmp_path / "none.toml")]) == 2


# ── those who have registered ────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_version_says_how_many_of_the_registered_meet_each_condition(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    for number in range(3):
        desk.submit(number + 1, birth_date="1950-01-01", exceptions={"1": "经批准可放宽年龄。"})
    editor = desk.browser("editor")
    editor.get(PAGE)
    text = scheme_text().replace("per_place = 5", "per_place = 6")
    path = editor.post(PAGE, do="propose", text=text, reason="报名人数多").headers["location"]
    approver = desk.browser("approver")
    page = approver.get(path)
    assert "Post 01: of 3 registered 0 meet all conditions, for 1 places." in page
    assert re.search("”: met by 0 of 3", page)
    assert "Say why" in approver.prove(path, 422, sha256=desk.digest(2)).text
    approver.prove(path, sha256=desk.digest(2), answer="条件按上级文件。")
    assert "条件按上级文件。" in approver.get(path)
