from datetime import date

import pytest
from hypothesis import given, strategies as st
from stdnum.cn import ric

from core.errors import Problem
from exam.identity import (
    ResidentNumber,
    Sex,
    check_name,
    fold_number,
    fold_text,
    mask_identity,
    private_characters,
    read_identity,
)

TODAY = date(2026, 9, 30)


def numbered(place: str, born: str, order: str) -> str:
    body = place + born + order
    return body + ric.calc_check_digit(body + "0")


def problem(text: str) -> Problem:
    found = read_identity(text, on=TODAY)
    assert isinstance(found, Problem)
    return found


def test_birth_date_and_sex_come_from_the_number():
    found = read_identity("11010519491231002X", on=TODAY)
    assert found == ResidentNumber("11010519491231002X", date(1949, 12, 31), Sex.FEMALE)


def test_a_residence_permit_of_hong_kong_follows_the_same_rule():
    found = read_identity(numbered("810000", "19880512", "001"), on=TODAY)
    assert isinstance(found, ResidentNumber)
    assert (found.birth_date, found.sex) == (date(1988, 5, 12), Sex.MALE)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105\u300019491231\u200b002X\ufeff",
    ],
)
def test_full_width_spaces_dashes_and_invisible_signs_are_folded(typed):
    found = read_identity(typed, on=TODAY)
    assert isinstance(found, ResidentNumber)
    assert found.number == "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "Enter the identity number."),
        ("110105491231002", "15 digits"),
        ("1101051949123100", "This one has 16."),
        ("1101051949123100２X３", "This one has 19."),
        ("11010519491231O02X", "17 digits, then a digit or X"),
        ("11010519491231002Х", "17 digits, then a digit or X"),  # Cyrillic Х
        ("110105194912310021", "does not fit the 17 digits"),
        ("110105194902300023", "does not exist: 19490230"),
        (numbered("110105", "20261001", "001"), "cannot be right: 2026-10-01"),
        (numbered("110105", "18001001", "001"), "cannot be right: 1800-10-01"),
    ],
)
def test_each_mistake_has_its_own_sentence(typed, part):
    assert part in str(problem(typed))


def test_a_person_born_today_is_not_refused():
    assert isinstance(read_identity(numbered("110105", "20260930", "001"), on=TODAY), ResidentNumber)


@given(
    born=st.dates(date(1900, 1, 1), TODAY),
    place=st.integers(110000, 839999),
    order=st.integers(0, 999),
    place_of_error=st.integers(0, 16),
    change=st.integers(1, 9),
)
def test_one_wrong_digit_is_always_found(born, place, order, place_of_error, change):
    number = numbered(str(place), born.strftime("%Y%m%d"), f"{order:03}")
    assert isinstance(read_identity(number, on=TODAY), ResidentNumber)
    digit = str((int(number[place_of_error]) + change) % 10)
    wrong = number[:place_of_error] + digit + number[place_of_error + 1 :]
    assert isinstance(read_identity(wrong, on=TODAY), Problem)


def test_the_middle_of_a_number_is_hidden():
    assert mask_identity("11010519491231002X") == "1101**********002X"
    assert mask_identity("12345678") == "********"


def test_codes_are_folded_to_plain_upper_case():
    assert fold_number(" ２６ｂ-０１ ") == "26B01"


@pytest.mark.parametrize(
    "name",
    [
        "陈",
        "隆" * 100,
        "买买提·吐尔逊",
        "𠮷田",
        "䶮",
        "Anna-Maria O'Neill",
        "\ue000明",  # typed with a local font
    ],
)
def test_names_as_on_the_card_are_kept(name):
    assert check_name(name) == []


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("", "Enter the name."),
        (" \u3000", "Enter the name."),
        ("陈" * 101, "at most 100 characters; this one has 101"),
        ("陈\u200b示例", "invisible"),
        ("陈\n示例", "invisible"),
        ("\u202e例示陈", "invisible"),
        ("שלום", "right to left"),
        ("陈示例😀", "picture sign"),
        ("陈☆", "picture sign"),
        ("--", "no letter"),
    ],
)
def test_names_that_cannot_be_right_are_refused_in_words(name, part):
    assert part in str(check_name(name)[0])


def test_private_characters_are_found_for_the_candidate_to_confirm():
    assert private_characters("\ue000明\ue001\ue000") == ("\ue000", "\ue001")
    assert private_characters("明") == ()


def test_all_middle_dots_give_one_search_key():
    keys = {fold_text(f"买买提{dot}吐尔逊") for dot in "·•‧・･．"}
    assert keys == {"买买提·吐尔逊"}


def test_the_search_key_ignores_case_width_and_spaces():
    assert fold_text("Ａｎｎａ  LEE") == fold_text("anna lee")
