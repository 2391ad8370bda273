"""The terms of a selection on its pages: the editor's form, the announcement, what a candidate is asked."""

import re

import pytest
from litestar.testing import TestClient

from exam.plan import SelectionKind
from exam.queries import terms_of
from exam.terms import Channel, CountsShown
from tests.web.applicant import Applicant
from tests.web.desk import Desk, jpeg, problems
from web.app import make_app

TERMS = {
    "scope": "面向全市",
    "scope_en": "The whole city",
    "channels": ["self", "leader"],
    "relations": "1",
    "pledge": "1",
    "counts": "passed",
    "objection_days": "5",
    "appeal_days": "3",
    "change_days": "2",
}
PATH = "/staff/LC-2026/terms"


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk.create()
    desk.plan()
    return desk


def test_the_template_of_the_kind_is_offered_and_kept_only_when_saved(planned):
    editor = planned.browser("editor")
    assert "Fill in what is usual for: open selection" in editor.get(PATH)
    page = editor.get(f"{PATH}?template=1")
    assert "面向社会" in page
    assert "written exam, interview" in page
    assert re.search(r'value="organisation" checked', page)
    with planned.house.database.reading() as session:
        assert terms_of(session, planned.selection_id).scope == ""


def test_terms_are_saved_and_stand_on_the_plan_and_in_the_announcement(planned):
    editor = planned.browser("editor")
    editor.get(PATH)
    editor.post(PATH, **TERMS)
    assert "面向全市" in editor.get("/staff/LC-2026")
    with planned.house.database.reading() as session:
        terms = terms_of(session, planned.selection_id)
    assert (set(terms.channels), terms.counts) == ({Channel.LEADER, Channel.SELF}, CountsShown.PASSED)
    planned.announce()
    visitor = TestClient(make_app(planned.house))
    visitor.headers["accept-language"] = "en"
    page = visitor.get("/s/LC-2026").text
    assert "The whole city" in page
    assert "signed nomination by a leader" in page
    assert "Registered <b>0</b>" in page
    assert "Passed vetting <b>0</b>" in page
    editor.get(PATH)
    assert "frozen" in editor.post(PATH, 409, **TERMS).text


def test_wrong_terms_are_named_and_nothing_typed_is_lost(planned):
    editor = planned.browser("editor")
    editor.get(PATH)
    page = editor.post(PATH, 422, **{**TERMS, "objection_days": "0", "withdraw_until": "soon"}).text
    assert len(problems(page)) == 2
    assert "The whole city" in page
    page = editor.post(PATH, 422, **{**TERMS, "channels": []}).text
    assert len(problems(page)) == 1


@pytest.mark.parametrize("kind", SelectionKind)
def test_every_kind_can_be_chosen(planned, kind):
    editor = planned.browser("editor")
    assert f'value="{kind}"' in editor.get("/staff/LC-2026/edit")


def test_a_candidate_names_nomination_and_relations_and_attaches_the_signed_paper(planned):
    editor = planned.browser("editor")
    editor.get(PATH)
    editor.post(PATH, **TERMS)
    planned.announce()
    applicant = Applicant(planned)
    path = applicant.start()
    applicant.fill(path)
    tasks = applicant.get(path)
    assert "How you come to stand" in tasks
    assert "Family and important relations" in tasks
    assert "Not yet possible" in tasks
    applicant.post(f"{path}/nomination", **{"nomination.channel": "leader", "nomination.by": "李局长"})
    applicant.get(f"{path}/check")
    refused = applicant.submit(path, 422).text
    assert "A nomination by name needs its reasons." in refused
    assert "Say that you consent" in refused
    applicant.post(
        f"{path}/nomination",
        **{
            "nomination.channel": "leader",
            "nomination.by": "李局长",
            "nomination.reasons": "业务精通",
            "nomination.consent": "1",
        },
    )
    applicant.post(f"{path}/relations/1", 422, was="new", title="", name="张三")
    applicant.post(f"{path}/relations/1", was="new", title="父亲", name="张三", unit="市水务局")
    assert "张三" in applicant.get(f"{path}/relations")
    for place, kind in enumerate(("nomination", "pledge")):
        applicant.send(path, kind, jpeg(200 + place))
    answers = applicant.get(f"{path}/check")
    assert "父亲　张三　市水务局" in answers
    assert "I consent to the nomination." in answers
    applicant.submit(path)
    page = planned.browser("vetter").get(f"/staff/LC-2026/vetting/{path.rpartition('/')[2]}")
    assert "父亲　张三　市水务局" in page
    assert "业务精通" in page
