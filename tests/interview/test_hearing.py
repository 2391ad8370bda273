"""The life of a hearing: single rules in words, and every road through it by random events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.errors import Refusal
from interview.hearing import (
    ALLOWED,
    ENDED,
    NEEDS_REASON,
    NEEDS_SEAT,
    Event,
    EventKind,
    Hearing,
    HearingTerms,
    Signature,
    Signer,
    State,
    completeness,
    replay,
    step,
)
from interview.panel import JudgeKind

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
SEATS = {"1": JudgeKind.EXPERT, "2": JudgeKind.EXPERT, "3": JudgeKind.REPRESENTATIVE}
TERMS = HearingTerms(SEATS, fewest={JudgeKind.EXPERT: 1})
BOTH = frozenset(Signer)


def event(kind: EventKind, seat: str = "", **facts) -> Event:
    if kind is EventKind.SEAL:
        facts = {"signers": BOTH, "signature": Signature.INK} | facts
    if kind in NEEDS_REASON:
        facts = {"reason": "as it happened"} | facts
    return Event(kind, START, seat=seat, **facts)


def after(*kinds: EventKind | Event, terms: HearingTerms = TERMS) -> Hearing:
    return replay(terms, [one if isinstance(one, Event) else event(one) for one in kinds])


def heard(*more: EventKind | Event, terms: HearingTerms = TERMS) -> Hearing:
    road = (EventKind.CALL, EventKind.SPEECH, EventKind.QUESTION, EventKind.QUESTION, EventKind.END)
    return after(*road, *more, terms=terms)


def submit(*seats: str) -> list[Event]:
    return [event(EventKind.SUBMIT, seat) for seat in seats]


def refused(hearing: Hearing, one: Event) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        step(hearing, one)
    return [str(problem) for problem in refusal.value.problems]


def test_the_whole_road():
    hearing = heard(*submit("2", "1", "3"))
    assert (hearing.state, hearing.question, hearing.awaited) == (State.MARKING, 2, frozenset())
    assert step(hearing, event(EventKind.SEAL)).state is State.SEALED


def test_a_hearing_without_a_speech_goes_from_the_call_to_the_first_question():
    assert after(EventKind.CALL, EventKind.QUESTION, EventKind.END).state is State.MARKING


def test_a_judge_may_hand_in_during_the_questions_but_not_before():
    assert after(EventKind.CALL, EventKind.QUESTION, *submit("1")).received == {"1"}
    assert refused(after(EventKind.CALL, EventKind.SPEECH), submit("1")[0]) == [
        "This cannot be done while the hearing is in this state: speaking."
    ]


def test_no_seal_while_a_present_judges_sheet_is_missing():
    assert refused(heard(*submit("1")), event(EventKind.SEAL)) == ["sheets: These sheets are not here yet: 2, 3."]


def test_a_judge_who_left_is_not_waited_for_and_the_sheet_handed_in_before_counts():
    ill = [event(EventKind.LEAVE, "2"), event(EventKind.LEAVE, "1")]
    hearing = heard(*submit("1", "3"), *ill)
    assert hearing.counted == {"1", "3"}
    assert step(hearing, event(EventKind.SEAL)).state is State.SEALED


def test_a_recused_judges_sheet_is_left_out():
    hearing = heard(*submit("1", "2", "3"), event(EventKind.LEAVE, "2", recused=True))
    assert hearing.counted == {"1", "3"}


def test_a_tie_found_after_the_judge_had_left_still_takes_the_sheet_out():
    hearing = heard(*submit("1", "2", "3"), event(EventKind.LEAVE, "2"), event(EventKind.LEAVE, "2", recused=True))
    assert hearing.counted == {"1", "3"}
    assert refused(hearing, event(EventKind.LEAVE, "2", recused=True)) == [
        "seat: The judge of seat 2 has left this hearing."
    ]


def test_fewer_judges_of_a_kind_than_the_scheme_admits_cannot_seal():
    hearing = heard(*submit("1", "3"), event(EventKind.LEAVE, "2"), event(EventKind.LEAVE, "1", recused=True))
    assert refused(hearing, event(EventKind.SEAL)) == [
        "panel: Only 0 expert judges count; the scheme asks for 1 at least."
    ]


def test_without_any_sheet_there_is_nothing_to_seal():
    everybody_left = [event(EventKind.LEAVE, seat) for seat in SEATS]
    hearing = heard(*everybody_left, terms=replace(TERMS, fewest={}))
    assert refused(hearing, event(EventKind.SEAL)) == ["sheets: There is no sheet to seal."]


def test_a_seal_needs_chief_and_supervisor_and_the_schemes_kind_of_signature():
    hearing = heard(*submit("1", "2", "3"))
    unsigned = event(EventKind.SEAL, signers=frozenset(), signature=Signature.DEVICE)
    assert refused(hearing, unsigned) == [
        "signers: The signature is missing: chief judge.",
        "signers: The signature is missing: supervisor.",
        "signature: The scheme does not admit this kind of signature.",
    ]
    on_device = replace(TERMS, signatures=frozenset(Signature))
    sealed = event(EventKind.SEAL, signature=Signature.DEVICE)
    assert heard(*submit("1", "2", "3"), sealed, terms=on_device).state is State.SEALED


def test_without_the_supervisor_no_hearing_starts():
    assert refused(Hearing(replace(TERMS, supervisor_present=False)), event(EventKind.CALL)) == [
        "supervisor: Without the supervisor in the room no hearing may start."
    ]


@pytest.mark.parametrize("kind", sorted(NEEDS_REASON))
def test_what_departs_from_the_road_needs_a_written_reason(kind):
    for state in ALLOWED[kind]:
        hearing = Hearing(TERMS, state=state, received=frozenset("1"))
        assert refused(hearing, event(kind, "1", reason="  ")) == ["reason: Please write down the reason."]


def test_seats_that_do_not_exist_and_second_sheets_are_refused():
    hearing = heard(*submit("1"))
    assert refused(hearing, event(EventKind.SUBMIT, "9")) == ["seat: There is no seat 9 in this panel."]
    assert refused(hearing, event(EventKind.SUBMIT, "1")) == ["seat: The sheet of seat 1 is already here."]
    assert refused(hearing, event(EventKind.REOPEN, "2")) == ["seat: The sheet of seat 2 has not been handed in."]


def test_a_reopened_sheet_is_awaited_again():
    assert heard(*submit("1", "2", "3"), event(EventKind.REOPEN, "2")).awaited == {"2"}


def test_the_wrong_candidate_called_goes_back_to_waiting():
    assert after(EventKind.CALL, EventKind.UNCALL).state is State.WAITING


def test_absence_can_be_corrected_and_then_the_hearing_runs():
    assert after(EventKind.ABSENCE, EventKind.REINSTATE, EventKind.CALL).state is State.CALLED


@pytest.mark.parametrize("road", [("CALL",), ("CALL", "SPEECH"), ("CALL", "QUESTION"), ("CALL", "SPEECH", "END")])
def test_after_an_adjournment_it_goes_on_where_it_stopped_with_all_sheets(road):
    before = after(*(EventKind[name] for name in road))
    resumed = step(step(before, event(EventKind.ADJOURN)), event(EventKind.RESUME))
    assert resumed == before


def test_a_sealed_hearing_can_only_be_voided():
    sealed = heard(*submit("1", "2", "3"), EventKind.SEAL)
    assert sealed.allowed() == {EventKind.VOID}
    assert step(sealed, event(EventKind.VOID)).counted == {"1", "2", "3"}


def test_the_refusal_of_a_step_out_of_turn_is_a_conflict():
    with pytest.raises(Refusal) as refusal:
        step(Hearing(TERMS), event(EventKind.SEAL))
    assert refusal.value.status == 409


def test_the_matrix_tells_which_marks_are_missing():
    matrix = completeness(["1", "2"], ["a", "b"], {"1": ["a", "b"], "2": ["b"]})
    assert matrix.missing == {("2", "a")}
    assert not matrix.complete
    assert [matrix.found(seat) for seat in matrix.seats] == [2, 1]
    assert completeness(["1"], ["a"], {"1": ["a"]}).complete


def test_marks_of_nobody_are_a_fault():
    with pytest.raises(ValueError):
        completeness(["1"], ["a"], {"2": ["a"]})


class HearingLife(RuleBasedStateMachine):
    """Any event at any time: it is either refused and changes nothing, or the hearing stays sound."""

    def __init__(self) -> None:
        super().__init__()
        self.hearing = Hearing(TERMS)
        self.accepted: list[Event] = []
        self.sheets: set[str] = set()

    def happen(self, one: Event) -> bool:
        before = self.hearing
        try:
            self.hearing = step(before, one)
        except Refusal:
            assert self.hearing is before
            return False
        assert one.kind in before.allowed()
        self.accepted.append(one)
        return True

    @rule(kind=st.sampled_from(sorted(set(EventKind) - NEEDS_SEAT - {EventKind.SEAL})))
    def anything(self, kind: EventKind) -> None:
        self.happen(Event(kind, START + timedelta(minutes=len(self.accepted)), reason="as it happened"))

    @rule()
    def go_on(self) -> None:
        """The usual next step, so that random walks also get to the end of the road."""
        usual = {
            State.WAITING: event(EventKind.CALL),
            State.CALLED: event(EventKind.SPEECH),
            State.SPEAKING: event(EventKind.QUESTION),
            State.QUESTIONS: event(EventKind.END),
            State.MARKING: event(EventKind.SEAL),
            State.ADJOURNED: event(EventKind.RESUME),
        }
        if self.hearing.state in usual:
            self.happen(usual[self.hearing.state])

    @precondition(lambda self: self.hearing.state in ALLOWED[EventKind.SUBMIT])
    @rule(seat=st.sampled_from(sorted(SEATS)))
    def hand_in(self, seat: str) -> None:
        if self.happen(event(EventKind.SUBMIT, seat)):
            self.sheets.add(seat)

    @rule(seat=st.sampled_from(sorted(SEATS)), kind=st.sampled_from([EventKind.REOPEN, EventKind.LEAVE]))
    def judge_event(self, seat: str, kind: EventKind) -> None:
        if self.happen(event(kind, seat)) and kind is EventKind.REOPEN:
            self.sheets.discard(seat)

    @rule(signers=st.sets(st.sampled_from(Signer)).map(frozenset), signature=st.sampled_from(Signature))
    def seal(self, signers: frozenset[Signer], signature: Signature) -> None:
        before = self.hearing
        if self.happen(event(EventKind.SEAL, signers=signers, signature=signature)):
            assert signers == BOTH
            assert signature is Signature.INK
            assert before.awaited == frozenset()
            assert any(SEATS[seat] is JudgeKind.EXPERT for seat in before.counted)

    @invariant()
    def events_alone_make_the_hearing(self) -> None:
        assert replay(TERMS, self.accepted) == self.hearing

    @invariant()
    def received_sheets_are_those_handed_in(self) -> None:
        assert self.hearing.received == self.sheets

    @invariant()
    def an_end_is_an_end(self) -> None:
        ways_out = {State.SEALED: {EventKind.VOID}, State.ABSENT: {EventKind.REINSTATE}}
        if self.hearing.state in ENDED:
            assert self.hearing.allowed() == ways_out.get(self.hearing.state, set())

    @invariant()
    def an_adjourned_hearing_knows_where_it_stopped(self) -> None:
        assert (self.hearing.adjourned_from is not None) == (self.hearing.state is State.ADJOURNED)


HearingLife.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
test_any_order_of_events = HearingLife.TestCase
