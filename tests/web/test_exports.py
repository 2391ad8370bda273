"""Files of a result: who takes them, what is noted, and that an outsider's commands give the same with them."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from core.audit import JournalEntry
from core.errors import Denied, Refusal
from core.settings import read_settings
from scoring import actions
from scoring.queries import COMPOSITE, ENTRY, tally_version
from scoring.tables import TallyRow
from tests.scoring.course import APPROVER, OFFICER, SECRETARY
from tests.web.desk import Desk
from tests.web.selected import CODE, Selected, marked_selection
from web.books import BOOKS, Books
from web.exports import csv_bytes
from web.house import open_house

FILES = f"/staff/{CODE}/results/{{kind}}/1/files/{{name}}"
NAMES = ["book.xlsx", "package.zip", "ranking.csv", "scheme.json", "marks.csv", "posts.csv"]


@pytest.fixture(scope="module")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Selected]:
    data = tmp_path_factory.mktemp("finished")
    shutil.copyfile(sqlite_template, data / "gongxuan.sqlite")
    house = open_house(read_settings({}, data=data, database_url=f"sqlite:///{data / 'gongxuan.sqlite'}"))
    desk = Desk(house)
    desk.open()
    yield marked_selection(desk).ranked()
    house.close()


def taken(selected: Selected, name: str, kind: str = COMPOSITE, by: str = "tally", status: int = 200) -> bytes:
    answer = selected.browser(by).client.get(FILES.format(kind=kind, name=name))
    assert answer.status_code == status
    return bytes(answer.content)


def gongxuan(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    command = [str(Path(sys.executable).parent / "gongxuan"), *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean | environment, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def row_of(selected: Selected, kind: str) -> TallyRow:
    found: TallyRow | None = selected.course.read(tally_version, selected.course.id, kind, 1)
    assert found is not None
    return found


# ── who takes them ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["tally", "tallycheck", "approver", "supervisor", "secretary"])
def test_those_who_read_results_take_them(finished: Selected, by: str):
    assert taken(finished, "ranking.csv", by=by)


@pytest.mark.parametrize("by", ["vetter", "clerk"])
@pytest.mark.parametrize("name", NAMES)
def test_others_do_not(finished: Selected, by: str, name: str):
    taken(finished, name, by=by, status=403)


def test_every_taking_is_noted_with_who_and_what(finished: Selected):
    def lines(session: Any) -> list[Any]:
        return [json.loads(one.body)[-1] for one in session.exec(select(JournalEntry)) if one.act == "result.taken_out"]

    before = len(finished.course.read(lines))
    taken(finished, "package.zip")
    taken(finished, "marks.csv")
    added = finished.course.read(lines)[before:]
    assert added == [{"file": name, "tally": row_of(finished, COMPOSITE).id} for name in ("package.zip", "marks.csv")]


@pytest.mark.parametrize("name", ["other.csv", "rooms.csv", "package"])
def test_what_is_no_file_of_the_result_is_not_there(finished: Selected, name: str):
    taken(finished, name, status=403)


def test_the_page_leads_to_every_file(finished: Selected):
    page = finished.browser("tally").get(f"/staff/{CODE}/results/composite")
    assert [name for name in NAMES if f'href="{FILES.format(kind=COMPOSITE, name=name)}"' not in page] == []


# ── what an outsider does with them ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [ENTRY, COMPOSITE])
def test_a_package_is_verified_by_the_command(finished: Selected, tmp_path: Path, kind: str):
    (tmp_path / "package.zip").write_bytes(taken(finished, "package.zip", kind))
    done = gongxuan(tmp_path, "verify", "package.zip", "--lang", "en")
    assert (done.returncode, done.stderr, done.stdout.count("[ok]")) == (0, "", 8)
    assert done.stdout.splitlines()[-1].startswith("Verified: ")


def test_the_readme_is_in_both_languages_and_names_the_notice(finished: Selected):
    with zipfile.ZipFile(io.BytesIO(taken(finished, "package.zip"))) as archive:
        readme = archive.read("README.md").decode()
        manifest = json.loads(archive.read("manifest.json"))
    assert readme.startswith("# 结果包\n")
    assert "# Result package\n" in readme
    assert readme.count(manifest["publication"]["sha256"]) == 2


@pytest.mark.parametrize(("kind", "more"), [(ENTRY, ["--upto", "interview"]), (COMPOSITE, [])])
def test_the_tables_give_the_same_result_by_the_scoring_command(
    finished: Selected, tmp_path: Path, kind: str, more: list[str]
):
    names = ["scheme.json", "marks.csv", "posts.csv"]
    for name in names:
        (tmp_path / name).write_bytes(taken(finished, name, kind))
    done = gongxuan(tmp_path, "score", *names, "--steps", "--json", "-", *more)
    assert (done.returncode, done.stderr) == (0, "")
    found, row = json.loads(done.stdout), row_of(finished, kind)
    assert (found["scheme"], found["inputs"]) == (row.scheme_sha256, row.input_sha256)
    assert (found["results"], found["stages"]) == (row.outcome["results"], row.outcome["stages"])


def test_a_package_that_does_not_hold_and_none_at_all_are_told_in_both_languages(finished: Selected, tmp_path: Path):
    content = taken(finished, "package.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(tmp_path / "less.zip", "w") as less:
        for name in whole.namelist():
            if name != "inputs.json":
                less.writestr(name, whole.read(name))
    done = gongxuan(tmp_path, "verify", "less.zip", LANG="zh_CN.UTF-8")
    assert done.returncode == 1
    assert "[不通过]文件与清单一致\n    缺少inputs.json。\n" in done.stdout
    assert "[未检查]重新计算，每个数字都相同" in done.stdout
    assert done.stdout.endswith("这个结果包不成立。\n")
    (tmp_path / "no.zip").write_bytes(content[:-100])
    done = gongxuan(tmp_path, "verify", "no.zip", LANG="zh_CN.UTF-8")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "no.zip: 这不是zip文件，或者文件已损坏。\n")
    done = gongxuan(tmp_path, "verify", "nowhere.zip", "--lang", "en")
    assert (done.returncode, done.stderr) == (2, "nowhere.zip: There is no such file.\n")
    (tmp_path / "heads").write_text("1 zz\n", "utf-8")
    assert gongxuan(tmp_path, "verify", "no.zip", "--anchors", "heads").returncode == 2


# ── tables of text ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ranking_has_everybody_with_figures_in_the_language_of_the_page(finished: Selected):
    text = taken(finished, "ranking.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    results = row_of(finished, COMPOSITE).outcome["results"]
    assert [one["Ticket number"] for one in rows] == [one["candidate"] for one in results]
    assert [one["Rank"] for one in rows] == [str(one["rank"] or "") for one in results]
    totals = [list(one.values())[-3] for one in rows]  # before entry and reasons
    assert totals == [one["total"] or "" for one in results]


def test_no_cell_is_taken_for_a_formula():
    cells = ["=1+1", "+1", "-1", "-0.50", "-1+2", "@x", "\tx", "\rx", "x=1", "", "职位"]
    (row,) = csv.reader(io.StringIO(csv_bytes([cells]).decode("utf-8-sig"), newline=""))
    assert row == ["'=1+1", "'+1", "-1", "-0.50", "'-1+2", "'@x", "'\tx", "'\rx", "x=1", "", "职位"]


def test_the_book_says_which_result_it_is_and_has_everybody_under_a_ticket_number(finished: Selected):
    book = load_workbook(io.BytesIO(taken(finished, "book.xlsx")))
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows(min_row=4)}
    row = row_of(finished, COMPOSITE)
    assert about["规则的SHA-256 SHA-256 of the rules"] == row.scheme_sha256
    assert about["灰底 Grey"].startswith("公式不能精确给出、写为数字的计算结果：0。")
    tickets = [line[2].value for line in book["总表"].iter_rows(min_row=4)]
    assert tickets == [one["candidate"] for one in row.outcome["results"]]


# ── books that take long ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_book_that_takes_long_is_asked_for_again_and_made_once():
    books, made, gate = Books(), [], threading.Event()

    def make() -> bytes:
        gate.wait(30)
        made.append(1)
        return b"book"

    assert books.ask("a", make, 0) is None
    assert books.ask("a", make, 0) is None
    gate.set()
    assert books.ask("a", make, 30) == b"book"
    assert books.ask("a", make, 0) == b"book"
    assert made == [1]


def test_a_book_that_went_wrong_is_told_and_made_anew():
    books = Books()

    def fail() -> bytes:
        raise Refusal("too large")

    with pytest.raises(Refusal):
        books.ask("a", fail, 30)
    assert books.ask("a", lambda: b"book", 30) == b"book"


def test_only_the_latest_books_are_kept():
    books = Books()
    for number in range(20):
        assert books.ask(str(number), lambda: b"book", 30) == b"book"
    made = []
    for number in (0, 19):
        books.ask(str(number), lambda: made.append(1) or b"again", 30)
    assert made == [1]


def test_the_page_that_waits_asks_again_by_itself(finished: Selected):
    """While another book is being made the pool is busy."""
    gate = threading.Event()
    try:
        assert BOOKS.ask("another", lambda: (gate.wait(60) and b"") or b"", 0) is None
        client = finished.browser("tally").client
        answer = client.get(FILES.format(kind=ENTRY, name="book.xlsx"))
        assert answer.status_code == 202
        assert '<meta http-equiv="refresh" content="5">' in answer.text
    finally:
        gate.set()
    assert taken(finished, "book.xlsx", ENTRY).startswith(b"PK")


def test_the_commands_of_the_guide_work_as_written(finished: Selected, tmp_path: Path):
    guide = (Path(__file__).parents[2] / "docs" / "results.md").read_text("utf-8")
    for name in NAMES:
        (tmp_path / name).write_bytes(taken(finished, name))
    script = "".join(re.findall(r"^```sh\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout.count("[ok]"), done.stdout.count("[通过]")) == (0, "", 8, 8)
    assert (
        json.loads((tmp_path / "result.json").read_text("utf-8"))["inputs"] == row_of(finished, COMPOSITE).input_sha256
    )


def test_before_publication_only_those_who_make_a_result_take_it(desk: Desk):
    selected = marked_selection(desk)
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    assert taken(selected, "ranking.csv", ENTRY)
    taken(selected, "ranking.csv", ENTRY, by="secretary", status=403)
    row = row_of(selected, ENTRY)
    day = selected.course.day
    note = (actions.note_export, selected.course.by(SECRETARY), row.id, "ranking.csv")
    with pytest.raises(Denied):
        day.run(*note)
    selected.course.publish(ENTRY)
    day.run(*note)
    with pytest.raises(Denied):
        day.run(actions.note_export, selected.course.by(OFFICER), row.id, "ranking.csv")
