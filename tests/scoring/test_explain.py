"""Why this mark, why this rank: sentences a person can check with a pocket calculator."""

import json
from decimal import Decimal

import pytest

from core.canonical import canonical
from scoring.explain import Names, calculation, reason_sentence, step_sentence, tie_sentences
from scoring.formula import BonusPoints, Given, evaluate
from scoring.marks import MarkState
from scoring.snapshot import result_document, tally_document
from scoring.tally import tally
from tests.scoring.building import TWO_PARTS, candidate, inputs, marks, scheme_from
from web.i18n import Language, Translator

CHINESE, ENGLISH = Translator(Language.CHINESE), Translator(Language.ENGLISH)


def lines(toml: str, bonus=(), **values) -> list[str]:
    scheme = scheme_from(toml)
    made = evaluate(scheme.root, Given(marks(**values), {}, bonus))
    names = Names.of(scheme)
    return [CHINESE(step_sentence(step.document(), names)) for step in made.all_steps()]


def test_bonus_folding_and_pass_mark_show_their_arithmetic():
    toml = """
    [[parts]]
    key = "total"
    name = "笔试"
    rescale_to = 100
    decimals = 2
    pass_mark = 60
    bonus = { stage = "before_rescale", cap = 4 }
    [[parts]]
    key = "a"
    of = "total"
    maximum = 150
    [[parts]]
    key = "b"
    of = "total"
    maximum = 150
    """
    extra = (BonusPoints("total", "veteran", Decimal(5)),)
    assert lines(toml, extra, a="100", b="81.5")[2:] == [
        "笔试：100 + 81.5 = 181.5",
        "笔试：181.5 + 5 = 185.5",
        "笔试：185.5 × 100 ÷ 300 = 61.8333333…，四舍五入取2位小数，得61.83",
        "笔试：61.83分，达到合格线60分",
    ]


def test_a_deduction_is_written_with_a_minus():
    toml = TWO_PARTS + '[[parts]]\nkey = "late"\nof = "total"\ndeducted = true\nmaximum = 5\n'
    assert lines(toml, written="80", interview="90", late="1.5")[-1] == (
        "total：80 × 0.5 + 90 × 0.5 − 1.5 = 40.0 + 45.0 − 1.5 = 83.5，四舍五入取2位小数，得83.50"
    )


def test_states_are_said_and_what_they_do():
    toml = TWO_PARTS.replace('key = "interview"', 'key = "interview"\nname = "面试"\nabsent = "zero"')
    assert lines(toml, written="80", interview=MarkState.ABSENT)[1:3] == ["面试：缺考", "面试：缺考，按规则计0分"]
    left = lines(toml, written="80", interview=MarkState.EXEMPT)
    assert left[-1] == "total：40 × 2 = 80，四舍五入取2位小数，得80.00；面试不计，其权重按比例分给其余各项"


@pytest.mark.parametrize(
    ("rounding", "text"),
    [
        ("half_up", "四舍五入取1位小数，得80.3"),
        ("half_even", "四舍六入五成双取1位小数，得80.2"),
        ("truncate", "取1位小数、其后舍去，得80.2"),
    ],
)
def test_each_rounding_mode_is_named(rounding, text):
    toml = TWO_PARTS.replace("decimals = 2", f'decimals = 1\nrounding = "{rounding}"')
    assert lines(toml, written="80", interview="80.5")[-1].endswith(text)


def test_a_step_read_back_from_its_stored_bytes_says_the_same():
    scheme = scheme_from(TWO_PARTS)
    document = result_document(tally(scheme, inputs(candidate("a", written="80", interview="81"))).result("a"))
    again = json.loads(canonical(document))
    names = Names.of(scheme)
    assert [ENGLISH(step_sentence(step, names)) for step in again["steps"]] == [
        ENGLISH(step_sentence(step, names)) for step in document["steps"]
    ]
    assert calculation(again["steps"][-1]) == "80 × 0.5 + 81 × 0.5 = 40.0 + 40.5 = 80.5"


def test_reasons_and_ties_are_said_in_both_languages():
    scheme = scheme_from(
        TWO_PARTS.replace('key = "written"', 'key = "written"\nname = "笔试"\nname_en = "Written"')
        + '[order]\nties = ["part:written", "lot"]\n'
        '[[cuts]]\nkey = "proposed"\nname = "考察人选"\nname_en = "Proposed"\nper_place = 1\nequal = "wait"\n'
    )
    document = tally_document(
        tally(
            scheme,
            inputs(
                *(candidate(code, written="80", interview="80") for code in "ab"),
                candidate("c", written=MarkState.VOID, interview="1"),
            ),
        )
    )
    names = Names.of(scheme)
    reasons = {
        r["candidate"]: [CHINESE(reason_sentence(one, names)) for one in r["reasons"]] for r in document["results"]
    }
    assert reasons == {
        "a": ["与“考察人选”第1名同分，先后待定。"],
        "b": ["与“考察人选”第1名同分，先后待定。"],
        "c": ["笔试：成绩无效。"],
    }
    (tie,) = document["stages"][0]["units"]["01"]["ties"]
    assert [ENGLISH(sentence) for sentence in tie_sentences(tie, names)] == [
        "Equal at 80.00: a, b.",
        "Compared by Written: a 80, b 80.",
        "Compared by a recorded lot: a –, b –.",
        "They stay equal until this is recorded.",
    ]
    assert document["results"][0]["entered"] is None
