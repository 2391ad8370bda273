"""The scheme as a form: fields and text say the same document, and every documented key has a field."""

from collections.abc import Mapping

import pytest

from core.canonical import canonical
from scoring.scheme import document_from_toml, parse_scheme
from scoring.scheme_form import HERE, REST, changed, document_of, fields_of, placed, rest_of
from scoring.scheme_shapes import WHOLE, Shape
from scoring.scheme_text import toml_text
from scoring.schemes import scheme_text
from tests.exam.road import refusal_of
from tests.scoring.schemes import SCHEME
from tests.scoring.test_scheme_reference import EXAMPLES, keys_read

TEXTS = [scheme_text(), SCHEME, *EXAMPLES]


def texts_of(document: Mapping[str, object]) -> dict[str, str]:
    """What a browser sends of a form in which nothing was changed."""
    found = {REST: rest_of(document)}
    for top in fields_of(document):
        for node in top.walk():
            found |= {one.name: one.text for one in node.inputs}
            if node.there and not node.many:
                found |= {f"{node.name}.{HERE}": "1", f"{node.name}.{REST}": node.rest}
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_form_that_is_sent_unchanged_is_the_same_scheme(text: str) -> None:
    document = document_from_toml(text)
    assert canonical(document_of(texts_of(document))) == canonical(document)


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_written_as_text_and_read_again_is_the_same(text: str) -> None:
    document = document_from_toml(text)
    assert canonical(document_from_toml(toml_text(document))) == canonical(document)


def test_every_key_that_scoring_reads_has_a_field() -> None:
    def keys(shape: Shape) -> set[str]:
        inner = {**shape.lists, **shape.tables, **shape.maps}
        return {*shape.keys, *inner, *(key for own in inner.values() for key in keys(own))}

    elsewhere = {"variants", "without", "posts", "groups", "panel", "by"}  # rules of single posts travel unseen
    assert keys_read() - keys(WHOLE) - elsewhere == set()


def test_tables_are_added_moved_and_taken_away() -> None:
    document = document_from_toml(SCHEME)
    moved = changed(document_from_toml(SCHEME), "up:parts.1")
    assert [one["key"] for one in moved["parts"]][:2] == ["written", "total"]  # type: ignore[union-attr,index]
    less = changed(document_from_toml(SCHEME), "remove:parts.4")
    assert len(less["parts"]) == len(document["parts"]) - 1  # type: ignore[arg-type]
    more = changed(changed(document_from_toml(SCHEME), "add:ballots", "written"), "add:ballots.written.grades")
    assert more["ballots"] == {"written": {"grades": [{}]}}
    assert "reserve" not in changed(document_from_toml(SCHEME), "remove:reserve")
    assert changed(document_from_toml(SCHEME), "remove:parts.99") == document
    assert changed(document_from_toml(SCHEME), "add:rooms", "../x") == document


def test_problems_stand_at_their_fields() -> None:
    text = SCHEME.replace("weight = 0.4\ndecimals = 2\n", 'weight = "many"\ndecimals = 2\n')
    document = document_from_toml(
        text.replace("pass_mark = 60", "pass_mark = 600", 1).replace("seats = 4", "seats = 1")
    )
    found = refusal_of(lambda: parse_scheme(document)).problems
    names = [one.field for one in placed(found, fields_of(document))]
    assert "parts.1.weight" in names
    assert "parts.1.pass_mark" in names
    assert any(name.startswith("panel.interview") for name in names)
    assert "_whole" not in names
