"""The scheme edited as a form in the browser, without script."""

import html
import re

from exam.queries import scheme_draft
from scoring.scheme import document_from_toml, parse_scheme
from scoring.schemes import scheme_text
from tests.web.desk import Desk

PATH = "/staff/LC-2026/scheme/form"


def fields(page: str) -> dict[str, str]:
    """Every field of the page as a browser would send it."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not name[1].startswith("_csrf"):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


def test_a_form_is_changed_kept_and_says_the_scheme_in_words(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    page = editor.get(PATH)
    sent = fields(page)
    assert sent["parts.1.weight"] == "0.5"
    assert "What it says" in page
    kept = editor.post(PATH, 422, **(sent | {"do": "keep", "parts.1.weight": "0.4"})).text
    assert 'id="parts.0.maximum-error"' in kept
    assert 'value="0.4"' in kept
    editor.post(PATH, 422, **(sent | {"do": "keep", "parts.1.weight": "0.4", "parts.4.weight": "0.6"}))
    draft = desk_draft(desk)
    scheme = parse_scheme(document_from_toml(draft))
    assert [str(part.weight) for part in scheme.root.parts] == ["2/5", "3/5"]
    assert parse_scheme(document_from_toml(scheme_text())).reserve == scheme.reserve


def test_tables_are_added_and_taken_away_by_buttons(desk: Desk):
    desk.create()
    editor = desk.browser("editor")
    sent = fields(editor.get(PATH))
    page = editor.post(PATH, 200, **(sent | {"do": "add:opening"})).text
    assert 'name="opening.per_place"' in page
    page = editor.post(PATH, 200, **(sent | {"do": "add:replacement", "_new.replacement": "absent"})).text
    assert 'name="replacement.absent.rounds"' in page
    page = editor.post(PATH, 200, **(sent | {"do": "remove:cuts.1"})).text
    assert 'name="cuts.1.key"' not in page
    assert 'name="cuts.0.key"' in page


def desk_draft(desk: Desk) -> str:
    with desk.house.database.reading() as session:
        row = scheme_draft(session, desk.selection_id)
        assert row is not None
        return row.text
