"""Which keys each table of a scheme has and how each is typed: what the form of a scheme is driven by.

The keys are those that docs/scheme.md names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from scoring.ballots import NoBallot
from scoring.cuts import Break, Equal, PartOf, Short
from scoring.findings import Effect
from scoring.floors import Satisfy
from scoring.gates import Fewer
from scoring.marks import Rounding
from scoring.panel_rule import Few, MissingJudge, TrimOver, TrimPer
from scoring.parts import BonusStage, PartKind, PassMarkOn, Policy
from scoring.replacement import Milestone
from scoring.reserve import CallOrder, ReserveBy, ReuseScope
from scoring.rooms import Compared, Pool, Reference, Split
from scoring.scheme import RankWithin


class Kind(Enum):
    """How one key is typed."""

    TEXT = "text"
    NUMBER = "number"  # also a ratio such as 1/3, and a word where the scheme knows one
    FLAG = "flag"
    WORDS = "words"  # separated by commas or spaces
    NUMBERS = "numbers"


Typed = Kind | type[StrEnum]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table has: keys, lists of tables, single tables, and tables by the key of a part or event."""

    keys: Mapping[str, Typed] = field(default_factory=dict)
    lists: "Mapping[str, Shape]" = field(default_factory=dict)
    tables: "Mapping[str, Shape]" = field(default_factory=dict)
    maps: "Mapping[str, Shape]" = field(default_factory=dict)


def _keys(text: str = "", numbers: str = "", **others: Typed) -> dict[str, Typed]:
    found: dict[str, Typed] = dict.fromkeys(text.split(), Kind.TEXT)
    return {**found, **dict.fromkeys(numbers.split(), Kind.NUMBER), **others}


def _rounded(*stages: str) -> dict[str, Typed]:
    """The two keys of every stage that may be rounded."""
    found: dict[str, Typed] = {}
    for stage in stages:
        found |= {f"{stage}decimals": Kind.NUMBER, f"{stage}rounding": Rounding}
    return found


NAMED = "key name name_en"
POLICIES = ("missing", "absent", "exempt", "withdrawn", "void", "disqualified")
GRADE = Shape(_keys(NAMED, "points"))
PLAIN = Shape(_keys(NAMED))
BONUS = Shape(_keys("", "cap", accumulate=Kind.FLAG, stage=BonusStage, needs_pass=Kind.FLAG))
PART = Shape(
    _keys(NAMED + " of", "maximum weight points", kind=PartKind, deducted=Kind.FLAG, recorded=Kind.FLAG)
    | _rounded("weighted_", "sum_")
    | _keys("", "rescale_to")
    | _rounded("")
    | _keys("", "input_decimals cap", bands=Kind.NUMBERS)
    | _keys("", "pass_mark", pass_mark_on=PassMarkOn, pass_mark_above=Kind.FLAG)
    | dict.fromkeys(POLICIES, Policy),
    lists={"grades": GRADE},
    tables={"bonus": BONUS},
)
TRIM = _keys("", "drop_high drop_low drop_least_marks", few_marks=Few) | _keys("", "least_marks")
PANEL = Shape(
    {**_keys("", "", trim_per=TrimPer, trim_over=TrimOver), **TRIM, "missing_judge": MissingJudge}
    | _keys("", "step")
    | _rounded("judge_", "element_", "factor_", "group_"),
    lists={
        "elements": Shape(_keys(NAMED, "maximum factor")),
        "groups": Shape(_keys(NAMED, "seats weight") | TRIM),
    },
)
BALLOTS = Shape(
    _keys("", "least_ballots", no_ballot=NoBallot) | _rounded("class_"),
    lists={"grades": GRADE, "invalid": PLAIN, "classes": Shape(_keys(NAMED, "weight"))},
)
ROOMS = Shape(
    _keys("", "", reference=Reference, pool=Pool, within=Split, compares=Compared, only_mixed=Kind.FLAG)
    | _keys("", "room_drop_high room_drop_low pool_drop_high pool_drop_low leave_out_above leave_out_below")
    | _keys("", "leave_out_share_below_mean")
    | _rounded("mean_", "reference_", "coefficient_", "")
    | _keys("", "cap")
)
TAKE = "per_place plus take"
CUT = Shape(
    _keys(NAMED + " by", TAKE, fraction=PartOf, equal=Equal, ties=Kind.WORDS, break_ties=Break, opens=Kind.WORDS)
    | _keys("", "least_per_place least_plus", fewer=Fewer),
    lists={"table": Shape(_keys("", "places " + TAKE))},
)
FLOOR = Shape(
    _keys("part cut", "present_at_most_per_place present_fewer_than_per_place mark", floor=Kind.WORDS, satisfy=Satisfy)
    | _rounded("")
)
WHOLE = Shape(
    lists={
        "parts": PART,
        "cuts": CUT,
        "floors": FLOOR,
        "findings": Shape(_keys(NAMED, "", effect=Effect, parts=Kind.WORDS) | _keys("article authority")),
    },
    tables={
        "scheme": Shape(_keys("name name_en", "format")),
        "sheet": Shape(
            _keys("", "step total"),
            lists={"elements": Shape(_keys(NAMED, "maximum")), "groups": Shape(_keys(NAMED, "seats"))},
        ),
        "order": Shape(_keys("by", "", within=RankWithin, ties=Kind.WORDS, break_ties=Break)),
        "opening": Shape(
            _keys("", "per_place", short=Short),
            lists={
                "posts": Shape(_keys("", "per_place", posts=Kind.WORDS)),
                "waivers": Shape(_keys("part", "fewer_than_per_place")),
            },
        ),
        "reserve": Shape(
            _keys("", "top mark months extend_to uses", rule=ReserveBy, scope=ReuseScope, order=CallOrder)
            | {"told": Kind.FLAG}
        ),
        "review": Shape(_keys("", "days", working_days=Kind.FLAG)),
    },
    maps={
        "panel": PANEL,
        "ballots": BALLOTS,
        "rooms": ROOMS,
        "replacement": Shape(
            _keys("source floor_part", "rounds days_before months_after floor", allowed=Kind.FLAG, until=Milestone)
        ),
    },
)
SECTIONS = ("scheme", "parts", "sheet", "panel", "ballots", "rooms", "order", "cuts", "floors", "findings", "opening")
ORDERED = (*SECTIONS, "replacement", "reserve", "review")
