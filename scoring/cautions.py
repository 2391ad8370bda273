"""What to think over before a scheme is frozen (rules.md §5): nothing wrong in itself, but it has led to complaints."""

from collections.abc import Iterator

from core.words import N_, Sentence
from scoring.cuts import Equal
from scoring.explain import Names
from scoring.ranking import TieBy
from scoring.scheme import Scheme


def cautions(scheme: Scheme) -> tuple[Sentence, ...]:
    """Every caution about a scheme, in the order of its stages."""
    return tuple(_cautions(scheme))


def _cautions(scheme: Scheme) -> Iterator[Sentence]:
    names, parts = Names.of(scheme), scheme.all_parts()
    floors = {floor.cut for floor in scheme.floors}
    for cut in scheme.cuts:
        facts = {"cut": cut.name, "part": names.part(cut.by)}
        if not any(part.pass_mark for part in parts[cut.by].walk()) and cut.key not in floors:
            yield Sentence(N_("“{cut}”: {part} has no pass mark; anybody enters where few apply."), facts)
    if scheme.cuts and not scheme.floors:
        yield Sentence(N_("Nothing is asked of those who are alone without competition."))
    ends = {TieBy.EXTRA_TEST, TieBy.LOT, TieBy.COMMITTEE, TieBy.ALL_IN}
    for cut in scheme.cuts:
        if not any(key.by in ends for key in cut.ties) and cut.equal is not Equal.IN:
            yield Sentence(N_("“{cut}”: nothing settles it where candidates stay equal."), {"cut": cut.name})
