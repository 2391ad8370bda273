"""A registration's form read as facts."""

from exam.applicant import PoliticalStatus
from exam.registration import read_facts


def test_an_empty_list_hides_nothing_that_is_entered_beside_it() -> None:
    facts, problems = read_facts({"certificates": [], "area": "", "political_status": "party_member"})
    assert problems == []
    assert facts.political_status is PoliticalStatus.PARTY_MEMBER
