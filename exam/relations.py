"""Family members and important relations (家庭主要成员及重要社会关系), declared so that people recuse themselves.

They serve recusal alone: nothing is judged on them, and they are shown to nobody but the vetters of the person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import Problem, Refusal, refuse_any
from exam.identity import fold_text
from exam.section import SectionReader

MOST_RELATIONS = 20


@dataclass(frozen=True, slots=True)
class Relation:
    """One person: what they are to the candidate (称谓), their name, where and as what they work."""

    title: str
    name: str
    unit: str = ""
    post: str = ""


def read_relations(raw: Sequence[Mapping[str, object]]) -> tuple[Relation, ...]:
    """The relations of a form; raises one Refusal that lists every problem with its row."""
    reader = SectionReader({"relations": raw})
    found = tuple(_relation(one) for one in reader.tables("relations"))
    refuse_any(reader.problems)
    return found


def check_relations(raw: object) -> list[Problem]:
    """Problems of the relations as a form holds them."""
    if not isinstance(raw, list) or len(raw) > MOST_RELATIONS:
        return [Problem("At most {most} people can be named.", {"most": MOST_RELATIONS}, "relations")]
    try:
        read_relations(raw)
    except Refusal as refusal:
        return list(refusal.problems)
    return []


def related(name: str, units: Collection[str], relations: Iterable[Relation]) -> Relation | None:
    """The declared relation that somebody may be: same name, and no unit of theirs that says it is another person.

    Names are compared without regard to spaces, width and kinds of middle dot. Where either side names no unit, the
    name alone decides: it is better to ask somebody else than to let a relative vet.
    """
    own = {fold_text(unit) for unit in units if unit.strip()}
    for one in relations:
        if fold_text(one.name) == fold_text(name) and (not own or not one.unit.strip() or fold_text(one.unit) in own):
            return one
    return None


def _relation(reader: SectionReader) -> Relation:
    relation = Relation(
        title=reader.text("title", most=40),
        name=reader.text("name", most=100),
        unit=reader.text("unit", most=200) if reader.has("unit") and reader.raw["unit"] else "",
        post=reader.text("post", most=200) if reader.has("post") and reader.raw["post"] else "",
    )
    reader.finish()
    return relation
