"""A tally as a document: marks as text, nothing lost, canonical bytes."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from core.canonical import canonical
from scoring.ballots import BallotCount
from scoring.explain import Names, reason_sentence, step_sentence
from scoring.findings import Finding
from scoring.formula import BonusPoints
from scoring.inputs import Candidate, PassLine
from scoring.marks import Mark, MarkState
from scoring.rooms import KnownRoom
from scoring.snapshot import changed_results, inputs_document, inputs_fingerprint, tally_document
from scoring.stored import inputs_of
from scoring.tally import tally
from tests.scoring.building import FURTHER, TWO_PARTS, candidate, inputs, scheme_from, totals
from web.i18n import Language, Translator

THIRDS = TWO_PARTS.replace("weight = 0.5", 'weight = "1/3"', 1).replace("weight = 0.5", 'weight = "2/3"', 1)


def leaves(node: object) -> list[object]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
    return [node] if inner is None else [leaf for one in inner for leaf in leaves(one)]


def test_a_result_has_every_figure_as_text():
    made = tally(scheme_from(THIRDS), inputs(candidate("a", written="80", interview="81")))
    (result,) = tally_document(made, steps=False)["results"]
    assert result == {
        "candidate": "a",
        "post": "01",
        "unit": "01",
        "parts": {
            "written": {"state": "present", "value": "80", "exact": "80"},
            "interview": {"state": "present", "value": "81", "exact": "81"},
            "total": {"state": "present", "value": "80.67", "exact": "242/3"},
        },
        "total": "80.67",
        "exact": "242/3",
        "rank": 1,
        "tied": False,
        "entered": None,
        "reasons": [],
    }
    assert Fraction(result["exact"]) == made.result("a").exact


def test_a_refused_tally_has_its_refusals_and_nothing_else():
    document = tally_document(tally(scheme_from(TWO_PARTS), inputs(candidate("a", written="101", interview="80"))))
    assert document["results"] == document["stages"] == []
    assert document["refusals"] == [
        {
            "sentence": "{mark} is not between 0 and {maximum}.",
            "facts": {"mark": "101", "maximum": "100"},
            "field": "a.written",
            "row": 0,
        }
    ]


def test_no_document_holds_a_float_or_a_bare_decimal():
    toml = TWO_PARTS.replace("maximum = 100", "", 2).replace('key = "written"', 'key = "written"\nmaximum = 100')
    scheme = scheme_from(toml + '[panel.interview]\nstep = 0.5\nelements = [{ key = "total", maximum = 100 }]\n')
    one = Candidate("a", "01", {"written": Mark.of("80.50")}, {"interview": totals("panel", ["80.5", "81", "83"])})
    document = tally_document(tally(scheme, inputs(one)))
    assert {type(leaf) for leaf in leaves(document)} <= {str, int, bool, type(None)}
    assert json.loads(canonical(document)) == document


def test_inputs_hold_values_and_say_each_state():
    one = replace(
        candidate("a", written="80.50", interview=MarkState.ABSENT),
        bonus=(BonusPoints("written", "veteran", Decimal(3)),),
        lot=4,
        qualifications={"degree": Decimal(2)},
    )
    document = inputs_document(inputs(one, admitted={"proposed": frozenset({"b", "a"})}))
    assert document["candidates"][0] == {
        "code": "a",
        "post": "01",
        "standing": "present",
        "marks": {"written": "80.5", "interview": "absent"},
        "sheets": {},
        "rooms": {},
        "bonus": [{"part": "written", "kind": "veteran", "points": "3"}],
        "qualifications": {"degree": "2"},
        "lot": "4",
    }
    assert document["admitted"] == {"proposed": ["a", "b"]}


def test_any_change_of_an_input_changes_its_hash():
    base = candidate("a", written="80", interview="80")
    changed = [
        replace(base, post="02"),
        replace(base, standing=MarkState.WITHDRAWN),
        replace(base, rooms={"interview": "1"}),
        replace(base, lot=1),
        replace(base, committee_order=1),
        replace(base, extra_test=Decimal(1)),
        replace(base, sheets={"interview": totals("panel", ["80"])}),
        candidate("a", written="80.01", interview="80"),
        candidate("b", written="80", interview="80"),
    ]
    prints = [inputs_fingerprint(inputs(one)) for one in (base, *changed)]
    assert len(set(prints)) == len(prints)


def test_how_a_mark_is_spelt_changes_nothing():
    short, long = (inputs(candidate("a", written=mark, interview="80")) for mark in ("80.5", "80.500"))
    assert inputs_fingerprint(short) == inputs_fingerprint(long)
    scheme = scheme_from(TWO_PARTS.replace("maximum = 100", "maximum = 100\ninput_decimals = 2"))
    assert tally_document(tally(scheme, short)) == tally_document(tally(scheme, long))
    assert tally_document(tally(scheme, short))["results"][0]["parts"]["written"]["value"] == "80.50"


def test_only_who_stands_elsewhere_is_told_between_two_versions():
    def outcome(*results: tuple[str, str | None, int | None, bool]) -> dict[str, object]:
        keys = ("candidate", "total", "rank", "entered")
        return {"results": [{**dict(zip(keys, one, strict=True)), "post": "01"} for one in results]}

    before = outcome(("a", "90.00", 1, True), ("b", "80.00", 2, True), ("c", "70.00", 3, False))
    after = outcome(("b", "80.00", 1, True), ("c", "70.00", 2, True), ("a", None, None, False))
    changes = changed_results(before, after)
    assert [(one.candidate, one.total, one.rank, one.entered) for one in changes] == [
        ("b", ("80.00", "80.00"), (2, 1), (True, True)),
        ("c", ("70.00", "70.00"), (3, 2), (False, True)),
        ("a", ("90.00", None), (1, None), (True, False)),
    ]
    assert changed_results(before, before) == []


def test_inputs_of_every_kind_stand_in_the_document_and_in_its_fingerprint():
    one = Candidate(
        "a",
        "01",
        {"written": Mark.of("80.50"), "appraisal": Mark.share("87.5", "92.0"), "resume": Mark.graded("senior")},
        rooms={"written": "law"},
        ballots={"assessment": (BallotCount("a", {"good": 3}), BallotCount("b", {"good": 2, "fair": 1}))},
        findings=(Finding("marked", "written"), Finding("integrity", article="第五条")),
    )
    mean = KnownRoom("written", "", Fraction(247, 3), unit="01")
    room, line = KnownRoom.summed("written", "law", Decimal("80.50"), 1), PassLine("written", Decimal("60.0"))
    made = inputs(one, rooms=(room, mean), lines=(line,))
    document = json.loads(canonical(inputs_document(made)))
    (found,) = document["candidates"]
    assert found["marks"] == {"written": "80.5", "appraisal": "87.5/92", "resume": "grade:senior"}
    assert found["ballots"] == {"assessment": {"a": {"good": 3}, "b": {"good": 2, "fair": 1}}}
    assert found["findings"] == [
        {"kind": "integrity", "part": "", "article": "第五条", "authority": ""},
        {"kind": "marked", "part": "written", "article": "", "authority": ""},
    ]
    assert document["rooms"] == [
        {"part": "written", "unit": "", "room": "law", "sum": "80.5", "count": 1},
        {"part": "written", "unit": "01", "room": "", "mean": "247/3"},
    ]
    assert document["lines"] == [{"part": "written", "post": "", "mark": "60"}]
    assert inputs_fingerprint(inputs_of(document)) == inputs_fingerprint(made)
    turned = replace(one, findings=one.findings[::-1], ballots={"assessment": one.ballots["assessment"][::-1]})
    assert inputs_fingerprint(replace(made, candidates=(turned,))) == inputs_fingerprint(made)
    cleared = replace(made, candidates=(replace(one, findings=()),))
    for other in (replace(made, lines=()), replace(made, rooms=()), cleared):
        assert inputs_fingerprint(other) != inputs_fingerprint(made)


def test_a_tally_by_the_further_rules_is_a_document_that_reads_in_both_languages():
    marks = {"written": Mark.of("72.5"), "appraisal": Mark.share(46, 50), "resume": Mark.graded("senior")}
    ballots = {"assessment": (BallotCount("a", {"good": 3, "blank": 1}), BallotCount("b", {"good": 1}))}
    named, shared = Finding("named", "written"), ("written", "appraisal")
    people = [
        Candidate("a", "01", marks, rooms={"written": "law"}, ballots=ballots),
        Candidate("b", "01", marks, rooms={"written": "trade"}, ballots=ballots, findings=(named,)),
        Candidate("c", "01", {}, findings=(Finding("integrity"),)),
        Candidate("d", "11", {key: marks[key] for key in shared}, rooms={"written": "law"}, ballots=ballots),
    ]
    scheme = scheme_from(FURTHER)
    lines = (PassLine("written", Decimal(60)),)
    made = tally(scheme, inputs(*people, places={"01": 1, "11": 1, "12": 1}, lines=lines))
    assert made.refusals == ()
    document = json.loads(canonical(tally_document(made)))
    names = Names.of(scheme)
    steps = [step_sentence(step, names) for one in document["results"] for step in one["steps"]]
    reasons = [reason_sentence(reason, names) for one in document["results"] for reason in one["reasons"]]
    for language in Language:
        said = [Translator(language)(one) for one in (*steps, *reasons)]
        assert len(said) > 20
        assert not [line for line in said if "{" in line]
