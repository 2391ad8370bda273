"""Results and names at the desk: who sees what, computed and published by two hands, exactly as kept."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from core.settings import read_settings
from exam.tables import WrittenMark
from scoring import actions
from scoring.queries import COMPOSITE, ENTRY
from tests.interview.day import in_rows
from tests.scoring.course import APPROVER, SECRETARY, usual_totals
from tests.web.desk import Desk, problems
from tests.web.selected import CODE, Selected, marked_selection
from web.house import open_house

PATH = f"/staff/{CODE}"
WITHOUT = ("vetter", "officer", "clerk", "checker")
"""Staff of this selection whose duty has nothing to do with results."""


@pytest.fixture
def selected(desk: Desk) -> Selected:
    """Written marks are confirmed."""
    return marked_selection(desk)


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


def figures(page: str) -> dict[str, list[str]]:
    """A page's rankings: by ticket number the rank and the figures, as they stand."""
    rows = re.findall(r'<th scope="row" class="number rank">(=?\d+)</th><td>(.*?)</td>(.*?)</tr>', page, re.DOTALL)
    return {
        re.sub("<[^>]+>", "", number): [rank, *re.findall(r'<td class="number">(?:<b>)?([^<]+)', rest)]
        for rank, number, rest in rows
    }


def without_digests(page: str) -> str:
    """A page without the digests and codes that name its content, and without its own token."""
    page = re.sub(r"[0-9a-f]{64}|[0-9A-F]{4}-[0-9A-F]{4}", "#", page)
    return re.sub(r'name="csrf-token" content="[^"]+"|name="_csrf" value="[^"]+"', "", page)


# ── who may look ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*WITHOUT, "stranger"])
def test_staff_without_a_duty_in_results_see_none_of_it(finished: Selected, name: str):
    for path in ("results", "results/composite", "results/composite/1", "results/entry/1/why/20260001", "names"):
        finished.browser(name).get(f"{PATH}/{path}", status=403)


def test_a_visitor_is_asked_to_sign_in(finished: Selected):
    for path in ("results", "results/composite", "names"):
        answer = finished.anyone().get(f"{PATH}/{path}", follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path", ["results/other", "results/composite/2", "results/composite/1/why/20269999", "results/composite/x"]
)
def test_what_is_not_there_gets_the_one_answer(finished: Selected, path: str):
    finished.browser("tallycheck").get(f"{PATH}/{path}", status=404 if path.endswith("/x") else 403)


def test_a_result_is_read_before_its_publication_by_those_who_make_it_and_the_supervisor(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    for name in ("tally", "tallycheck", "approver", "supervisor"):
        assert "Waits for the second hand" in selected.browser(name).get(f"{PATH}/results")
        assert "20260001" in selected.browser(name).get(f"{PATH}/results/entry")
    for name in ("editor", "member", "secretary"):
        assert "Not published yet" in selected.browser(name).get(f"{PATH}/results")
        selected.browser(name).get(f"{PATH}/results/entry", status=403)
        selected.browser(name).get(f"{PATH}/results/entry/1/why/20260001", status=403)


# ── computed by one, published by another ────────────────────────────────────────────────────────────────────────────


def test_a_result_goes_from_the_clerk_to_the_checker_to_everybody(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    clerk, checker = selected.browser("tally"), selected.browser("tallycheck")
    assert "To be computed: Candidates for the interview" in clerk.get("/staff")
    assert "Compute" in clerk.get(f"{PATH}/results")
    assert clerk.post(f"{PATH}/results/entry/compute").headers["location"] == f"{PATH}/results/entry"
    assert "button-final" not in clerk.get(f"{PATH}/results/entry")
    assert "To be checked and published: Candidates for the interview" in checker.get("/staff")
    page = checker.get(f"{PATH}/results/entry")
    assert "Marks, people and rules are those it was computed from" in page
    assert "Publish 10 ranks" in page
    checker.prove(f"{PATH}/results/entry/1")
    assert "Publication No. 3" in checker.get(f"{PATH}/results")
    assert figures(checker.get(f"{PATH}/results/entry")) == figures(selected.anyone().get(f"/s/{CODE}/p/3").text)


def test_a_refused_publication_keeps_what_was_typed(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    checker = selected.browser("tallycheck")
    checker.get(f"{PATH}/results/entry")
    day = (selected.desk.now + timedelta(days=3)).date().isoformat()
    answer = checker.post(f"{PATH}/results/entry/1", 422, objections_until=day, password="wrong", code="000000")
    assert problems(answer.text) == ["Password or one-time code is not right. Ask for a new code and try again."]
    assert f'value="{day}"' in answer.text
    gone = (selected.desk.now - timedelta(days=3)).date().isoformat()
    answer = checker.prove(f"{PATH}/results/entry/1", 422, objections_until=gone)
    assert problems(answer.text) == ["The last day for objections has passed already."]
    assert selected.course.tally(ENTRY).publication_id is None


def test_the_clerk_cannot_publish_and_the_checker_cannot_compute(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    clerk, checker = selected.browser("tally"), selected.browser("tallycheck")
    clerk.get(f"{PATH}/results")
    clerk.prove(f"{PATH}/results/entry/1", 403)
    checker.get(f"{PATH}/results")
    checker.post(f"{PATH}/results/entry/compute", 403)


def test_the_checker_is_told_when_what_was_computed_no_longer_stands(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    selected.course.leave("20260003")
    checker = selected.browser("tallycheck")
    page = checker.get(f"{PATH}/results/entry")
    assert "it must be computed again" in page
    assert "button-final" not in page
    answer = checker.prove(f"{PATH}/results/entry/1", 409)
    assert problems(answer.text) == [
        "Marks or rules have changed since this was computed; compute it again.",
    ]


def test_another_version_shows_what_it_changed(selected: Selected):
    selected.course.run(actions.publish_written_results, APPROVER)
    selected.course.accept(ENTRY)
    selected.course.leave("20260003")
    selected.course.accept(ENTRY)
    page = selected.browser("tally").get(f"{PATH}/results/entry")
    changes = page.partition("Changed against version 1")[2].partition("</table>")[0]
    assert re.findall(r"<tr><td>(\d+)</td>", changes) == [f"2026{n:04}" for n in (5, 7, 9, 3)]
    assert "No longer enters" in changes
    assert "Earlier versions: 1" in selected.browser("tally").get(f"{PATH}/results")
    assert "Changed against" not in selected.browser("tally").get(f"{PATH}/results/entry/1")


def test_what_keeps_a_composite_from_being_computed_stands_on_the_page(selected: Selected):
    course = selected.course
    course.enter().seat().hear(but=["20260009", "20260010"])
    clerk = selected.browser("tally")
    page = clerk.get(f"{PATH}/results")
    assert "Hearings not sealed yet: 2." in page
    assert "Room 1: 5" in page
    assert "Hearings without a verified recording: 8." in page
    assert "/compute" not in page
    answer = clerk.post(f"{PATH}/results/composite/compute", 422)
    assert problems(answer.text) == [
        "Hearings not sealed yet: 2.",
        "Hearings without a verified recording: 8.",
    ]


def test_a_missing_mark_is_named_by_candidate_and_part(selected: Selected):
    def lose(session: Session) -> None:
        for mark in session.exec(select(WrittenMark).where(WrittenMark.paper_key == "common")).all()[:2]:
            session.delete(mark)

    selected.course.run(actions.publish_written_results, APPROVER)
    in_rows(selected.desk.house.database, lose)
    clerk = selected.browser("tally")
    clerk.get(f"{PATH}/results")
    answer = clerk.post(f"{PATH}/results/entry/compute", 422)
    assert problems(answer.text) == [
        "20260001, Common paper: The mark is missing.",
        "20260002, Common paper: The mark is missing.",
    ]


# ── exactly as published, with and without seats ─────────────────────────────────────────────────────────────────────


def test_the_desk_and_the_public_read_the_published_figures(finished: Selected):
    stored = {
        one["candidate"]: [("=" if one["tied"] else "") + str(one["rank"]), one["total"]]
        for one in finished.outcome()["results"]
        if one["rank"]
    }
    for page in (
        finished.browser("tallycheck").get(f"{PATH}/results/composite"),
        finished.anyone().get(f"/s/{CODE}/p/4").text,
    ):
        assert {number: [row[0], row[-1]] for number, row in figures(page).items()} == stored


def test_seats_are_shown_at_the_desk_and_not_to_the_public(finished: Selected):
    desk = finished.browser("supervisor").get(f"{PATH}/results/composite/1/why/20260001")
    public = finished.anyone().get(f"/s/{CODE}/p/4/why/20260001").text
    for page in (desk, public):
        assert "89.63" in page
    assert re.findall(r"seat \d", desk) != []
    assert "room 1, number 1, sealed" in desk
    assert re.findall(r"\bseat\b(?!s)", public) == []
    assert "In ascending order, without seats." in public


def test_no_public_page_tells_who_sat_where(tmp_path: Path, sqlite_template: Path):
    """Two selections alike in all but two judges of a group who changed seats read alike to the public."""

    def swapped(place: int, seat: int) -> str:
        return usual_totals(place, {2: 6, 6: 2, 8: 9, 9: 8}.get(seat, seat))

    shown, kept, now = [], [], datetime.now(UTC).replace(microsecond=0)
    for name, totals in (("as they sat", usual_totals), ("changed", swapped)):
        data = tmp_path / name
        data.mkdir()
        shutil.copyfile(sqlite_template, data / "gongxuan.sqlite")
        house = open_house(read_settings({}, data=data, database_url=f"sqlite:///{data / 'gongxuan.sqlite'}"))
        desk = Desk(house, now)
        desk.open()
        made = marked_selection(desk, 6).ranked(totals).proposed().confirmed().finished()
        anyone = made.anyone()
        paths = [f"/s/{CODE}/p/{number}" for number in range(2, 6)]
        paths += [f"/s/{CODE}/p/4/why/{ticket}" for ticket in made.course.tickets]
        answers = [anyone.get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}
        shown.append([without_digests(answer.text) for answer in answers])
        kept.append(made.browser("supervisor").get(f"{PATH}/results/composite/1/why/20260001"))
        house.close()
    assert without_digests(kept[0]) != without_digests(kept[1])
    assert shown[0] == shown[1]


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "sees"),
    [("secretary", True), ("member", True), ("tally", False), ("tallycheck", False), ("archivist", False)],
)
def test_candidates_are_named_to_those_whose_duty_allows_it(finished: Selected, name: str, sees: bool):
    page = finished.browser(name).get(f"{PATH}/names")
    assert "20260001" in page
    assert ("考生0" in page) is sees


def test_a_list_that_one_hand_proposed_is_seen_by_the_two_hands_alone(selected: Selected):
    selected.ranked().proposed()
    for name in ("tally", "secretary"):
        assert "20260001" in selected.browser(name).get(f"{PATH}/names")
    for name in ("member", "archivist", "tallycheck"):
        page = selected.browser(name).get(f"{PATH}/names")
        assert "20260001" not in page
        assert "No names are proposed yet" in page


def test_names_go_from_hand_to_hand_into_the_pool(selected: Selected):
    selected.ranked()
    clerk, secretary, checker = (selected.browser(name) for name in ("tally", "secretary", "tallycheck"))
    assert "Names are to be proposed from the ranking" in clerk.get("/staff")
    clerk.get(f"{PATH}/names")
    clerk.post(f"{PATH}/names", do="propose")
    assert "the committee&#39;s secretary, checks these names" in clerk.get(f"{PATH}/names")
    assert "Proposed names wait for you to confirm them" in secretary.get("/staff")
    assert "Confirm 8 names" in secretary.get(f"{PATH}/names")
    answer = secretary.post(f"{PATH}/names", 422, do="confirm", password="wrong", code="1")
    assert "Password or one-time code is not right" in problems(answer.text)[0]
    secretary.prove(f"{PATH}/names", do="confirm")
    assert "Confirmed by two hands" in secretary.get(f"{PATH}/names")
    assert "The confirmed names can be published" in checker.get("/staff")
    checker.get(f"{PATH}/names")
    checker.post(f"{PATH}/names", do="publish")
    assert "Publication No. 5" in checker.get(f"{PATH}/names")
    secretary.get(f"{PATH}/names")
    secretary.post(f"{PATH}/names", do="fill")
    pool = secretary.get(f"{PATH}/names").partition("Reserve pool")[2]
    assert re.findall(r"<td>(2026\d+)</td>", pool) == ["20260007", "20260009"]


@pytest.mark.parametrize("name", ["member", "archivist", "tallycheck"])
def test_seeing_names_is_no_duty_to_propose_or_confirm_them(selected: Selected, name: str):
    selected.ranked()
    browser = selected.browser(name)
    browser.get(f"{PATH}/names")
    browser.post(f"{PATH}/names", 403, do="propose")
    browser.prove(f"{PATH}/names", 403, do="confirm")
    browser.post(f"{PATH}/names", 403, do="fill")
    browser.post(f"{PATH}/names", 422, do="anything")


def test_who_has_left_is_pointed_out_and_the_list_is_proposed_anew(selected: Selected):
    selected.ranked().proposed()
    selected.course.leave("20260003")
    clerk, secretary = selected.browser("tally"), selected.browser("secretary")
    page = secretary.get(f"{PATH}/names")
    assert "has left since" in page
    assert "button-final" not in page
    assert "Propose names by rank" in clerk.get(f"{PATH}/names")
    clerk.post(f"{PATH}/names", do="propose")
    page = secretary.get(f"{PATH}/names")
    assert "Confirm 7 names" in page
    assert "Withdrawn or disqualified after the ranking: 1" in page
    selected.course.run(actions.confirm_shortlists, SECRETARY)


def test_who_left_after_the_confirmation_is_not_counted_among_the_published(selected: Selected):
    selected.ranked().proposed().confirmed()
    selected.course.leave("20260003")
    page = selected.browser("approver").get(f"{PATH}/names")
    assert "<dt>7</dt><dd>names are published, by ticket number only</dd>" in page
    selected.browser("approver").post(f"{PATH}/names", do="publish")
    published = selected.anyone().get(f"/s/{CODE}/p/5").text
    assert ("20260001" in published, "20260003" in published) == (True, False)


def test_the_archivist_is_not_led_to_reasons_that_are_closed_to_them(finished: Selected):
    page = finished.browser("archivist").get(f"{PATH}/names")
    assert f"{PATH}/results" not in page
    finished.browser("archivist").get(f"{PATH}/results/composite", status=403)


def test_a_composite_is_published_like_an_entry_list(selected: Selected):
    selected.course.enter().seat().hear().film()
    clerk, checker = selected.browser("tally"), selected.browser("tallycheck")
    clerk.get(f"{PATH}/results")
    clerk.post(f"{PATH}/results/composite/compute")
    page = checker.get(f"{PATH}/results/composite")
    assert "people stand on the list of proposed names" in page
    assert "button-final" in page
    checker.prove(f"{PATH}/results/composite/1")
    row = selected.course.tally(COMPOSITE)
    assert (row.computed_by, row.publication_id is not None) == (selected.desk.people["tally"][1], True)
