"""The scheme in words as a page shows it: every section that a scheme has, in both languages."""

import pytest

from scoring.words import scheme_in_words
from tests.scoring.building import FURTHER, scheme_from
from web.i18n import Language
from web.pages import environment

WANTED = {
    Language.CHINESE: ("一票否决和违纪", "递补", "不指定职位", "下列职位另行规定：11、12", "民主测评"),
    Language.ENGLISH: ("Vetoes and misconduct", "Who steps in", "For these posts other rules hold: 11, 12"),
}


@pytest.mark.parametrize("language", Language)
def test_findings_replacement_and_rules_of_single_posts_stand_on_the_page(language):
    module = environment(language).get_template("macros/scheme.html").module
    page = str(module.scheme_words(scheme_in_words(scheme_from(FURTHER))))
    assert [words for words in WANTED[language] if words not in page] == []
