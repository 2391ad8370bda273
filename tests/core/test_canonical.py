"""A document's canonical bytes name its content, not its spelling."""

from datetime import date
from decimal import Decimal

import pytest

from core.canonical import Sealed, canonical, fingerprint, plain_decimal


def test_canonical_json_has_sorted_keys_no_spaces_and_text_as_typed():
    assert canonical({"b": [1, True, None], "a": "综合成绩"}) == '{"a":"综合成绩","b":[1,true,null]}'.encode()


def test_the_same_decimal_written_twice_ways_is_the_same_content():
    assert fingerprint({"weight": Decimal("0.40")}) == fingerprint({"weight": Decimal("0.4")})
    assert fingerprint({"weight": Decimal("0.4")}) != fingerprint({"weight": Decimal("0.41")})


@pytest.mark.parametrize(
    ("written", "plain"),
    [("0.40", "0.4"), ("1E+2", "100"), ("100.00", "100"), ("-0.0", "0"), ("1E-7", "0.0000001"), ("-2.50", "-2.5")],
)
def test_decimals_are_plain_text_without_trailing_zeros(written, plain):
    assert plain_decimal(Decimal(written)) == plain
    assert canonical([Decimal(written)]) == f'["{plain}"]'.encode()


def test_a_day_is_its_iso_text_and_order_of_keys_does_not_matter():
    assert canonical({"day": date(2026, 9, 14)}) == b'{"day":"2026-09-14"}'
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_the_fingerprint_is_the_sha256_of_the_bytes():
    assert fingerprint({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [0.5, {"x": 0.5}, [0.5], b"x", {1: "x"}, object()])
def test_floats_bytes_and_other_things_have_no_canonical_form(value):
    with pytest.raises(TypeError):
        canonical(value)


def test_what_is_no_number_has_no_canonical_form():
    with pytest.raises(ValueError, match="NaN"):
        canonical([Decimal("NaN")])


def test_a_sealed_document_is_the_document_with_its_text_and_digest():
    plain = {"b": [1, None, True], "a": {"mark": "80.50", "名": "甲"}}
    sealed = Sealed.of(plain)
    assert sealed == plain
    assert (canonical(sealed), fingerprint(sealed)) == (canonical(plain), fingerprint(plain))
    assert Sealed.read(canonical(plain)) == sealed
    changed = {**sealed, "b": []}
    assert not isinstance(changed, Sealed)
    assert fingerprint(changed) == fingerprint({**plain, "b": []})
