"""Risks in how a panel's marks are combined and rooms evened out: trims, absent judges, marks above the maximum."""

from collections.abc import Iterator
from fractions import Fraction

from core.errors import Refusal
from core.words import N_, Name, Sentence
from scoring.linter.finding import Finding, Severity
from scoring.marks import exact_text, round_to
from scoring.panel_rule import Few, Group, PanelRule, Trim
from scoring.rooms import Coefficients, RoomMarks, RoomRule, coefficients, corrected
from scoring.scheme import Scheme

FEWEST = 3  # marks that a trim should leave (rules.md §3)


def panel_findings(scheme: Scheme) -> Iterator[Finding]:
    """Everything to be said of panels and room coefficients."""
    names = {key: part.name for key, part in scheme.all_parts().items()}
    for key, rule in scheme.panels.items():
        for trim, who, seats, path in _trims(rule, names[key]):
            yield from _trim_findings(trim, who, seats, path)
        yield from _one_judge(rule, names[key])
        if rule.step is None:
            words = N_("Judges of {part} may give any number of decimals: no step is written.")
            yield Finding("open_decimals", Severity.LOOK, Sentence(words, {"part": names[key]}), f"panel.{key}.step")
    for key, room in scheme.rooms.items():
        yield from _above_maximum(room, scheme.all_parts()[key].scale, names[key])


def _trims(rule: PanelRule, part: Name) -> Iterator[tuple[Trim, Name, int, str]]:
    """Each trim of the rule: among whom, in how many seats (0 if not said), and where it is written."""
    if rule.over_panel:
        seats = [group.seats for group in rule.groups]
        yield rule.trim, part, sum(seats) if all(seats) else 0, f"panel.{rule.part}"
        return
    for group in rule.groups:
        yield group.trim, group.name, group.seats, f"panel.{rule.part}.groups.{group.key}"


def _trim_findings(trim: Trim, who: Name, seats: int, path: str) -> Iterator[Finding]:
    if not trim.drops:
        return
    drops = trim.high + trim.low
    facts = {"who": who, "drops": drops, "seats": seats, "least": trim.least, "left": seats - drops}
    if not seats:
        words = N_("{who}: how many judges sit is not written, so whether {drops} marks can be dropped cannot be told.")
        yield Finding("trim_seats_unknown", Severity.LOOK, Sentence(words, facts), path)
    elif seats < trim.least and trim.few is Few.KEEP_ALL:
        words = N_(
            "{who}: {drops} marks are to be dropped from {least} on, but only {seats} judges sit: nothing ever is."
        )
        yield Finding("trim_never", Severity.ANSWER, Sentence(words, facts), path)
    elif seats - drops < FEWEST:
        words = N_("{who}: of {seats} marks {drops} are dropped; {left} decide.")
        yield Finding("trim_leaves_few", Severity.LOOK, Sentence(words, facts), path)
    if seats == trim.least and trim.few is Few.REFUSE:
        words = N_(
            "{who}: one absent judge, and no mark can be computed; dropping {drops} needs {least} of {seats} judges."
        )
        yield Finding("trim_needs_all", Severity.LOOK, Sentence(words, facts), path)


def _one_judge(rule: PanelRule, part: Name) -> Iterator[Finding]:
    """How few judges may make the whole panel mark when the others are absent."""
    least = rule.least
    if rule.pooled or rule.over_panel:
        least = max(least, _needed(rule.trim))
    if not rule.pooled:
        least = max(least, sum(max(group.least, _group_needs(rule, group)) for group in rule.groups))
    if least < FEWEST:
        words = N_("{part}: with the others absent, {least} judges' marks are enough for the panel's mark.")
        facts = {"part": part, "least": least}
        yield Finding("few_judges", Severity.LOOK, Sentence(words, facts), f"panel.{rule.part}.least_marks")


def _needed(trim: Trim) -> int:
    return trim.least if trim.drops and trim.few is Few.REFUSE else 1


def _group_needs(rule: PanelRule, group: Group) -> int:
    return 1 if rule.over_panel else _needed(group.trim)


def _above_maximum(rule: RoomRule, scale: Fraction, part: Name) -> Iterator[Finding]:
    """A mark above the highest one, worked out on two made-up rooms: 97 × 1.04 = 100.88 (rules.md §4)."""
    if rule.cap is not None and rule.cap <= scale:
        return
    found = made_up_rooms(rule, scale)
    if found is None:
        return
    strict, mild = found.rooms.values()
    raw = round_to(scale * Fraction(97, 100), 2)
    value = corrected(rule, raw, strict.coefficient).value
    if value <= scale:
        return
    facts = {"part": part, "maximum": exact_text(scale)}
    words = N_("{part} × the coefficient of a room can be more than the highest mark {maximum}: no cap is written.")
    example = {
        "first": exact_text(strict.mean),
        "second": exact_text(mild.mean),
        "coefficient": exact_text(strict.coefficient),
        "raw": exact_text(raw),
        "value": exact_text(value),
    }
    worked = N_("Rooms with the means {first} and {second}: {raw} × {coefficient} = {value}.")
    yield Finding(
        "no_cap", Severity.LOOK, Sentence(words, facts), f"rooms.{rule.part}.cap", (Sentence(worked, example),)
    )


def made_up_rooms(rule: RoomRule, scale: Fraction, strict: int = 720) -> Coefficients | None:
    """The coefficients of a strict and a mild room by the rule; None where its bounds fit no such rooms.

    `strict` is about the mean of the strict one in thousandths of the highest mark; the other has a tenth more.
    """
    needed = max(3, rule.room_high + rule.room_low + 1, rule.pool_high + rule.pool_low + 1)
    rooms = [
        RoomMarks(room, [round_to(scale * share / 1000 + Fraction(n, 4), 2) for n in range(needed)])
        for room, share in (("1", strict), ("2", strict * 11 // 10))
    ]
    try:
        return coefficients(rule, rooms)
    except Refusal:
        return None
