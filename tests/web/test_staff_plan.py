"""The desk from an empty plan to the frozen and announced scheme."""

import pytest

from exam.queries import condition_rows, in_force, posts_of, publications, scheme_draft, written_papers
from exam.stages import Stage
from exam.tables import Selection
from scoring.schemes import scheme_text
from tests.web.desk import Desk, problems

PLAN = {
    "code": "LC-2026",
    "kind": "open_selection",
    "title": "澜川市公开选拔",
    "authority": "领导小组",
    "reference_date": "2026-09-30",
    "registration_opens": "2036-09-21T09:00",
    "registration_closes": "2036-09-30T17:30",
    "interview_on": "2036-11-21",
}
POST = {"code": "01", "unit": "市水务局", "name": "副局长", "headcount": "2"}


def test_a_visitor_is_sent_to_sign_in(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    editor.client.cookies.clear()
    assert 'name="password"' in editor.get("/staff/LC-2026")


def test_somebody_without_a_duty_gets_one_answer_for_a_selection_that_is_there_and_one_that_is_not(desk: Desk):
    desk.create()
    stranger = desk.browser("stranger")
    there, missing = stranger.get("/staff/LC-2026", 403), stranger.get("/staff/NONE", 403)
    assert problems(there) == problems(missing)
    assert "You hold no duty in any selection" in stranger.get("/staff")


def test_the_areas_shown_are_those_a_duty_opens(desk: Desk):
    desk.create()
    for name, areas in {"editor": {"scheme", "results"}, "vetter": {"vetting"}, "clerk": {"marks"}}.items():
        page = desk.browser(name).get("/staff/LC-2026")
        shown = {
            area
            for area in ("scheme", "vetting", "tickets", "marks", "interview", "recordings", "results", "names")
            if f'href="/staff/LC-2026/{area}"' in page
        }
        assert shown == areas


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_selection_is_created_and_its_creator_holds_no_duty_in_it_by_that(desk: Desk):
    editor = desk.browser("editor")
    editor.get("/staff/new_selection")
    answer = editor.post("/staff/new_selection", **PLAN)
    assert "The selection LC-2026 was created" in editor.get(answer.headers["location"])
    editor.get("/staff/LC-2026", status=403)


def test_only_who_may_create_sees_the_form(desk: Desk):
    desk.create()
    desk.browser("approver").get("/staff/new_selection", status=403)


def test_a_wrong_plan_names_every_field_and_keeps_what_was_typed(desk: Desk):
    editor = desk.browser("editor")
    editor.get("/staff/new_selection")
    typed = {**PLAN, "title": "", "reference_date": "soon", "authority": "领导小组甲"}
    page = editor.post("/staff/new_selection", 422, **typed).text
    assert 'href="#title"' in page
    assert 'href="#reference_date"' in page
    assert 'value="领导小组甲"' in page
    with desk.house.database.reading() as session:
        assert session.get(Selection, 2) is None


def test_the_plan_is_edited_and_its_times_stand_on_the_offices_clock(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/edit")
    editor.post("/staff/LC-2026/edit", **PLAN)
    page = editor.get("/staff/LC-2026/edit")
    assert 'value="2036-09-30T17:30"' in page
    assert "30 September 2036, 17:30" in editor.get("/staff/LC-2026")


def test_posts_are_added_changed_and_taken_out(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/posts/_new")
    editor.post("/staff/LC-2026/posts/_new", **POST)
    editor.post("/staff/LC-2026/posts/01", **{**POST, "headcount": "3"})
    with desk.house.database.reading() as session:
        assert [(one.code, one.headcount) for one in posts_of(session, desk.selection_id)] == [("01", 3)]
    wrong = editor.post("/staff/LC-2026/posts/01", 422, **{**POST, "headcount": "0"}).text
    assert problems(wrong) == ["Give a whole number from 1 to 999."]
    editor.post("/staff/LC-2026/posts/01", do="remove")
    with desk.house.database.reading() as session:
        assert posts_of(session, desk.selection_id) == []


def test_a_post_that_is_not_there_is_refused(desk: Desk):
    desk.create()
    desk.browser("editor").get("/staff/LC-2026/posts/77", status=403)


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("age", {"maximum": "45"}, ("45周岁", "Age 45 or under")),
        ("education", {"level": "bachelor", "full_time": "1"}, ("全日制", "Full-time education")),
        ("degree", {"degree": "master"}, ("硕士", "master")),
        ("service", {"years": "5"}, ("5年", "at least 5")),
        ("level", {"level": "section", "years": "2"}, ("2年", "section head")),
        ("political", {"statuses": ["party_member", "probationary"]}, ("中共党员", "Communist Party")),
        ("appraisal", {"years": "3", "grade": "competent"}, ("称职", "competent")),
        ("field_of_study", {"fields": "水文学\n水利工程"}, ("水文学、水利工程", "水文学, 水利工程")),
        ("present_level", {"level": "section"}, ("担任乡科级正职", "Now in a post of section head level")),
        ("certificate", {"names": "注册会计师"}, ("证书之一：注册会计师", "certificates: 注册会计师")),
        ("area", {"areas": "澜川市\n示例区", "strict": "1"}, ("澜川市、示例区。本条不适用破格", "No exception can")),
        ("judged", {"text": "熟悉水务工作"}, ("熟悉水务工作", "熟悉水务工作")),
    ],
)
def test_each_kind_of_condition_is_added_with_its_words_in_both_languages(desk: Desk, kind, typed, words):
    desk.create()
    editor = desk.browser("editor")
    path = f"/staff/LC-2026/conditions/{kind}"
    editor.get(path)
    shown = editor.post(path, 200, do="show", **typed).text
    assert all(one in shown for one in words)
    editor.post(path, do="add", **typed)
    with desk.house.database.reading() as session:
        assert [row.body["kind"] for row in condition_rows(session, desk.selection_id)] == [kind]
    page = editor.get("/staff/LC-2026")
    assert all(one in page for one in words)


def test_a_condition_that_says_nothing_is_refused_at_its_field(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/conditions/age")
    page = editor.post("/staff/LC-2026/conditions/age", 422, do="add", minimum="old").text
    assert 'href="#minimum"' in page
    assert 'value="old"' in page


def test_a_condition_is_joined_to_another_as_its_alternative(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    path = "/staff/LC-2026/conditions/degree"
    assert "or, instead of condition 2: Education: undergraduate or above." in editor.get(path)
    editor.post(path, 422, do="add", degree="master", beside="either:9")
    editor.post(path, do="add", degree="master", beside="either:2")
    page = editor.get("/staff/LC-2026")
    assert "Education: undergraduate or above. Or: Degree: master&#39;s degree or above." in page
    editor.get("/staff/LC-2026/conditions/either", status=403)


def test_a_condition_is_taken_out_only_while_it_is_the_one_that_was_shown(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026")
    with desk.house.database.reading() as session:
        first, second, _ = (row.id for row in condition_rows(session, desk.selection_id))
    editor.post("/staff/LC-2026/conditions/1/remove", row=first)
    editor.post("/staff/LC-2026/conditions/1/remove", 409, row=first)
    with desk.house.database.reading() as session:
        assert condition_rows(session, desk.selection_id)[0].id == second


def test_a_paper_is_chosen_from_the_scheme_and_planned(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    page = editor.get("/staff/LC-2026/papers/_new")
    assert '<option value="common">Common paper</option>' in page
    editor.post("/staff/LC-2026/papers/_new", key="common", starts_at="2036-10-24T09:00", minutes="150")
    editor.post("/staff/LC-2026/papers/common", starts_at="2036-10-24T09:30", minutes="120")
    with desk.house.database.reading() as session:
        assert [(one.key, one.minutes) for one in written_papers(session, desk.selection_id)] == [("common", 120)]
    editor.post("/staff/LC-2026/papers/common", do="remove")
    with desk.house.database.reading() as session:
        assert written_papers(session, desk.selection_id) == []


def test_nobody_but_an_editor_changes_the_plan(desk: Desk):
    desk.create()
    vetter = desk.browser("vetter")
    assert "/edit" not in vetter.get("/staff/LC-2026")
    for path in ("edit", "posts/_new", "papers/_new", "conditions/age"):
        vetter.get(f"/staff/LC-2026/{path}", status=403)
        vetter.post(f"/staff/LC-2026/{path}", 403)


# ── the scheme ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ready_scheme_stands_there_first_with_its_formula_and_an_example(desk: Desk):
    desk.create()
    desk.plan()
    page = desk.browser("editor").get("/staff/LC-2026/scheme")
    assert "key = &#34;professional&#34;" in page
    assert "Written mark × 50% ＋ Interview mark × 50%" in page
    assert "Result of the example" in page


def test_a_wrong_scheme_is_kept_and_every_problem_named_with_its_path(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/scheme")
    text = scheme_text().replace("weight = 0.6", 'weight = "much"').replace('by = "written"', 'by = "nothing"')
    page = editor.post("/staff/LC-2026/scheme", 422, do="check", text=text).text
    found = problems(page)
    assert any(one.startswith("At parts.common.weight: ") for one in found)
    assert any(one.startswith("At cuts.interview.by: ") for one in found)
    assert "&#34;much&#34;" in page
    with desk.house.database.reading() as session:
        draft = scheme_draft(session, desk.selection_id)
        assert draft is not None
        assert draft.text == text


def test_a_scheme_whose_papers_are_not_planned_is_refused(desk: Desk):
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/papers/common")
    editor.post("/staff/LC-2026/papers/common", do="remove")
    page = editor.post("/staff/LC-2026/scheme", 422, do="propose", text=scheme_text()).text
    assert any("No date is planned for the written paper common" in one for one in problems(page))


def proposed(desk: Desk) -> str:
    desk.create()
    desk.plan()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/scheme")
    return editor.post("/staff/LC-2026/scheme", do="propose", text=scheme_text()).headers["location"]


def test_the_first_hand_proposes_and_cannot_freeze(desk: Desk):
    path = proposed(desk)
    assert "Another person freezes and announces it" in desk.browser("editor").get(path)
    desk.browser("editor").post(path, 403, sha256=desk.digest(1))


def test_the_second_hand_sees_in_numbers_what_it_freezes_and_announces_it(desk: Desk):
    path = proposed(desk)
    approver = desk.browser("approver")
    assert f'href="{path}"' in approver.get("/staff")
    page = approver.get(path)
    assert "<dt>2</dt><dd>posts with 3 places in all</dd>" in page
    assert "<dt>3</dt><dd>conditions that registrations are judged on</dd>" in page
    approver.prove(path, sha256=desk.digest(1))
    assert "Publication no. 1" in approver.get(path)
    with desk.house.database.reading() as session:
        assert in_force(session, desk.selection_id) is not None
        assert [one.kind for one in publications(session, desk.selection_id)] == ["announcement"]
        assert session.get_one(Selection, desk.selection_id).stage == Stage.ANNOUNCED


@pytest.mark.parametrize("wrong", [{"password": "not-mine-at-all"}, {"code": "000000"}])
def test_without_a_fresh_proof_nothing_is_frozen(desk: Desk, wrong: dict[str, str]):
    path = proposed(desk)
    approver = desk.browser("approver")
    approver.get(path)
    page = approver.prove(path, 422, sha256=desk.digest(1), **wrong).text
    assert 'href="#code"' in page
    with desk.house.database.reading() as session:
        assert in_force(session, desk.selection_id) is None


def test_other_rules_than_those_shown_are_not_frozen(desk: Desk):
    path = proposed(desk)
    approver = desk.browser("approver")
    approver.get(path)
    page = approver.prove(path, 409, sha256="0" * 64).text
    assert "not the rules you were shown" in page


def test_a_frozen_plan_can_no_longer_be_changed(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    editor = desk.browser("editor")
    assert "This plan can still be changed" not in editor.get("/staff/LC-2026")
    editor.get("/staff/LC-2026/edit")
    page = editor.post("/staff/LC-2026/edit", 409, **PLAN).text
    assert "can no longer be edited" in page


def test_a_new_version_after_the_announcement_needs_a_reason(desk: Desk):
    desk.create()
    desk.plan()
    desk.announce()
    editor = desk.browser("editor")
    editor.get("/staff/LC-2026/scheme")
    changed = scheme_text().replace("per_place = 5", "per_place = 6")
    page = editor.post("/staff/LC-2026/scheme", 422, do="propose", text=changed, reason="").text
    assert 'href="#reason"' in page
    editor.post("/staff/LC-2026/scheme", do="propose", text=changed, reason="报名人数多")
    approver = desk.browser("approver")
    approver.get("/staff/LC-2026/scheme/2")
    approver.prove("/staff/LC-2026/scheme/2", sha256=desk.digest(2))
    with desk.house.database.reading() as session:
        assert [one.version for one in publications(session, desk.selection_id)] == [2, 1]
