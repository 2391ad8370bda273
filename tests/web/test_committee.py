"""The committee: confirmed names side by side, why each rank, the hearings on video, each viewing in the journal."""

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from core.settings import read_settings
from core.words import Sentence
from recording.tables import Recording
from scoring import actions
from tests.scoring.course import SECRETARY
from tests.web.desk import Desk
from tests.web.selected import CODE, POSTER, VIDEO, Selected, marked_selection
from web.comparing import Block, Cell, Row, marked
from web.house import open_house

PATH = f"/committee/{CODE}"
LISTED = ("20260001", "20260003", "20260005")
"""On the list of the first post, in order of rank; 20260007 and 20260009 are not."""


@pytest.fixture
def selected(desk: Desk) -> Selected:
    """The composite is published."""
    return marked_selection(desk).ranked()


@pytest.fixture(scope="module")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Selected]:
    """A finished selection that tests only look at."""
    data = tmp_path_factory.mktemp("finished")
    shutil.copyfile(sqlite_template, data / "gongxuan.sqlite")
    house = open_house(read_settings({}, data=data, database_url=f"sqlite:///{data / 'gongxuan.sqlite'}"))
    desk = Desk(house)
    desk.open()
    yield marked_selection(desk).ranked().proposed().confirmed().finished()
    house.close()


def recording_of(selected: Selected, ticket: str) -> int:
    """The recording of a candidate's hearing."""
    code, number = selected.course.lots[ticket]
    hearing = selected.course.day.hearing(number, code).hearing_id
    row = selected.course.read(
        lambda session: session.exec(select(Recording).where(Recording.hearing_id == hearing)).one()
    )
    return row.id or 0


def viewings(selected: Selected) -> int:
    return len(selected.course.facts_of("recording.viewed"))


def cells(page: str, heading: str, post: str = "01") -> list[str]:
    """What a row of the comparison says of each person, as text."""
    table = page.partition(f'id="post-{post}"')[2].partition("</table>")[0]
    found = re.search(rf'<tr><th scope="row">{heading}.*?</th>(.*?)</tr>', table, re.DOTALL)
    assert found is not None, heading
    texts = [re.sub(r"<[^>]+>", " ", one) for one in re.findall(r"<td>(.*?)</td>", found[1], re.DOTALL)]
    return [" ".join(html.unescape(one).split()) for one in texts]


# ── who may look ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_is_asked_to_sign_in(finished: Selected):
    for path in ("/committee", PATH, f"{PATH}/why/20260001", f"{PATH}/recordings/1", f"{PATH}/recordings/1/video"):
        answer = finished.anyone().get(path, follow_redirects=False)
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("name", ["tally", "tallycheck", "archivist", "supervisor", "editor", "vetter", "stranger"])
def test_nobody_outside_the_committee_compares_or_watches(finished: Selected, name: str):
    browser, seen = finished.browser(name), viewings(finished)
    recording = recording_of(finished, "20260001")
    for path in ("", "/why/20260001", *(f"/recordings/{recording}{part}" for part in ("", "/video", "/poster"))):
        browser.get(PATH + path, status=403)
    assert "No selection is open to you here." in browser.get("/committee")
    assert viewings(finished) == seen


def test_a_selection_that_is_not_theirs_and_one_that_is_not_there_get_the_same_answer(finished: Selected):
    elsewhere = finished.browser("stranger").client.get(PATH)
    nowhere = finished.browser("stranger").client.get("/committee/NO-SUCH")
    assert (elsewhere.status_code, nowhere.status_code) == (403, 403)
    strip = re.compile(r'name="csrf-token" content="[^"]+"|name="_csrf" value="[^"]+"|[?]lang|NO-SUCH|LC-2026')
    assert strip.sub("", elsewhere.text) == strip.sub("", nowhere.text)


def test_the_committee_sees_names_once_two_hands_have_confirmed_them(selected: Selected):
    member = selected.browser("member")
    assert "No list yet" in member.get("/committee")
    selected.proposed()
    recording = recording_of(selected, "20260001")
    assert "No list yet" in member.get("/committee")
    assert "No names are proposed yet" in member.get(PATH)
    for path in ("/why/20260001", f"/recordings/{recording}", f"/recordings/{recording}/video"):
        member.get(PATH + path, status=403)
    selected.course.run(actions.confirm_shortlists, SECRETARY)
    assert "Names to compare: 8" in member.get("/committee")
    assert "考生0" in member.get(PATH)
    member.get(f"{PATH}/why/20260001")


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_stand_in_order_of_rank_with_the_figures_as_published(finished: Selected):
    page = finished.browser("member").get(PATH)
    table = page.partition('id="post-01"')[2].partition("</table>")[0]
    names, results = finished.names(), {one["candidate"]: one for one in finished.outcome()["results"]}
    heads = re.findall(r'<th scope="col">([^<]+)<br>', table)
    assert heads == [names[ticket] for ticket in LISTED]
    shown = [results[ticket] for ticket in LISTED]
    assert cells(page, "Composite mark") == [one["total"] for one in shown]
    assert cells(page, "Rank among 5") == [f"{one['rank']} why" for one in shown]
    assert cells(page, "Written mark") == [one["parts"]["written"]["value"] for one in shown]
    interviews = [one["parts"]["interview"]["value"] for one in shown]
    assert cells(page, "Interview mark") == [f"{m} Room 1, number {n}" for n, m in enumerate(interviews, 1)]
    assert '<span class="note">50%</span>' in table


def test_the_page_leads_to_the_files_of_the_result(finished: Selected):
    files = f"/staff/{CODE}/results/composite/1"
    assert f'<a href="{files}#files">' in finished.browser("secretary").get(f"/committee/{CODE}")
    assert 'id="files"' in finished.browser("secretary").get(files)


def test_a_group_of_judges_is_shown_by_its_mean_and_its_extremes(finished: Selected):
    page = finished.browser("member").get(PATH)
    # experts 88.5 to 91.5 for the first: without 88.5 and 91.5 a mean of 90; delegates at seats 8 and 9
    assert cells(page, "Expert judges")[0] == "90.00 88.5—91.5"
    assert cells(page, "Representative judges")[0] == "92.25 92.0—92.5"


def test_what_people_declared_stands_beside_each_other(finished: Selected):
    page = finished.browser("member").get(PATH)
    assert cells(page, "Work unit and post") == ["示例区水利局 科长 since 7/2009"] * 3
    assert cells(page, "Born")[0].startswith("5/1986 aged 40")
    assert cells(page, "Education") == ["undergraduate, bachelor's degree 示例大学 水文与水资源工程"] * 3
    assert cells(page, "Conditions") == ["All 3 conditions met"] * 3


def test_no_identity_number_and_no_contact_stands_on_a_page_of_the_committee(finished: Selected):
    member = finished.browser("member")
    for path in (PATH, f"{PATH}/why/20260001", f"{PATH}/recordings/{recording_of(finished, '20260001')}"):
        page = member.get(path)
        assert re.findall(r"110101\d{8,}", page) == []
        assert "@x.cn" not in page


def test_the_comparison_is_narrowed_to_people_and_to_differences(finished: Selected):
    member = finished.browser("member")
    page = member.get(f"{PATH}?who=20260005&who=20260001")
    table = page.partition('id="post-01"')[2].partition("</table>")[0]
    assert re.findall(r'<span class="note soft">(2026\d+)</span></th>', table) == ["20260001", "20260005"]
    assert len(re.findall(r'<span class="note soft">(2026\d+)</span></th>', page)) == 2 + 5
    page = member.get(f"{PATH}?only=1")
    assert "Composite mark" in page
    assert "Political status" not in page
    assert "Political status" in member.get(PATH)
    assert member.get(f"{PATH}?who=20269999").count("<table") == member.get(PATH).count("<table")


def test_who_has_left_since_is_told(selected: Selected):
    selected.proposed().confirmed()
    selected.course.leave("20260003")
    assert "These have left since: 20260003" in selected.browser("member").get(PATH)


def test_the_pool_stands_below_with_names_and_last_days(finished: Selected):
    pool = finished.browser("member").get(PATH).partition("Reserve pool")[2]
    assert re.findall(r'>(2026\d+)</a></td><td class="nowrap">([^<]+)</td>', pool) == [
        ("20260007", "考生6"),
        ("20260009", "考生8"),
    ]


# ── why, and the video ───────────────────────────────────────────────────────────────────────────────────────────────


def test_why_is_told_with_seats_of_those_on_the_list_alone(finished: Selected):
    page = finished.browser("member").get(f"{PATH}/why/20260003")
    assert "Why 20260003 has rank 2" in page
    assert re.findall(r"seat \d", page) != []
    assert "考生2" in page
    for ticket in ("20260007", "20269999"):
        finished.browser("member").get(f"{PATH}/why/{ticket}", status=403)


def test_a_proposed_hearing_is_watched_and_each_opening_noted_once(finished: Selected):
    member, before = finished.browser("member"), viewings(finished)
    recording = recording_of(finished, "20260001")
    assert f'href="{PATH}/recordings/{recording}"' in member.get(PATH)
    page = member.get(f"{PATH}/recordings/{recording}")
    assert "Interview on video: 考生0" in page
    assert f'src="{PATH}/recordings/{recording}/video"' in page
    assert finished.course.facts_of("recording.viewed")[-1] == {"recording": recording}
    assert viewings(finished) == before + 1
    answer = member.client.get(f"{PATH}/recordings/{recording}/video", headers={"range": "bytes=4-11"})
    assert (answer.status_code, answer.content) == (206, VIDEO[4:12])
    assert member.client.get(f"{PATH}/recordings/{recording}/poster").content == POSTER
    assert viewings(finished) == before + 1


def test_a_chapter_opens_the_video_at_its_time(finished: Selected):
    member, recording = finished.browser("member"), recording_of(finished, "20260001")
    links = re.findall(rf'href="({PATH}/recordings/{recording}\?at=(\d+))">Speech</a>', member.get(PATH))
    ((address, at),) = links
    assert f'/video#t={int(at) // 1000}.{int(at) % 1000:03}"' in member.get(address)
    assert f'/recordings/{recording}/video"' in member.get(f"{PATH}/recordings/{recording}?at=-5")


def test_a_hearing_that_was_not_opened_to_the_committee_is_not_played(finished: Selected):
    member, before = finished.browser("member"), viewings(finished)
    recording = recording_of(finished, "20260007")
    for part in ("", "/video", "/poster"):
        member.get(f"{PATH}/recordings/{recording}{part}", status=403)
        member.get(f"{PATH}/recordings/9999{part}", status=403)
    assert viewings(finished) == before


# ── what is marked ───────────────────────────────────────────────────────────────────────────────────────────────────


def row(*said: str) -> Row:
    return Row(Sentence("Rank"), tuple(Cell((one,)) for one in said))


@pytest.mark.parametrize(
    ("said", "differing"),
    [
        (("a", "a", "b"), [False, False, True]),
        (("b", "a", "a", "c"), [True, False, False, True]),
        (("a", "a", "a"), [False, False, False]),
        (("a", "b", "c"), [False, False, False]),
        (("a", "b"), [False, False]),
        (("a", "a", "b", "b"), [False, False, False, False]),
        (("a",), [False]),
    ],
)
def test_a_cell_is_marked_where_the_others_agree_and_it_does_not(said: tuple[str, ...], differing: list[bool]):
    assert [cell.differs for cell in marked(row(*said)).cells] == differing


def test_a_row_is_alike_if_everybody_says_the_same():
    assert row("a", "a").alike
    assert not row("a", "b").alike
    assert not Block(Sentence("Rank"), (Row("x", (Cell((), links=(("/", "y"),)),) * 2),)).rows[0].alike
