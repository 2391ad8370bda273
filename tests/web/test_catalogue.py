"""Every sentence that a person can read stands in exactly one Chinese file, translated, with the same facts."""

import pytest

from web.sentences import (
    catalogue_faults,
    find_sources,
    placeholders,
    python_sources,
    read_files,
    repeated_entries,
    template_sources,
)


def test_the_catalogue_is_complete_and_holds_nothing_else():
    assert catalogue_faults(find_sources().sources, read_files(), repeated_entries()) == []


def test_every_marked_sentence_is_a_literal():
    assert find_sources().unknowable == ()


def test_a_missing_a_stale_and_an_untranslated_entry_are_found():
    files = {"a.po": {"Kept": "留", "Gone": "去", "Empty": ""}}
    assert catalogue_faults(["Kept", "New", "Empty"], files) == [
        "stale in a.po: 'Gone'",
        "untranslated in a.po: 'Empty'",
        "missing: 'New'",
    ]


def test_a_translation_with_other_placeholders_is_found():
    assert catalogue_faults(["Left: {count}"], {"a.po": {"Left: {count}": "还剩{number}"}}) == [
        "other placeholders in a.po: 'Left: {count}'"
    ]


def test_an_entry_in_two_files_or_twice_in_one_is_found(tmp_path):
    assert catalogue_faults(["Kept"], {"a.po": {"Kept": "留"}, "b.po": {"Kept": "存"}}) == ["in a.po and b.po: 'Kept'"]
    (tmp_path / "a.po").write_text('msgid "Kept"\nmsgstr "留"\n\nmsgid ""\n"Kept"\nmsgstr "存"\n')
    assert catalogue_faults(["Kept"], {}, repeated_entries(tmp_path)) == [
        "written twice in one file: a.po: 'Kept'",
        "missing: 'Kept'",
    ]


def test_an_entry_marked_fuzzy_counts_as_untranslated(tmp_path):
    (tmp_path / "a.po").write_text('#, fuzzy\nmsgid "Kept"\nmsgstr "留"\n')
    assert read_files(tmp_path) == {"a.po": {"Kept": ""}}


def test_sentences_are_found_in_refusals_problems_markers_and_default_sentences():
    code = """
def refuse(name, sentence: str = "By default."):
    raise errors.Refusal("Refused "
                         "in two parts.", field=name)
WORDS = [N_("Word"), Problem("Wrong {x}.", {"x": 1}), Sentence("Said"), other("Not shown")]
"""
    assert sorted(text for _, text in python_sources(code)) == [
        "By default.",
        "Refused in two parts.",
        "Said",
        "Word",
        "Wrong {x}.",
    ]


def test_sentences_are_found_in_templates_inside_tags_and_calls():
    text = """{% call ui.notice("done", _("Title")) %}{{ _("Body {x}", x=1) }}{% endcall %}
    {% if x %}{{ ui.facts([(_("Name"), _(value))]) }}{% endif %}"""
    assert [text for _, text in template_sources(text)] == ["Title", "Body {x}", "Name"]


@pytest.mark.parametrize("call", ['Refusal(f"Wrong {x}.")', 'N_("a" + b)', 'Problem("%s" % x)'])
def test_a_sentence_put_together_from_parts_is_found(call):
    assert [text for _, text in python_sources(call)] == [None]


def test_a_template_sentence_put_together_from_parts_is_found():
    assert [text for _, text in template_sources('{{ _("a" ~ b) }}{{ _("a" + b) }}')] == [None, None]


def test_an_open_brace_is_an_error():
    with pytest.raises(ValueError, match="expected"):
        placeholders("Left: {count")
