"""Ranks, ties and entry of the result book: everybody of a post who is ranked, compared with everybody else of it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.words import Name
from scoring.book.calculation import Calculation, Row, Shown
from scoring.book.ratio import Ratio
from scoring.book.sheets import FIRST_ROW, Kind, Look, Sheet, figure, formula, letters, words
from scoring.cuts import CutRule, Entered, Equal
from scoring.marks import Exact, exactly, places_of
from scoring.ranking import LOWER_FIRST, TieBy, TieGroup, TieKey
from scoring.scheme import Scheme
from scoring.unit import Stage, UnitResult

RECORD_NAMES: Mapping[TieBy, Name] = {
    TieBy.PART: Name("分科成绩", "part"), TieBy.UNDROPPED_SUM: Name("全部考官分合计", "all judges' marks"),
    TieBy.EXACT: Name("修约前", "before rounding"), TieBy.QUALIFICATION: Name("条件", "qualification"),
    TieBy.EXTRA_TEST: Name("加试", "extra test"), TieBy.LOT: Name("抽签", "lot"),
    TieBy.COMMITTEE: Name("集体研究", "committee"),
}  # fmt: skip


@dataclass(slots=True)
class Ordering:
    """The sheet of ranks of one stage."""

    sheet: Sheet
    calculation: Calculation
    stage: Stage
    names: Mapping[str, Name]
    ranks: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    fixed: list[tuple[str, str]] = field(default_factory=list)

    def unit(self, unit: UnitResult, scheme: Scheme) -> None:
        """Rank one post or closed group."""
        placings = unit.ranking.placings
        if not placings:
            return
        rows = {placing.code: self.sheet.add_row() for placing in placings}
        first, last = min(rows.values()), max(rows.values())
        broken = {code: tie for tie in unit.ranking.ties for code in tie.codes}
        keys = list(dict.fromkeys(step.key for tie in unit.ranking.ties for step in tie.steps))
        for placing in placings:
            row, own = rows[placing.code], self.calculation.rows[placing.code]
            self.sheet.put(row, self._column("unit"), words(unit.unit))
            self.sheet.put(row, self._column("candidate"), words(placing.code))
            shown = own.parts[self.stage.by]
            self.sheet.put(row, self._column("value"), formula(shown.ref, placing.value, shown.places))
            self._ties(row, own, keys, broken.get(placing.code))
        tied = [self._column(("tie", str(key))) for key in keys]
        for placing in placings:
            text = self._rank(rows[placing.code], first, last, tied)
            ref = self.sheet.put(rows[placing.code], self._column("rank"), formula(text, placing.rank, 0, Look.STRONG))
            self.ranks[placing.code] = ref
        for place, key in enumerate(self.stage.cuts):
            earlier = self.stage.cuts[place - 1] if place else ""
            self._cut(unit, scheme.cut(key), rows, earlier)

    def _column(self, key: Hashable) -> int:
        return self.sheet.columns[key]

    # ── ties ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ties(self, row: int, own: Row, keys: Sequence[TieKey], tie: TieGroup | None) -> None:
        """What each key compares where the rules compare it, else 0: the order of keys decides."""
        for key in keys:
            name = RECORD_NAMES[key.by]
            part = self.names.get(key.of, Name(key.of, key.of))
            heading = Name(
                f"同分{name.chinese} {part.chinese}".strip(), f"tie: {name.english} {part.english or key.of}".strip()
            )
            column = self.sheet.column(("tie", str(key)), heading)
            steps = [step for step in tie.steps if step.key == key and own.candidate.code in step.values] if tie else []
            if not steps or len(steps[0].order) == 1:
                self.sheet.put(row, column, figure(0, Kind.RULED))
                continue
            value = steps[0].values[own.candidate.code]
            if value is None:
                self.sheet.put(row, column, figure(-(10**9), Kind.RULED))
                continue
            sign = -1 if key.by in LOWER_FIRST else 1
            source = self._source(own, key, value)
            if source is None:
                ref = self.sheet.put(row, column, figure(exactly(value) * sign, Kind.FIXED))
                self.fixed.append((own.candidate.code, ref))
            else:
                text = source.ref if sign > 0 else f"-{source.ref}"
                self.sheet.put(row, column, formula(text, exactly(value) * sign, source.places))

    def _source(self, own: Row, key: TieKey, value: Exact) -> Shown | None:
        """Where the figure stands that a key compares."""
        if key.by is TieBy.PART:
            return own.parts.get(key.of)
        if key.by is TieBy.EXACT:
            found = own.exact.get(key.of or self.stage.by)
            return found if found is not None and found.ratio.value == value else None
        if key.by is TieBy.UNDROPPED_SUM:
            block = own.blocks.get(key.of)
            if block is None or block.undropped is None or block.undropped[1] != value:
                return None
            return Shown(block.undropped[0], Ratio.of(value), places_of(value))
        name = RECORD_NAMES[key.by]
        heading = Name(f"{name.chinese} {key.of}".strip(), f"{name.english} {key.of}".strip())
        ref = self.calculation.entered(own, ("record", str(key)), heading, figure(value))
        return Shown(ref, Ratio.of(value), places_of(value))

    def _rank(self, row: int, first: int, last: int, tied: Sequence[int]) -> str:
        """1, and one more for each who is ahead: by the value, else by the first tie key that differs."""

        def span(column: int) -> str:
            return f"{letters(column)}${first}:{letters(column)}${last}"

        def own(column: int) -> str:
            return f"{letters(column)}{row}"

        columns = [self._column("value"), *tied]
        better = ""
        for column in reversed(columns):
            ahead = f"({span(column)}>{own(column)})"
            better = f"({ahead}+({span(column)}={own(column)})*{better})" if better else f"{ahead}"
        return f"1+SUMPRODUCT(1*{better})"

    # ── cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _cut(self, unit: UnitResult, rule: CutRule, rows: Mapping[str, int], earlier: str) -> None:
        """Who enters: those whom fewer than the wanted number of qualified ones are ahead of."""
        cut, named = unit.cuts[rule.key], rule.name
        wanted = self.sheet.column((rule.key, "wanted"), Name(f"{named.chinese} 名额", f"{named.english} wanted"), 9)
        counts = self.sheet.column((rule.key, "counts"), Name(f"{named.chinese} 合格", f"{named.english} qualified"), 9)
        enters = self.sheet.column((rule.key, "enters"), Name(named.chinese, named.english or rule.key), 9)
        first, last = min(rows.values()), max(rows.values())
        rank = self._column("rank")
        for code, row in rows.items():
            own = self.calculation.rows[code]
            self.sheet.put(row, wanted, figure(cut.wanted, Kind.RULED))
            self._qualified(row, counts, own, code in cut.standing, (earlier, "enters") if earlier else None)
            ranks, flags = (
                f"{letters(rank)}${first}:{letters(rank)}${last}",
                f"{letters(counts)}${first}:{letters(counts)}${last}",
            )
            mine = f"{letters(rank)}{row}"
            ahead, equal = f"SUMPRODUCT({flags}*({ranks}<{mine}))", f"SUMPRODUCT({flags}*({ranks}={mine}))"
            places, tied = f"{letters(wanted)}{row}", {Equal.IN: 1, Equal.OUT: 0, Equal.WAIT: -1}[rule.equal]
            text = f"IF({letters(counts)}{row}<>1,0,IF({ahead}+{equal}<={places},1,IF({ahead}>={places},0,{tied})))"
            how = cut.standing.get(code)
            expected = 1 if how in {Entered.WITHIN, Entered.TIED_IN} else -1 if how is Entered.WAITING else 0
            ref = self.sheet.put(row, enters, formula(text, expected, 0, Look.YES))
            self.entries[code] = ref

    def _qualified(self, row: int, column: int, own: Row, counts: bool, earlier: tuple[str, str] | None) -> None:
        """Whether a candidate counts for a cut: every pass mark reached, and the earlier cut entered."""
        factors = list(own.passed)
        passed = all(self._holds(ref) for ref in factors)
        if earlier is not None:
            factors.append(f"({letters(self._column(earlier))}{row}=1)")
            passed = passed and self._holds(self.sheet.ref(row, self._column(earlier)))
        if not factors or passed is not counts:
            if passed is not counts:
                ref = self.sheet.put(row, column, figure(int(counts), Kind.FIXED, look=Look.YES))
                self.fixed.append((own.candidate.code, ref))
            else:
                self.sheet.put(row, column, figure(int(counts), Kind.RULED, look=Look.YES))
            return
        self.sheet.put(row, column, formula("*".join(["1", *factors]), int(counts), 0, Look.YES))

    def _holds(self, ref: str) -> bool:
        """Whether a cell says 1."""
        name, _, address = ref.rpartition("!")
        sheet = self.sheet if name == f"'{self.sheet.name}'" else self.calculation.steps
        column, row = split_address(address)
        return sheet.rows[row - FIRST_ROW][column].expected == Fraction(1)


def split_address(address: str) -> tuple[int, int]:
    """Column and row of an address: AB12 → 27, 12."""
    text = address.rstrip("0123456789")
    number = 0
    for sign in text:
        number = number * 26 + ord(sign) - 64
    return number - 1, int(address[len(text) :])
