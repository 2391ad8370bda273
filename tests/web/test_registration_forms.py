"""The forms of a registration as PDF: filled in, in both languages, whatever was typed; nobody else's."""

import re

import pypdfium2
import pytest

from tests.web.applicant import Applicant
from tests.web.desk import Desk
from web.i18n import Language


@pytest.fixture
def applicant(desk: Desk) -> Applicant:
    desk.create()
    desk.plan()
    desk.announce()
    return Applicant(desk)


def text_of(applicant: Applicant, path: str, name: str) -> str:
    answer = applicant.client.get(f"{path}/forms/{name}")
    assert answer.status_code == 200, answer.text[-400:]
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    whole = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s", "", whole)  # lines break anywhere


def test_the_recommendation_form_holds_what_was_filled_in_and_places_for_seals(applicant):
    path = applicant.start()
    applicant.fill(path)
    text = text_of(applicant, path, "recommendation")
    for held in ("Registrationandrecommendationform", applicant.name, "示例区水利局", "示例大学", "(seal)"):
        assert held in text
    assert "forms/recommendation" in applicant.get(f"{path}/papers")


def test_the_promise_of_honesty_is_printed_in_chinese(applicant):
    path = applicant.start()
    text = text_of(applicant, path, f"pledge?lang={Language.CHINESE.value}")
    assert "诚信承诺" in text
    assert "签名" in text
    assert "示例区水利局" not in text


def test_what_was_submitted_is_printed_with_its_code(applicant):
    path = applicant.start()
    applicant.get(f"{path}/forms/submitted", 403)
    applicant.fill(path)
    applicant.submit(path)
    code = re.search(r"Content code ([0-9A-F]{4}-[0-9A-F]{4})", applicant.get(f"{path}/receipt"))
    assert code
    assert code[1] in text_of(applicant, path, "submitted")


def test_a_form_that_is_not_there_and_a_foreign_one_are_refused(applicant):
    path = applicant.start()
    applicant.get(f"{path}/forms/anything", 403)
    Applicant(applicant.desk, 2).get(f"{path}/forms/pledge", 403)


def test_a_very_long_text_runs_over_pages_and_a_rare_character_is_named(applicant):
    path = applicant.start()
    applicant.fill(path)
    applicant.post(f"{path}/appraisals", awards="奖" * 3900)
    assert text_of(applicant, path, "recommendation").count("奖") == 3900
    applicant.post(f"{path}/appraisals", awards="𠮷")
    assert "U+20BB7" in applicant.get(f"{path}/forms/recommendation", 422)
