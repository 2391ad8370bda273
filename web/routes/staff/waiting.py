"""What waits for one member of staff in one selection. Each area of the desk adds the functions of its own kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlmodel import Session

from core.people import Power
from core.words import N_, Sentence
from exam.plan import PUBLICATION_WORDS
from exam.queries import (
    funnel,
    in_force,
    mark_differences,
    marks_confirmed,
    next_in_queue,
    posts_of,
    rule_sets,
    standing_entries,
    written_papers,
)
from exam.stages import Deed, Stage, stages_of
from exam.vetting import FOR_FIRST_HAND, UNDECIDED, RegistrationState
from interview.queries import unfinished
from recording.queries import hearings_without_video
from scoring.actions.results import DEEDS, KINDS
from scoring.queries import (
    COMPOSITE,
    TallyLine,
    corrections,
    openings,
    pool_proposals,
    record_versions,
    replacements,
    reviews,
    shortlists,
    tally_behind,
    tally_lines,
    written_behind,
)
from scoring.review import ReviewState
from scoring.tables import OpeningDecision, RecordTable, ReplacementRow
from web.asking import Asker
from web.routes.staff.here import Here
from web.routes.staff.interview import read_board


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing somebody has to do: in words, where it is solved, and whether they can do it now."""

    words: Sentence
    href: str
    urgent: bool = True


Look = Callable[[Session, Asker, Here], Iterator[Waiting]]


def plan_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """A plan to be finished, a scheme to be proposed, a proposed scheme to be frozen by the second hand."""
    proposed = next((one for one in rule_sets(session, here.id) if one.state == "proposed"), None)
    if here.may(Power.SCORING_SCHEME_CONFIRM) and proposed and proposed.proposed_by != asker.person_id:
        words = N_("Version {version} of the scheme waits for you to freeze and announce it")
        yield Waiting(Sentence(words, {"version": proposed.version}), f"{here.path}/scheme/{proposed.version}")
    if not here.may(Power.EXAM_SELECTION_EDIT) or here.stage is not Stage.DRAFT or in_force(session, here.id):
        return
    if not posts_of(session, here.id) or not written_papers(session, here.id):
        yield Waiting(Sentence(N_("The plan still lacks posts or written papers")), here.path)
    elif proposed is None:
        yield Waiting(Sentence(N_("The scheme is to be checked and proposed")), f"{here.path}/scheme")
    else:
        words = N_("Version {version} of the scheme waits for the second hand")
        href = f"{here.path}/scheme/{proposed.version}"
        yield Waiting(Sentence(words, {"version": proposed.version}), href, urgent=False)


def vetting_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Registrations for the first hand, decisions for the second; the link opens the next one."""
    hands = {1: Power.EXAM_REGISTRATION_VET, 2: Power.EXAM_REGISTRATION_RECHECK}
    if here.stage not in {Stage.REGISTRATION, Stage.VETTING} or not any(map(here.may, hands.values())):
        return
    counted = funnel(session, here.id).values()
    states = {1: FOR_FIRST_HAND, 2: frozenset({RegistrationState.DECIDED})}
    for hand, words in {1: N_("To vet: {count}"), 2: N_("To confirm or refer back: {count}")}.items():
        count = sum(number for post in counted for state, number in post.items() if state in states[hand])
        if not count or not here.may(hands[hand]):
            continue
        mine = next_in_queue(session, here.id, asker.person_id, hand=hand) is not None
        href = f"{here.path}/vetting/next?hand={hand}" if mine else f"{here.path}/vetting"
        yield Waiting(Sentence(words, {"count": count}), href, urgent=mine)


def ticket_waits(session: Session, _: Asker, here: Here) -> Iterator[Waiting]:
    """Tickets to be issued once everything is decided."""
    if not here.may(Power.EXAM_TICKET_ISSUE) or here.stage is not Stage.VETTING:
        return
    counted = funnel(session, here.id).values()
    undecided = sum(number for post in counted for state, number in post.items() if state in UNDECIDED)
    passed = sum(post.get(RegistrationState.PASSED, 0) for post in counted)
    if undecided:
        words = N_("Tickets can be issued when the last {count} registrations are decided")
        yield Waiting(Sentence(words, {"count": undecided}), f"{here.path}/tickets", urgent=False)
    elif passed:
        words = N_("Tickets to be drawn and issued: {count}")
        yield Waiting(Sentence(words, {"count": passed}), f"{here.path}/tickets")


def marks_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Written marks to be entered, compared, confirmed, published."""
    if here.stage is not Stage.WRITTEN_EXAM:
        return
    entries = standing_entries(session, here.id)
    sat = all(paper.starts_at <= asker.visit.now for paper in written_papers(session, here.id))
    path = f"{here.path}/marks"
    if marks_confirmed(session, here.id):
        if here.may(Power.SCORING_RESULT_PUBLISH):
            yield Waiting(Sentence(N_("The written marks are confirmed and can be published")), f"{path}/publish")
        return
    mine = any(entry.person_id == asker.person_id for entry in entries.values())
    if here.may(Power.EXAM_MARKS_ENTER) and sat and len(entries) < 2 and not mine:
        yield Waiting(Sentence(N_("Written marks are to be entered")), path)
    if not (here.may(Power.EXAM_MARKS_SETTLE) or here.may(Power.EXAM_MARKS_CONFIRM)):
        return
    found = mark_differences(session, here.id)
    if found is None:
        return
    if still_open := sum(one.settlement is None for one in found):
        words = N_("Differences between the two entries to settle: {count}")
        yield Waiting(Sentence(words, {"count": still_open}), path)
    else:
        yield Waiting(Sentence(N_("The written marks can be confirmed")), path)


def result_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """A result to be computed by one hand, or checked and published by another."""
    newest: dict[str, TallyLine] = {}
    for line in tally_lines(session, here.id):
        newest.setdefault(line.kind, line)
    for kind, deed in DEEDS.items():
        if here.stage not in stages_of(deed):
            continue
        latest = newest.get(kind)
        facts = {"result": Sentence(PUBLICATION_WORDS[KINDS[kind]])}
        if latest is None and here.may(Power.SCORING_TALLY_RUN):
            ready = kind != COMPOSITE or not (unfinished(session, here.id) or hearings_without_video(session, here.id))
            yield Waiting(Sentence(N_("To be computed: {result}"), facts), f"{here.path}/results", urgent=ready)
        elif latest and here.may(Power.SCORING_RESULT_PUBLISH) and latest.computed_by != asker.person_id:
            words = Sentence(N_("To be checked and published: {result}"), facts)
            yield Waiting(words, f"{here.path}/results/{kind}")


def review_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Recounts and corrections for the first or the second hand; what is to be published again corrected."""
    lines, made = reviews(session, here.id), corrections(session, here.id)
    path = f"{here.path}/reviews"
    if here.may(Power.SCORING_REVIEW_RECORD):
        count = sum(line.state is ReviewState.OPEN for line in lines)
        if count:
            yield Waiting(Sentence(N_("Requests for a recount to be counted again: {count}"), {"count": count}), path)
    if here.may(Power.SCORING_REVIEW_CONFIRM):
        hands = [line.recount.proposed_by for line in lines if line.state is ReviewState.RECOUNTED and line.recount]
        hands += [line.row.proposed_by for line in made if line.row.state == "proposed"]
        if count := sum(hand != asker.person_id for hand in hands):
            words = Sentence(N_("Recounts and corrections wait for you as the second hand: {count}"), {"count": count})
            yield Waiting(words, path)
    if made and here.may(Power.SCORING_RESULT_PUBLISH) and written_behind(session, here.id):
        yield Waiting(Sentence(N_("Corrected written marks are to be published again")), f"{here.path}/marks/publish")
    yield from _corrected_waits(session, asker, here) if made else ()


def _corrected_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Published results that rest on marks corrected since: to be computed, then published by the other hand."""
    newest: dict[str, TallyLine] = {}
    for line in tally_lines(session, here.id):
        newest.setdefault(line.kind, line)
    for kind, line in newest.items():
        facts = {"result": Sentence(PUBLICATION_WORDS[KINDS[kind]])}
        if not tally_behind(session, here.id, kind):
            continue
        if line.publication and here.may(Power.SCORING_TALLY_RUN):
            yield Waiting(Sentence(N_("To be computed again corrected: {result}"), facts), f"{here.path}/results")
        elif not line.publication and here.may(Power.SCORING_RESULT_PUBLISH) and line.computed_by != asker.person_id:
            words = Sentence(N_("To be checked and published corrected: {result}"), facts)
            yield Waiting(words, f"{here.path}/results/{kind}")


def name_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Names to be proposed, confirmed, published; the pool to be filled."""
    path = f"{here.path}/names"
    if here.stage is Stage.COMPOSITE:
        waiting = [view for view in shortlists(session, here.id) if view.state == "proposed"]
        mine = any(view.proposed_by == asker.person_id for view in waiting)
        if not waiting and here.may(Power.SCORING_TALLY_RUN):
            yield Waiting(Sentence(N_("Names are to be proposed from the ranking")), path)
        elif waiting and here.may(Power.SCORING_SHORTLIST_CONFIRM) and not mine:
            yield Waiting(Sentence(N_("Proposed names wait for you to confirm them")), path)
    elif here.stage is Stage.PROPOSED_NAMES and here.may(Power.SCORING_RESULT_PUBLISH):
        yield Waiting(Sentence(N_("The confirmed names can be published")), path)
    elif here.stage is Stage.PUBLISHED and here.may(Power.SCORING_POOL_KEEP):
        yield Waiting(Sentence(N_("The reserve pool can be filled")), path)


def pool_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Extensions and uses of the reserve pool that a first hand has proposed."""
    if here.stage is not Stage.RESERVE or not here.may(Power.SCORING_POOL_CONFIRM):
        return
    count = sum(by != asker.person_id for by in pool_proposals(session, here.id))
    if count:
        words = Sentence(N_("Proposals on the reserve pool wait for you: {count}"), {"count": count})
        yield Waiting(words, f"{here.path}/reserve")


def record_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Records, openings and replacements that a first hand has entered or proposed."""

    def of_others(rows: Iterable[RecordTable | OpeningDecision | ReplacementRow]) -> int:
        return sum(one.state == "proposed" and one.proposed_by != asker.person_id for one in rows)

    entered = decided = stepping = 0
    if here.may(Power.SCORING_RECORD_CONFIRM) and here.stage in stages_of(Deed.ENTER_RECORDS):
        entered = of_others(one for own in record_versions(session, here.id).values() for one in own)
    if here.may(Power.SCORING_SCHEME_CONFIRM) and here.stage in stages_of(Deed.DECIDE_OPENING):
        decided = of_others(openings(session, here.id))
    decides = here.may(Power.SCORING_RESULT_PUBLISH) or here.may(Power.SCORING_SHORTLIST_CONFIRM)
    if decides and here.stage in stages_of(Deed.REPLACE):
        stepping = of_others(replacements(session, here.id))
    if entered:
        words = Sentence(N_("Records wait for you to confirm them: {count}"), {"count": entered})
        yield Waiting(words, f"{here.path}/records")
    if decided:
        yield Waiting(Sentence(N_("The decision on the opening ratio waits for you")), f"{here.path}/opening")
    if stepping:
        yield Waiting(Sentence(N_("A replacement waits to be decided")), f"{here.path}/replacements")


def interview_waits(session: Session, asker: Asker, here: Here) -> Iterator[Waiting]:
    """Rooms to be opened, then whatever the board of the day names that the asker can see to."""
    if here.stage not in {Stage.INTERVIEW_ENTRY, Stage.INTERVIEW}:
        return
    board = read_board(session, here, asker)
    if not board.rooms and here.may(Power.INTERVIEW_PANEL_COMPOSE):
        yield Waiting(Sentence(N_("Rooms for the interview are to be opened")), f"{here.path}/interview")
    for errand in board.errands:
        if here.may(errand.kind.power):
            yield Waiting(errand.title, errand.path)


LOOKS: tuple[Look, ...] = (
    plan_waits,
    vetting_waits,
    ticket_waits,
    marks_waits,
    interview_waits,
    result_waits,
    review_waits,
    name_waits,
    pool_waits,
    record_waits,
)
"""Every area's own; the desk's start page asks them in this order."""


def waiting_for(session: Session, asker: Asker, here: Here) -> list[Waiting]:
    """Everything that waits for the asker in a selection, in the order of the road."""
    return [one for look in LOOKS for one in look(session, asker, here)]
