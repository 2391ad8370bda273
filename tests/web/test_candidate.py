"""A candidate's pages from the first click to the receipt: filled in, refused, submitted; nobody else's."""

import re

import pytest
from litestar.testing import TestClient

from tests.web.applicant import Applicant
from tests.web.desk import Desk, jpeg
from web.app import make_app


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """A selection whose registration is open."""
    desk.create()
    desk.plan()
    desk.announce()
    return desk


# ── in and whose ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/my", "/my/start/LC-2026", "/my/ABCDEFGHJK", "/my/data", "/my/data.json"])
def test_a_visitor_is_sent_to_sign_in_and_back(open_desk, path):
    answer = TestClient(make_app(open_desk.house)).get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


PAGES = ("", "/person", "/education", "/education/1", "/posts", "/posts/1", "/appraisals", "/conditions", "/papers",
         "/papers/1", "/photo", "/check", "/receipt", "/answers", "/withdraw", "/ticket", "/ticket.pdf")  # fmt: skip


def test_a_foreign_registration_and_a_missing_one_are_the_same_answer(open_desk):
    mine, stranger = Applicant(open_desk, 1), Applicant(open_desk, 2)
    path = mine.start()
    mine.fill(path)
    for page in PAGES:
        foreign, missing = stranger.get(path + page, 403), stranger.get(f"/my/ZZZZZZZZZZ{page}", 403)
        assert re.sub(r"[A-Z2-9]{10}", "", foreign) == re.sub(r"[A-Z2-9]{10}", "", missing)
        assert mine.name not in foreign


def test_a_foreign_registration_cannot_be_changed(open_desk):
    mine, stranger = Applicant(open_desk, 1), Applicant(open_desk, 2)
    path = mine.start()
    stranger.get("/my")
    for page, fields in (("/person", {"unit": "x"}), ("/submit", {"pledge": "1"}), ("/withdraw", {"sure": "1"}),
                         ("/papers/1/remove", {}), ("/conditions", {})):  # fmt: skip
        stranger.post(path + page, 403, **fields)
    assert mine.row(path).state == "draft"


# ── filling in ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_shows_what_is_open_and_what_can_be_done_now(open_desk):
    applicant = Applicant(open_desk)
    assert "You have not registered for anything yet" in applicant.get("/my")
    applicant.start()
    listed = applicant.get("/my")
    assert "Not submitted" in listed
    assert "Submit by" in listed
    assert "No other selection is open" in listed


def test_without_a_post_chosen_nothing_begins(open_desk):
    applicant = Applicant(open_desk)
    applicant.get("/my/start/LC-2026")
    assert "Choose one of these." in applicant.post("/my/start/LC-2026", 422).text
    assert "You have not registered for anything yet" in applicant.get("/my")


def test_a_registration_goes_from_the_first_page_to_the_receipt(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    assert "Can be submitted" in applicant.get(path)
    location = applicant.submit(path).headers["location"]
    receipt = applicant.get(location)
    row = applicant.row(path)
    assert (row.state, row.version) == ("submitted", 1)
    assert f"Reference number {row.reference}" in receipt
    assert re.search(r"Content code [0-9A-F]{4}-[0-9A-F]{4}", receipt)
    assert "Being vetted" in applicant.get(path)


def test_birth_date_and_sex_are_offered_as_the_identity_number_states_them(open_desk):
    applicant = Applicant(open_desk)
    page = applicant.get(applicant.start() + "/person")
    assert 'value="1986-05-12"' in page
    assert applicant.identity not in page


@pytest.mark.parametrize("typed", ["2009-07", "2009.7", "2009/07", "2009年7月", "２００９－０７"])
def test_a_month_is_understood_as_people_write_it(open_desk, typed):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.post(f"{path}/person", work_began=typed)
    assert 'value="2009-07"' in applicant.get(f"{path}/person")


def test_a_refused_page_keeps_everything_typed_and_stores_nothing(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    page = applicant.post(
        f"{path}/person", 422, unit="示例区水利局", work_began="long ago", birth_date="1986-13-40"
    ).text
    assert 'value="示例区水利局"' in page
    assert 'value="long ago"' in page
    assert 'value="1986-13-40"' in page
    assert page.count('class="field-error"') == 2
    assert "示例区水利局" not in applicant.get(f"{path}/person")


def test_posts_stand_in_order_with_gaps_and_overlaps_pointed_out(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    for row, (since, until) in enumerate((("2015-03", "2020-01"), ("2009-07", "2014-11"), ("2019-06", "")), start=1):
        applicant.post(f"{path}/posts/{row}", was="new", unit=f"单位{row}", title="科员", since=since, until=until)
    page = applicant.get(f"{path}/posts")
    assert [page.index(f"单位{row}") for row in (2, 1, 3)] == sorted(page.index(f"单位{row}") for row in (1, 2, 3))
    assert "11/2014 to 3/2015, 4 mo" in page
    assert "Entries 2 and 3, 7 mo" in page


def test_an_end_before_the_beginning_is_refused_at_its_field(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    page = applicant.post(
        f"{path}/posts/1", 422, was="new", unit="甲", title="乙", since="2021-03", until="2020-11"
    ).text
    assert 'id="until-error"' in page
    assert 'value="2020-11"' in page


def test_an_entry_is_changed_and_taken_out(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.post(f"{path}/posts/1", was="new", unit="甲单位", title="乙", since="2010-01", until="")
    was = re.search(r'name="was" value="([^"]+)"', applicant.get(f"{path}/posts/1"))[1]
    applicant.post(f"{path}/posts/1", was=was, unit="丙单位", title="乙", since="2010-01", until="")
    assert "丙单位" in applicant.get(f"{path}/posts")
    page = applicant.post(f"{path}/posts/1", 409, was=was, unit="丁单位", title="乙", since="2010-01", until="").text
    assert 'value="丁单位"' in page
    was = re.search(r'name="was" value="([^"]+)"', applicant.get(f"{path}/posts/1"))[1]
    applicant.post(f"{path}/posts/1", was=was, do="remove")
    assert "No post entered yet" in applicant.get(f"{path}/posts")


def test_an_entry_beyond_the_next_one_does_not_exist(open_desk):
    applicant = Applicant(open_desk)
    applicant.get(applicant.start() + "/posts/3", 403)


def test_submitting_too_early_names_and_links_everything_missing(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    page = applicant.submit(path, 422).text
    for said, link in (("Posts held: ", "#posts"), ("Photo: ", "#papers"), ("Work unit: ", "#person")):
        assert re.search(rf'href="{link}">{said}', page)
        assert f'id="{link[1:]}"' in page
    assert applicant.row(path).state == "draft"


def test_without_the_promise_nothing_is_submitted(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    assert "Confirm that everything you entered is true." in applicant.post(f"{path}/submit", 422, version="0").text
    assert applicant.row(path).state == "draft"


def test_a_form_sent_twice_counts_once(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    applicant.submit(path, 409)
    assert applicant.row(path).version == 1


def test_after_submitting_nothing_can_be_changed(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.submit(path)
    applicant.post(f"{path}/person", 409, unit="另一单位")
    applicant.send(path, "other", jpeg(200), 409)
    assert "示例区水利局" in applicant.get(f"{path}/answers")


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_condition_is_shown_with_the_datum_it_was_decided_on(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    assert applicant.get(f"{path}/conditions").count("Not filled in yet.") == 3
    applicant.fill(path)
    page = applicant.get(f"{path}/conditions")
    assert "Born on 12 May 1986; 40 full years of age on 30 September 2026." in page
    assert "All conditions are met as entered" in page


def test_a_condition_not_met_can_be_submitted_only_with_a_reason_for_an_exception(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.fill(path)
    applicant.post(f"{path}/person", sex="male", birth_date="1970-01-01", ethnicity="汉族",
                   political_status="party_member", unit="示例区水利局", position="科长")  # fmt: skip
    assert "Condition 1 is not met." in applicant.submit(path, 422).text
    assert 'name="exceptions.1"' in applicant.get(f"{path}/conditions")
    applicant.post(f"{path}/conditions", **{"exceptions.1": "组通〔2026〕3号批准"})
    assert "Exception asked for: 1" in applicant.get(path)
    applicant.submit(path)
    assert "组通〔2026〕3号批准" in applicant.get(f"{path}/answers")


# ── papers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_judged_by_its_content_and_the_refusal_stands_at_its_field(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    page = applicant.send(path, "photo", b"MZ not a picture", 422, "portrait.jpg").text
    assert 'id="papers.photo-error"' in page
    assert "Received" not in page


def test_no_file_chosen_is_said_at_the_field(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.get(f"{path}/papers")
    page = applicant.client.post(
        f"{path}/papers", data={"_csrf": applicant.token, "kind": "identity"}, files={"papers.identity": ("", b"")}
    )
    assert page.status_code == 422
    assert "Choose a file first." in page.text


def test_a_file_above_the_cap_is_refused(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    page = applicant.send(path, "education", b"%PDF-" + bytes(20 * 1024 * 1024), 413).text
    assert "The file is larger than 20 MB." in page


def test_a_file_can_be_looked_at_and_taken_away_again(open_desk):
    applicant = Applicant(open_desk)
    path = applicant.start()
    applicant.send(path, "photo", jpeg(120))
    page = applicant.get(f"{path}/papers")
    number = re.search(rf"{path}/papers/(\d+)\"", page)[1]
    shown = applicant.client.get(f"{path}/papers/{number}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert applicant.client.get(f"{path}/photo").content == shown.content
    applicant.post(f"{path}/papers/{number}/remove")
    assert "Received" not in applicant.get(f"{path}/papers")
    applicant.get(f"{path}/papers/{number}", 403)
