"""The statistics of a result on its pages: who sees them, what is drawn, and that the table says the same."""

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from core.settings import read_settings
from scoring import actions
from scoring.queries import COMPOSITE, ENTRY
from tests.scoring.course import APPROVER, usual_totals
from tests.web.desk import Desk
from tests.web.selected import CODE, Selected, marked_selection
from web.house import open_house
from web.statistics import KeptStatistics

DESK = f"/staff/{CODE}/results/composite/1/statistics"
COMMITTEE = f"/committee/{CODE}/statistics"


def totals(place: int, seat: int) -> str:
    """Seat 2 gives the fifth of the list, who is not proposed, and the first twenty marks less than the others do."""
    return str(Decimal(usual_totals(place, seat)) - (20 if seat == 2 and place in {1, 5} else 0))


@pytest.fixture(scope="module")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Selected]:
    data = tmp_path_factory.mktemp("finished")
    shutil.copyfile(sqlite_template, data / "gongxuan.sqlite")
    house = open_house(read_settings({}, data=data, database_url=f"sqlite:///{data / 'gongxuan.sqlite'}"))
    desk = Desk(house)
    desk.open()
    yield marked_selection(desk).ranked(totals).proposed().confirmed().finished()
    house.close()


@pytest.fixture
def selected(desk: Desk) -> Selected:
    return marked_selection(desk)


def section(page: str, heading: str) -> str:
    return page.partition(f">{heading}</h2>")[2].partition("</section>")[0]


def cells(table: str) -> list[list[str]]:
    """The lines of a table's body as they stand."""
    body = table.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in body.split("</tr>")
        if row.strip()
    ]


# ── who may look ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["tally", "tallycheck", "approver", "supervisor", "secretary"])
def test_those_who_read_results_read_their_statistics(finished: Selected, name: str):
    page = finished.browser(name).get(DESK)
    assert "Nothing on this page changes a mark, a rank or a name." in page
    assert "Judges are told apart by seat alone." in page


@pytest.mark.parametrize("name", ["vetter", "clerk", "stranger"])
def test_others_do_not(finished: Selected, name: str):
    finished.browser(name).get(DESK, status=403)
    finished.browser(name).get(COMMITTEE, status=403)


def test_before_publication_only_those_who_make_a_result_see_its_statistics(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    path = f"/staff/{CODE}/results/entry/1/statistics"
    assert "How the marks lie" in selected.browser("tally").get(path)
    selected.browser("member").get(path, status=403)
    selected.browser("tally").get(f"/staff/{CODE}/results/entry/2/statistics", status=403)


def test_an_entry_has_no_judges_yet(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    page = selected.browser("tally").get(f"/staff/{CODE}/results/entry/1/statistics")
    assert "Written mark: how the marks lie" in page
    assert "Interview mark" not in page


# ── what stands there ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_drawing_is_named_and_has_its_figures_in_a_table(finished: Selected):
    page = finished.browser("tally").get(DESK)
    drawings = re.findall(r'<svg class="drawing chart"[^>]*aria-labelledby="(\S+) (\S+)">(.*?)</svg>', page, re.DOTALL)
    assert len(drawings) >= 7
    for title, about, drawn in drawings:
        assert re.search(f'<title id="{title}">[^<]+</title><desc id="{about}">[^<]+</desc>', drawn)
    assert len(re.findall(r'\bid="', page)) == len(set(re.findall(r'\bid="([^"]+)"', page)))
    assert page.count("<figure>") == page.count("</figure>") == len(drawings)
    for figure in page.split("<figure>")[1:]:
        assert "<table" in figure.partition("</figure>")[0]


def test_bars_say_what_their_table_says(finished: Selected):
    page = section(finished.browser("tally").get(DESK), "How the marks lie")
    first = page.partition("</figure>")[0]
    rows = cells(first.partition("<table")[2])
    drawn = re.findall(r'<text class="d-middle" [^>]*>(\d+)</text>', first)
    assert [row[1] for row in rows if row[1] != "0"] == drawn
    assert sum(int(row[1]) for row in rows) == sum(1 for one in finished.outcome()["results"] if one["total"])


def test_the_margin_is_that_of_the_stored_cut(finished: Selected):
    unit = finished.outcome()["stages"][-1]["units"]["02"]["cuts"]["proposed"]
    row = next(row for row in cells(section(finished.browser("tally").get(DESK), "How close it was")) if row[0] == "02")
    assert row[2:] == [
        str(unit["wanted"]), str(len(unit["entered"])), unit["last_in"] or "–", unit["first_out"] or "–",
        str(Decimal(unit["last_in"]) - Decimal(unit["first_out"])) if unit["first_out"] else "–",
    ]  # fmt: skip


def test_a_mark_far_from_the_panel_leads_to_its_hearing_for_those_who_may_see_it(finished: Selected):
    page = section(finished.browser("secretary").get(DESK), "Interview mark: marks far from the panel")
    rows = {row[0]: row for row in cells(page)}
    assert set(rows) == {"20260001", "20260009"}
    assert rows["20260001"][1].endswith("seat 2")
    assert rows["20260001"][5] == "dropped"
    assert Decimal(rows["20260001"][4].replace("−", "-")) < -19
    assert re.findall(r'href="(/committee/[^"]+)"', page) != []
    plain = section(finished.browser("tally").get(DESK), "Interview mark: marks far from the panel")
    assert "/committee/" not in plain
    assert re.search("room [12], number", plain)


def test_the_committee_reads_of_nobody_who_is_not_proposed(finished: Selected):
    page = finished.browser("member").get(COMMITTEE)
    assert "20260009" not in page
    assert [row[0] for row in cells(section(page, "Interview mark: marks far from the panel"))] == ["20260001"]
    (film,) = re.findall(r'href="(/committee/[^"]+/recordings/\d+)"', page)
    assert "<video" in finished.browser("member").get(film)


def test_both_pages_are_linked_where_the_result_stands(finished: Selected):
    assert f'href="{DESK}"' in finished.browser("tally").get(f"/staff/{CODE}/results/composite")
    assert f'href="{COMMITTEE}"' in finished.browser("member").get(f"/committee/{CODE}")


def test_no_name_stands_in_the_statistics(finished: Selected):
    for page in (finished.browser("secretary").get(DESK), finished.browser("member").get(COMMITTEE)):
        assert not any(name in page for name in finished.names().values())


def test_the_same_result_is_computed_once(finished: Selected):
    from scoring.queries import scheme_in_force

    kept = KeptStatistics()
    row = finished.course.tally(COMPOSITE)
    scheme = finished.course.read(scheme_in_force, finished.course.id)
    assert kept(row, scheme) is kept(row, scheme)
