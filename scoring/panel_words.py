"""A panel's rule and a room coefficient in words."""

from collections.abc import Iterator
from fractions import Fraction

from core.words import N_, Name, Sentence
from scoring.figures import precision_words, weight_text
from scoring.marks import exact_document, exact_text
from scoring.panel_rule import Few, Group, MissingJudge, PanelRule, Trim, TrimPer
from scoring.rooms import Pool, Reference, RoomRule, Split


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
    if rule.within is Split.POST:
        yield Sentence(N_("Where a post is split over rooms, the mark is multiplied by its room's coefficient."))
    else:
        yield Sentence(N_("Where papers or rooms differ, the mark is multiplied by the coefficient of its own."))
    if rule.reference is Reference.MEAN_OF_ROOM_MEANS:
        yield Sentence(N_("The coefficient is the mean of the room means divided by the room's mean."))
    else:
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
