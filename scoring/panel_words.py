"""The rule of a panel, of ballots and of a coefficient in words."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from core.words import N_, Name, Sentence
from scoring.ballots import BallotRule, NoBallot
from scoring.figures import precision_words, weight_text
from scoring.grades import Grade
from scoring.marks import exact_document, exact_text
from scoring.panel_rule import Few, Group, MissingJudge, PanelRule, Trim, TrimPer
from scoring.rooms import Compared, Pool, Reference, RoomRule, Split


def panel_words(rule: PanelRule) -> Iterator[Sentence]:
    """What judges mark, what is dropped, how the rest becomes one mark."""
    if len(rule.elements) > 1:
        elements = tuple(
            Sentence(N_("{name} {maximum}"), {"name": one.name, "maximum": exact_text(one.maximum)})
            for one in rule.elements
        )
        yield Sentence(
            N_("Each judge marks these elements, with their highest marks: {elements}."), {"elements": elements}
        )
    if rule.step is not None:
        yield Sentence(N_("Marks go in steps of {step}."), {"step": exact_text(rule.step)})
    if rule.judge_precision:
        facts = {"precision": precision_words(rule.judge_precision)}
        yield Sentence(N_("A judge's total keeps {precision}."), facts)
    if rule.over_panel:
        yield from _trim_words(rule, rule.trim)
    if rule.pooled:
        yield _mean_words(rule)
    else:
        for group in rule.groups:
            yield from _group_words(rule, group)
    yield from _element_words(rule)
    if rule.group_precision and not rule.pooled:
        facts = {"precision": precision_words(rule.group_precision)}
        yield Sentence(N_("The mean of a group keeps {precision}."), facts)
    yield from _missing_words(rule)


def _trim_words(rule: PanelRule, trim: Trim) -> Iterator[Sentence]:
    if not trim.drops:
        return
    facts = {"high": trim.high, "low": trim.low}
    if rule.trim_per is TrimPer.ELEMENT:
        yield Sentence(N_("In each element the {high} highest and {low} lowest marks are dropped."), facts)
    else:
        yield Sentence(N_("The {high} highest and {low} lowest of the judges' totals are dropped."), facts)
    if trim.few is Few.KEEP_ALL:
        yield Sentence(N_("With fewer than {least} marks nothing is dropped."), {"least": trim.least})


def _mean_words(rule: PanelRule) -> Sentence:
    if rule.trim_per is TrimPer.ELEMENT:
        return Sentence(N_("The mean of what is left counts for each element, and the elements are added."))
    return Sentence(N_("The mark is the mean of what is left."))


def _group_words(rule: PanelRule, group: Group) -> Iterator[Sentence]:
    who: Name | Sentence = group.name
    if group.seats:
        who = Sentence(N_("{group} ({seats})"), {"group": group.name, "seats": group.seats})
    facts: dict[str, object] = {"group": who, "weight": weight_text(group.weight or Fraction(1))}
    trim = group.trim
    if trim.drops:
        facts |= {"high": trim.high, "low": trim.low}
        if rule.trim_per is TrimPer.ELEMENT:
            text = N_(
                "{group}: in each element {high} highest and {low} lowest marks dropped, mean of the rest, {weight}."
            )
        else:
            text = N_("{group}: {high} highest and {low} lowest totals dropped, mean of the rest, {weight}.")
        yield Sentence(text, facts)
        if trim.few is Few.KEEP_ALL:
            yield Sentence(N_("With fewer than {least} marks nothing is dropped."), {"least": trim.least})
    else:
        yield Sentence(N_("{group}: mean of all marks, {weight}."), facts)


def _element_words(rule: PanelRule) -> Iterator[Sentence]:
    factors = tuple(
        Sentence(N_("{name} × {factor}"), {"name": one.name, "factor": exact_document(one.factor)})
        for one in rule.elements
        if one.factor != 1
    )
    if rule.element_precision:
        facts = {"precision": precision_words(rule.element_precision)}
        yield Sentence(N_("The mean of an element keeps {precision}."), facts)
    if factors:
        yield Sentence(N_("Elements multiplied by a factor: {factors}."), {"factors": factors})
        if rule.factor_precision:
            facts = {"precision": precision_words(rule.factor_precision)}
            yield Sentence(N_("The product keeps {precision}."), facts)


def grade_words(grades: Sequence[Grade]) -> tuple[Sentence, ...]:
    """Each grade with its points."""
    return tuple(
        Sentence(N_("{name} {maximum}"), {"name": one.name, "maximum": exact_text(one.points)}) for one in grades
    )


def ballot_words(rule: BallotRule) -> Iterator[Sentence]:
    """What a ballot says, which ballots count, how the classes are joined."""
    yield Sentence(
        N_("Voters give one of these grades, worth these points: {grades}."), {"grades": grade_words(rule.grades)}
    )
    yield Sentence(N_("The mark is the sum of votes × points divided by the valid ballots."))
    if rule.invalid:
        kinds = tuple(name for _, name in rule.invalid)
        yield Sentence(N_("Not valid, and in no denominator: {kinds}."), {"kinds": kinds})
    if rule.class_precision:
        facts = {"precision": precision_words(rule.class_precision)}
        yield Sentence(N_("The mean of a class of voters keeps {precision}."), facts)
    if len(rule.classes) > 1:
        classes = tuple(
            Sentence(N_("{name} {weight}"), {"name": one.name, "weight": weight_text(one.weight)})
            for one in rule.classes
        )
        yield Sentence(N_("Each class of voters is counted alone; weights: {classes}."), {"classes": classes})
    if rule.least > 1:
        yield Sentence(N_("A class of voters counts from {least} valid ballots on."), {"least": rule.least})
    if rule.no_ballot is NoBallot.LEAVE_OUT:
        yield Sentence(N_("A class of voters with fewer is left out and its weight goes to the others."))
    else:
        yield Sentence(N_("Without enough valid ballots of every class nothing is counted."))


def _missing_words(rule: PanelRule) -> Iterator[Sentence]:
    yield Sentence(N_("A judge who does not mark is left out of the mean and never counts as 0."))
    if rule.missing_judge is MissingJudge.LEAVE_OUT:
        yield Sentence(N_("A missing sheet does not hold the mark up."))
    if rule.least > 1:
        yield Sentence(N_("At least {least} judges must have marked."), {"least": rule.least})
    for group in rule.groups:
        if group.least > 1 and not rule.pooled:
            facts = {"least": group.least, "group": group.name}
            yield Sentence(N_("At least {least} of “{group}” must have marked."), facts)


def room_words(rule: RoomRule) -> Iterator[Sentence]:
    """When and how a room coefficient is applied."""
    if rule.compares is Compared.SUBJECTS:
        yield from _subject_words(rule)
    elif rule.within is Split.POST:
        yield Sentence(N_("Where a post is split over rooms, the mark is multiplied by its room's coefficient."))
    elif rule.within is Split.GROUP:
        yield Sentence(
            N_("Where a group of posts is split over rooms, the mark is multiplied by its room's coefficient.")
        )
    else:
        yield Sentence(N_("Where papers or rooms differ, the mark is multiplied by the coefficient of its own."))
    if rule.only_mixed:
        yield Sentence(N_("It is applied only where those who are ranked together differ in it."))
    if rule.compares is Compared.ROOMS and rule.reference is Reference.MEAN_OF_ROOM_MEANS:
        yield Sentence(N_("The coefficient is the mean of the room means divided by the room's mean."))
    elif rule.compares is Compared.ROOMS:
        yield Sentence(N_("The coefficient is the mean of all marks divided by the room's mean."))
    yield Sentence(N_("Absent and void candidates are not in the means."))
    yield from _room_bounds(rule)
    stages = (
        (rule.mean_precision, N_("A room's mean keeps {precision}.")),
        (rule.reference_precision, N_("The mean that rooms are brought to keeps {precision}.")),
        (rule.coefficient_precision, N_("The coefficient keeps {precision}.")),
        (rule.precision, N_("The mark after the coefficient keeps {precision}.")),
    )
    for precision, text in stages:
        if precision:
            yield Sentence(text, {"precision": precision_words(precision)})
    if rule.cap is not None:
        yield Sentence(N_("The mark after the coefficient is {cap} at most."), {"cap": rule.cap})


def _subject_words(rule: RoomRule) -> Iterator[Sentence]:
    yield Sentence(N_("Where candidates sat different subjects, the mark is multiplied by its subject's coefficient."))
    if rule.reference is Reference.MEAN_OF_ROOM_MEANS:
        yield Sentence(N_("The coefficient is the mean of the subject means divided by the subject's mean."))
    else:
        yield Sentence(N_("The coefficient is the mean of all subjects' marks divided by the subject's mean."))


def _room_bounds(rule: RoomRule) -> Iterator[Sentence]:
    if rule.leave_out_above is not None:
        yield Sentence(N_("Marks above {bound} are left out of the means."), {"bound": rule.leave_out_above})
    if rule.leave_out_below is not None:
        yield Sentence(N_("Marks below {bound} are left out of the means."), {"bound": rule.leave_out_below})
    if rule.leave_out_share_below_mean is not None:
        facts = {"share": weight_text(rule.leave_out_share_below_mean)}
        yield Sentence(N_("Marks more than {share} below the mean are left out of the means."), facts)
    if rule.room_high or rule.room_low:
        facts2 = {"high": rule.room_high, "low": rule.room_low}
        yield Sentence(N_("A room's mean is without its {high} highest and {low} lowest marks."), facts2)
    if rule.pool is Pool.KEPT:
        yield Sentence(N_("The mean of all marks is without those left out of their rooms."))
    if rule.pool_high or rule.pool_low:
        facts2 = {"high": rule.pool_high, "low": rule.pool_low}
        yield Sentence(N_("The mean of all marks is without the {high} highest and {low} lowest."), facts2)
