"""Whatever is typed into a form is read or refused field by field; nothing typed is lost and nothing crashes."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, strategies as st
from litestar.datastructures import UploadFile

from core.errors import Refusal
from web.forms import UNSTORABLE, Form, form_of

BEIJING = ZoneInfo("Asia/Shanghai")
LONG = "长" * 150_000
anything = st.text() | st.sampled_from(["\x00", "a\x00b", "\u202e", "\u2066x", "\ufeff", "\ud800", "１２", "𪚥", LONG])
numbers = st.from_regex(r"[-+ ]?[0-9٣１]{1,25}([.,][0-9]{0,25})?(e[0-9]+)?", fullmatch=True) | anything
days = (
    st.from_regex(r"[0-9]{1,5}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9:.]{0,8}([+-][0-9:]{0,6})?)?", fullmatch=True) | anything
)

READERS: dict[str, Callable[[Form], object]] = {
    "text": lambda form: form.text("f"),
    "contact": lambda form: form.contact("f"),
    "sign_in": lambda form: form.sign_in("f"),
    "whole": lambda form: form.whole("f", low=3, high=9),
    "decimal": lambda form: form.decimal("f"),
    "day": lambda form: form.day("f"),
    "moment": lambda form: form.moment("f", BEIJING),
    "choice": lambda form: form.choice("f", ["a", "b"]),
}


def typed(value: str, name: str = "f") -> Form:
    return form_of({name: value})


@pytest.mark.parametrize("reader", READERS)
@given(value=anything | numbers | days)
@example(value=LONG)
@example(value="0001-01-01T00:00")
@example(value="9999-12-31T23:59:59.999999")
def test_any_text_is_read_or_named_as_a_problem_of_its_field(reader: str, value: str) -> None:
    form = typed(value)
    found = READERS[reader](form)
    assert bool(form.problems) or found is not None
    assert {problem.field for problem in form.problems} <= {"f"}
    if not form.problems:
        assert storable(found)


def storable(value: object) -> bool:
    """Whether every database takes a value as it is."""
    if isinstance(value, datetime):
        return 1899 <= value.astimezone(UTC).year <= 2200
    if isinstance(value, date):
        return 1900 <= value.year < 2200
    return not UNSTORABLE.search(str(value)) and len(str(value)) <= 200 and str(value).encode() is not None


@pytest.mark.parametrize("reader", READERS)
def test_an_empty_field_is_asked_for(reader: str) -> None:
    form = Form()
    READERS[reader](form)
    assert [problem.field for problem in form.problems] == ["f"]


@given(anything)
def test_what_was_typed_is_kept_but_for_passwords_and_codes(value: str) -> None:
    form = form_of(dict.fromkeys(("name", "password", "new_password", "code", "code_2", "_csrf", "barcode"), value))
    assert set(form.values) == {"name", "barcode"}
    assert form.values["name"] == re.sub("[\x00\ud800-\udfff]", "\ufffd", value)


def test_a_list_keeps_all_that_was_chosen() -> None:
    form = form_of({"f": ["a", "b"], "g": ["c"]})
    assert form.values == {"f": ["a", "b"], "g": "c"}
    assert form.raw("f") == "a"
    assert form.raw("h") == ""


def test_a_body_beyond_every_form_is_refused_whole() -> None:
    assert form_of({"f": LONG}).raw("f") == LONG
    with pytest.raises(Refusal) as caught:
        form_of({"f": "x" * 200_001})
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("a\x00b", "This holds a character that cannot be stored."),
        ("a\u202eb", "This holds a character that cannot be stored."),
        ("a\x1bb", "This holds a character that cannot be stored."),
        ("x" * 201, "This is {length} characters long; at most {longest} fit."),
        ("   ", "Fill this in."),
    ],
)
def test_a_line_says_what_is_wrong_with_it(value: str, sentence: str) -> None:
    form = typed(value)
    form.text("f")
    assert [problem.sentence for problem in form.problems] == [sentence]


@pytest.mark.parametrize(
    "value", ["隆", "\U0002a6a5", "a\tb", "第一行\r\n第二行", "·•‧", "e\u0301", "\u200b", "👨‍👩‍👧"]
)
def test_real_text_is_kept_sign_by_sign(value: str) -> None:
    form = typed(f"  {value}  ")
    assert form.text("f") == value.strip()
    assert form.problems == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("010-6554 3210", "01065543210"),
        ("A.B@Example.CN", "a.b@example.cn"),
        ("１３８００１３８０００", "13800138000"),
    ],
)
def test_a_contact_is_folded(value: str, kept: str) -> None:
    form = typed(value)
    assert form.contact("f") == kept
    assert form.problems == []


@pytest.mark.parametrize(
    "value",
    ["12345", "a@b", "@b.cn", "a@.cn", "a@b.cn,c@d.cn", "a@b.cn\nBcc: c@d.cn", "<a@b.cn>", "中@b.cn", "1" * 16],
)  # fmt: skip
def test_what_is_no_contact_is_refused(value: str) -> None:
    form = typed(value)
    form.contact("f")
    assert [problem.field for problem in form.problems] == ["f"]


@pytest.mark.parametrize("value", ["2", "10", "-3", "3.0", "３", "1e1", "9" * 30, "0x4", "3 "])
def test_a_whole_number_stands_between_its_bounds(value: str) -> None:
    form = typed(value)
    assert (form.whole("f", low=3, high=9), len(form.problems)) == (3, 0 if value == "3 " else 1)


@pytest.mark.parametrize(("value", "exact"), [("81.5", "81.5"), ("0", "0"), ("-0.50", "-0.50"), ("100", "100")])
def test_a_decimal_is_exact(value: str, exact: str) -> None:
    form = typed(value)
    assert form.decimal("f") == Decimal(exact)
    assert str(form.decimal("f")) == exact


@pytest.mark.parametrize("value", ["81,5", ".5", "5.", "1e3", "NaN", "Infinity", "８１", "9" * 41, "--1"])
def test_what_is_no_decimal_is_refused(value: str) -> None:
    form = typed(value)
    assert form.decimal("f") is None or form.problems
    assert [problem.field for problem in form.problems] == ["f"]


@pytest.mark.parametrize("value", ["2026-09-30T17:30", "2026-09-30 17:30"])
def test_a_moment_stands_on_the_office_s_clock(value: str) -> None:
    assert typed(value).moment("f", BEIJING) == datetime(2026, 9, 30, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2026-09-30T17:30+00:00", "2026-09-30T25:00", "0001-01-01T00:00", "now"])
def test_a_moment_of_another_clock_or_age_is_refused(value: str) -> None:
    form = typed(value)
    assert form.moment("f", BEIJING) is None
    assert [problem.field for problem in form.problems] == ["f"]


def test_every_problem_is_named_at_once() -> None:
    form = form_of({"a": "", "b": "x", "c": "x"})
    form.text("a")
    form.whole("b", low=1)
    form.day("c")
    with pytest.raises(Refusal) as caught:
        form.refuse()
    assert [problem.field for problem in caught.value.problems] == ["a", "b", "c"]


def test_a_file_is_what_the_browser_named_and_no_name_means_none_was_chosen() -> None:
    sent = [UploadFile(content_type="image/jpeg", filename=name, file_data=b"x") for name in ("../../a.jpg", "")]
    form = form_of({"photo": sent[0], "paper": sent[1], "text": "x"})
    photo = form.upload("photo")
    assert photo is not None
    assert (photo.name, photo.file.read()) == ("../../a.jpg", b"x")
    assert form.upload("paper") is None
    assert form.upload("text") is None
    for one in sent:
        one.file.close()
