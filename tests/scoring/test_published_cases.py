"""Result tables and worked examples that others published, reproduced exactly through the whole engine."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.inputs import Candidate
from scoring.marks import Mark
from scoring.steps import StepKind
from scoring.tally import tally
from tests.scoring.building import by_element, candidate, case, inputs, marks, scheme_from

ISU = case("isu-missing-judge-eight-of-nine")
COMPONENTS = {part["element"].split()[0].lower(): part["factor"] for part in ISU["rows"][0]["components"]}
ISU_SCHEME = f"""
[[parts]]
key = "total"
[[parts]]
key = "elements"
of = "total"
maximum = 200
[[parts]]
key = "components"
of = "total"
[[parts]]
key = "deductions"
of = "total"
deducted = true
maximum = 10
[panel.components]
trim_per = "element"
drop_high = 1
drop_low = 1
element_decimals = 2
factor_decimals = 2
elements = [{", ".join(f'{{ key = "{key}", maximum = 10, factor = {factor} }}' for key, factor in COMPONENTS.items())}]
"""


def skater(row) -> Candidate:
    columns = {part["element"].split()[0].lower(): part["judges"] for part in row["components"]}
    return Candidate(
        row["code"],
        "pairs",
        marks(elements=row["published_element_total"], deductions=row["published_deductions"]),
        {"components": by_element("panel", columns)},
    )


def panel_marks(made, row) -> dict[str, Decimal]:
    """The rounded trimmed mean of each element of one skater."""
    steps = made.result(row["code"]).parts["components"].steps
    return {step.at.partition("/")[2]: step.value for step in steps if step.kind is StepKind.MEAN}


def published_marks(row) -> dict[str, Decimal]:
    return {part["element"].split()[0].lower(): Decimal(part["published_panel"]) for part in row["components"]}


def test_forty_panel_marks_with_one_of_nine_judges_missing():
    made = tally(scheme_from(ISU_SCHEME), inputs(*map(skater, ISU["rows"])))
    for row in ISU["rows"]:
        result = made.result(row["code"])
        assert panel_marks(made, row) == published_marks(row)
        assert result.parts["components"].value == Decimal(row["published_component_total"])
        assert result.total == Decimal(row["published_segment_total"])
        assert result.rank == row["published_rank"]


def test_reading_the_gap_as_a_zero_would_be_wrong_for_all_forty():
    def with_zero(row):
        filled = [part | {"judges": [judge or "0" for judge in part["judges"]]} for part in row["components"]]
        return skater(row | {"components": filled})

    made = tally(scheme_from(ISU_SCHEME), inputs(*map(with_zero, ISU["rows"])))
    wrong = [
        panel_marks(made, row)[element] != published
        for row in ISU["rows"]
        for element, published in published_marks(row).items()
    ]
    assert wrong == [True] * 40


def test_three_parts_at_4_3_3_and_the_order_they_make():
    published = case("zibo-2006-three-part-weights")
    weights = published["rule"]["weights"]
    parts = "".join(
        f'[[parts]]\nkey = "{key}"\nof = "total"\nweight = {weight}\nmaximum = 100\n' for key, weight in weights.items()
    )
    scheme = scheme_from(f'[[parts]]\nkey = "total"\ndecimals = 2\n{parts}')
    rows = published["rows"]
    made = tally(scheme, inputs(*(candidate(row["code"], **{key: row[key] for key in weights}) for row in rows)))
    assert {r.candidate: (r.total, r.rank) for r in made.results} == {
        row["code"]: (Decimal(row["published_total"]), row["published_rank"]) for row in rows
    }
    plain = '"1/3"'
    equal = scheme_from(
        f'[[parts]]\nkey = "total"\ndecimals = 2\n{parts}'.replace("= 0.4", f"= {plain}").replace("= 0.3", f"= {plain}")
    )
    other = tally(equal, inputs(*(candidate(row["code"], **{key: row[key] for key in weights}) for row in rows)))
    assert {r.candidate: r.total for r in other.results} == {
        row["code"]: Decimal(row["published_plain_mean"]) for row in rows
    }
    assert other.results[0].candidate == "乙"


def test_the_mark_keyed_wrongly_in_hunan_turns_first_into_second():
    published = case("hunan-2016-keying-error")
    (row,) = published["rows"]
    weight = published["rule"]["interview_weight"]
    scheme = scheme_from(f"""
    [[parts]]
    key = "total"
    [[parts]]
    key = "common"
    of = "total"
    weight = 0.25
    maximum = 100
    [[parts]]
    key = "professional"
    of = "total"
    weight = 0.25
    maximum = 100
    [[parts]]
    key = "interview"
    of = "total"
    weight = {weight}
    maximum = 100
    """)
    # the written marks were not published; these make the published gap with the wrong interview mark
    wronged = candidate("X", common="70", professional="70", interview=row["interview_keyed"])
    other = candidate("Y", common="70", professional="70", interview="74.2")
    signed = replace(wronged, marks={**wronged.marks, "interview": Mark.of(row["interview_signed"])})
    wrong, right = tally(scheme, inputs(wronged, other)), tally(scheme, inputs(signed, other))
    assert wrong.result("X").total - wrong.result("Y").total == Decimal(row["published_gap_when_wrong"])
    assert right.result("X").total - right.result("Y").total == Decimal(published["expected"]["gap_when_right"])
    assert right.result("X").total - wrong.result("X").total == Decimal(published["expected"]["delta_total"])
    assert [(wrong.result("X").rank, right.result("X").rank)] == [(2, 1)]


@pytest.mark.parametrize("name", ["xuancheng-2024-three-rooms", "henan-tegang-two-rooms"])
def test_published_room_coefficients_from_whole_mark_tables(name):
    """Marks that have the published sums stand in for the unpublished tables."""
    published = case(name)
    rule = published["rule"]
    scheme = scheme_from(f"""
    [[parts]]
    key = "interview"
    maximum = 100
    [rooms.interview]
    reference = "pooled_mean"
    mean_decimals = {rule["mean_decimals"]}
    coefficient_decimals = {rule["coefficient_decimals"]}
    decimals = {rule["score_decimals"]}
    """)
    field = []
    for row in published["rows"]:
        hundredths, rest = divmod(int(Decimal(row["sum"]) * 100), row["n"])
        for n in range(row["n"]):
            mark = Mark(Decimal(hundredths + (n < rest)).scaleb(-2))
            field.append(
                Candidate(f"{row['room']}-{n:02}", "01", {"interview": mark}, rooms={"interview": row["room"]})
            )
    made = tally(scheme, inputs(*field))
    found = made.last.rooms["01"]["interview"]
    assert found.reference == Decimal(published["expected"]["published_grand_mean"])
    for row in published["rows"]:
        assert found.rooms[row["room"]].coefficient == Decimal(row["published_coefficient"])
        first = made.result(f"{row['room']}-00")
        raw = field[[one.code for one in field].index(first.candidate)].marks["interview"].value
        assert first.exact == raw * Decimal(row["published_coefficient"])
