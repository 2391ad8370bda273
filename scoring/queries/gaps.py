"""What is still missing before a result can be computed and published: every check at once, with its figures.

Completeness is elements × judges × candidates; nothing that is missing ever counts as zero.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from sqlmodel import Session, col, select

from core.errors import Problem, Refusal
from core.words import N_, Sentence
from exam.plan import PublicationKind
from exam.queries import marks_confirmed, publications, ticket_ids, written_marks, written_papers
from interview.hearing import EventKind, State
from interview.queries import SealedHearing, room_board, sealed_sheets, sheet_form, unfinished
from interview.tables import Admission, Hearing, HearingEvent
from recording.queries import filmed_hearings
from recording.states import RECORDING_WORDS, RecordingState
from scoring.marks import Mark
from scoring.queries.corrections import confirmed_corrections, corrections
from scoring.queries.inputs import barred_candidates, scheme_in_force, tally_inputs
from scoring.queries.names import shortlists
from scoring.queries.places import not_sitting, opening_wanting, posts_with_places
from scoring.queries.records import records_wanting
from scoring.queries.reviews import open_reviews, reviews
from scoring.queries.tallies import published_tally
from scoring.recorded import wanted as wanted_records
from scoring.replay import COMPOSITE, ENTRY, entry_cut
from scoring.scheme import Scheme
from scoring.snapshot import inputs_fingerprint

_SHEETS = N_("Marks on the sheets: elements × judges × candidates")
NAMES = "names"
"""The third gate: the list of proposed names."""


class Area(StrEnum):
    """Where a gap is closed; the desk has a page for each."""

    MARKS = "marks"
    INTERVIEW = "interview"
    RECORDINGS = "recordings"
    RESULTS = "results"
    REVIEWS = "reviews"
    NAMES = "names"
    RECORDS = "records"
    OPENING = "opening"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be whole: how many of how many there are, what is missing, and where that is solved.

    `sentence` says what is missing, with {count}.
    """

    title: str
    sentence: str
    found: int
    wanted: int
    area: Area
    missing: tuple[str | Sentence, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.found >= self.wanted

    @property
    def problem(self) -> Problem:
        """The refusal of an act that needs it."""
        return Problem(self.sentence, {"count": self.wanted - self.found, **self.facts})


Checking = Callable[[Session, int], Iterator[Check]]


def checks(session: Session, selection_id: int, kind: str) -> list[Check]:
    """Every check of one result (entry, composite) or of the proposed names, in the order of the road."""
    return [check for checking in _FIRST[kind] + _LAST[kind] for check in checking(session, selection_id)]


def gaps(session: Session, selection_id: int, kind: str, *, computing: bool) -> list[Problem]:
    """What keeps a result from being computed (or names from being proposed), or from being published."""
    wanted = _FIRST[kind] if computing else _FIRST[kind] + _LAST[kind]
    return [check.problem for checking in wanted for check in checking(session, selection_id) if not check.complete]


# ── the written marks ────────────────────────────────────────────────────────────────────────────────────────────────


def _written(session: Session, selection_id: int) -> Iterator[Check]:
    tickets, papers = ticket_ids(session, selection_id), written_papers(session, selection_id)
    marked = {(row.candidacy_id, row.paper_key) for row in written_marks(session, selection_id)}
    excused = not_sitting(
        session, selection_id, scheme_in_force(session, selection_id), [paper.key for paper in papers]
    )
    places = [
        (number, key, paper.key)
        for number, key in sorted(tickets.items())
        for paper in papers
        if number not in excused[paper.key]
    ]
    missing = tuple(dict.fromkeys(number for number, key, paper in places if (key, paper) not in marked))
    confirmed = marks_confirmed(session, selection_id)
    yield Check(
        N_("Written marks confirmed by a third person"), N_("The written marks are not confirmed yet."),
        int(confirmed), 1, Area.MARKS,
    )  # fmt: skip
    yield Check(
        N_("A mark or a state for every candidate and paper"), N_("Candidates and papers without a mark: {count}."),
        sum((key, paper) in marked for _, key, paper in places), len(places), Area.MARKS, missing,
    )  # fmt: skip


# ── the opening ratio and the records beside papers and interview ────────────────────────────────────────────────────


def _entry_records(session: Session, selection_id: int) -> Iterator[Check]:
    scheme = scheme_in_force(session, selection_id)
    yield from _recorded(session, selection_id, scheme, entry_cut(scheme))


def _all_records(session: Session, selection_id: int) -> Iterator[Check]:
    yield from _recorded(session, selection_id, scheme_in_force(session, selection_id), "")


def _recorded(session: Session, selection_id: int, scheme: Scheme, upto: str) -> Iterator[Check]:
    if scheme.opening is not None:
        wanting = opening_wanting(session, selection_id, scheme)
        yield from _as_checks(N_("The opening ratio decided and approved"), Area.OPENING, wanting)
    if wanted_records(scheme, upto):
        wanting = records_wanting(session, selection_id, scheme, upto)
        yield from _as_checks(N_("Records beside papers and interview, confirmed"), Area.RECORDS, wanting)


def _as_checks(title: str, area: Area, wanting: Iterable[Problem]) -> Iterator[Check]:
    """One check for each thing that is wanting, a whole one where nothing is."""
    found = [Check(title, one.sentence, 0, 1, area, facts=one.facts) for one in wanting]
    yield from found or [Check(title, "", 1, 1, area)]


# ── the interview ────────────────────────────────────────────────────────────────────────────────────────────────────


def _interview(session: Session, selection_id: int) -> Iterator[Check]:
    """Nothing of the interview is asked again once its result was published: only corrections change it."""
    if published_tally(session, selection_id, COMPOSITE) is None:
        yield _heard(session, selection_id)
        yield from _sealed(session, selection_id)
        yield _filmed(session, selection_id)


def _heard(session: Session, selection_id: int) -> Check:
    """Everybody admitted who has not left has a number in a room."""
    barred = barred_candidates(session, selection_id)
    admitted = set(session.exec(select(Admission.candidacy_id).where(Admission.selection_id == selection_id)))
    numbered = set(session.exec(select(Hearing.candidacy_id).where(Hearing.selection_id == selection_id)))
    here = {number: key for number, key in ticket_ids(session, selection_id).items() if key in admitted}
    awaited = {number: key for number, key in here.items() if number not in barred or key in numbered}
    missing = tuple(sorted(number for number, key in awaited.items() if key not in numbered))
    return Check(
        N_("A lot for everybody admitted to the interview"), N_("Admitted to the interview without a lot: {count}."),
        len(awaited) - len(missing), len(awaited), Area.INTERVIEW, missing,
    )  # fmt: skip


def _sealed(session: Session, selection_id: int) -> Iterator[Check]:
    """Hearings ended; judges × elements of those sealed; both signatures under each."""
    lines = [(room.code, one) for room in room_board(session, selection_id) for one in room.hearings]
    still_open = tuple(_place(one.room_code, one.number) for one in unfinished(session, selection_id))
    yield Check(
        N_("Hearings sealed or ended"), N_("Hearings not sealed yet: {count}."),
        len(lines) - len(still_open), len(lines), Area.INTERVIEW, still_open,
    )  # fmt: skip
    try:
        sealed = sealed_sheets(session, selection_id)
    except Refusal as refusal:  # sheets that are no longer those that were sealed
        yield Check(_SHEETS, refusal.sentence, 0, 1, Area.INTERVIEW, facts=refusal.facts)
        return
    elements = {element.key for element in sheet_form(session, selection_id).elements} if sealed else set()
    holes = [(hearing, _holes(hearing, elements)) for hearing in sealed]
    wanted = sum(len(_written_sheets(hearing)) * len(elements) for hearing in sealed)
    found = wanted - sum(count for _, count in holes)
    yield Check(
        _SHEETS, N_("Marks missing on sealed sheets: {count}."), found, wanted, Area.INTERVIEW,
        tuple(_place(one.room_code, one.number) for one, count in holes if count),
    )  # fmt: skip
    yield _signed(session, selection_id, sealed)


def _written_sheets(hearing: SealedHearing) -> list[Mapping[str, Decimal]]:
    """The sheets handed in: a judge who had left before is no gap."""
    return [sheet.marks for sheet in hearing.sheets if sheet.marks is not None]


def _holes(hearing: SealedHearing, elements: AbstractSet[str]) -> int:
    return sum(len(elements - marks.keys()) for marks in _written_sheets(hearing))


def _signed(session: Session, selection_id: int, sealed: Sequence[SealedHearing]) -> Check:
    """A seal is set only over both signatures; what bears no seal is not signed."""
    events = select(HearingEvent.hearing_id).where(HearingEvent.kind == EventKind.SEAL.value)
    signed = set(
        session.exec(select(Hearing.id).where(Hearing.selection_id == selection_id, col(Hearing.id).in_(events)))
    )
    unsigned = tuple(_place(one.room_code, one.number) for one in sealed if one.hearing_id not in signed)
    return Check(
        N_("Sheets signed by chief judge and supervisor, sealed by the supervisor"),
        N_("Hearings without the signatures of chief judge and supervisor: {count}."),
        len(sealed) - len(unsigned), len(sealed), Area.INTERVIEW, unsigned,
    )  # fmt: skip


def _filmed(session: Session, selection_id: int) -> Check:
    """Every sealed hearing with its verified recording; one being checked or not usable is named as such."""
    sealed = [one for one in filmed_hearings(session, selection_id) if one.hearing_state is State.SEALED]
    states = [(one, RecordingState(one.recording.state) if one.recording else None) for one in sealed]
    missing = tuple(
        _place(one.room_code, one.number, state) for one, state in states if state is not RecordingState.VERIFIED
    )
    return Check(
        N_("Verified recordings of sealed hearings"), N_("Hearings without a verified recording: {count}."),
        len(sealed) - len(missing), len(sealed), Area.RECORDINGS, missing,
    )  # fmt: skip


def _place(room: str, number: int, state: RecordingState | None = None) -> Sentence:
    facts: dict[str, object] = {"room": room, "number": number}
    if state is None:
        return Sentence(N_("room {room}, number {number}"), facts)
    facts["state"] = Sentence(RECORDING_WORDS[state])
    return Sentence(N_("room {room}, number {number}: {state}"), facts)


# ── recounts and corrections ─────────────────────────────────────────────────────────────────────────────────────────


def _written_settled(session: Session, selection_id: int) -> Iterator[Check]:
    yield from _settled(session, selection_id, (PublicationKind.WRITTEN_RESULTS,))
    yield _written_corrected(session, selection_id)


def _all_settled(session: Session, selection_id: int) -> Iterator[Check]:
    yield from _settled(session, selection_id, (PublicationKind.WRITTEN_RESULTS, PublicationKind.COMPOSITE))


def _settled(session: Session, selection_id: int, kinds: Sequence[str]) -> Iterator[Check]:
    """Requests for a recount answered, corrections decided."""
    asked = [line for line in reviews(session, selection_id) if line.publication.kind in kinds]
    still_open = tuple(line.ticket_number for line in open_reviews(session, selection_id, tuple(kinds)))
    yield Check(
        N_("Requests for a recount answered"), N_("Requests for a recount not answered yet: {count}."),
        len(asked) - len(still_open), len(asked), Area.REVIEWS, still_open,
    )  # fmt: skip
    made = corrections(session, selection_id)
    waiting = tuple(line.ticket_number for line in made if line.row.state == "proposed")
    yield Check(
        N_("Corrections decided by the second hand"), N_("Corrections waiting for the second hand: {count}."),
        len(made) - len(waiting), len(made), Area.REVIEWS, waiting,
    )  # fmt: skip


def _written_corrected(session: Session, selection_id: int) -> Check:
    """Corrected written marks are published as such before anything that rests on them."""
    behind = written_behind(session, selection_id)
    return Check(
        N_("Corrected written marks published"),
        N_("Corrected written marks that are not published yet: {count}."),
        0 if behind else 1, 1, Area.MARKS, tuple(behind),
    )  # fmt: skip


def written_behind(session: Session, selection_id: int) -> list[str]:
    """Ticket numbers whose published written marks were corrected since."""
    newest = next(iter(publications(session, selection_id, PublicationKind.WRITTEN_RESULTS)), None)
    if newest is None or not confirmed_corrections(session, selection_id):
        return []
    published = {row["ticket"]: row["marks"] for row in newest.content["rows"]}
    standing = {one.code: one for one in tally_inputs(session, selection_id, ENTRY).candidates}
    return [
        ticket
        for ticket, marks in sorted(published.items())
        if ticket in standing
        and any(
            Mark.read(mark["mark"] or mark["state"]) != standing[ticket].marks.get(part) for part, mark in marks.items()
        )
    ]


def _published_mark(mark: Mapping[str, str | None]) -> Mark:
    return Mark.read(mark["mark"] or mark["state"] or "")


def tally_behind(session: Session, selection_id: int, kind: str) -> bool:
    """Whether a published tally rests on marks that were corrected since."""
    published = published_tally(session, selection_id, kind)
    if published is None or not confirmed_corrections(session, selection_id):
        return False
    return inputs_fingerprint(tally_inputs(session, selection_id, kind)) != published.input_sha256


# ── the proposed names ───────────────────────────────────────────────────────────────────────────────────────────────


def _current(session: Session, selection_id: int) -> Iterator[Check]:
    published = published_tally(session, selection_id, COMPOSITE)
    current = published is not None and not tally_behind(session, selection_id, COMPOSITE)
    yield Check(
        N_("A published ranking that no correction has overtaken"),
        N_("The published ranking rests on marks that were corrected since: publish the corrected one first."),
        int(current), 1, Area.RESULTS,
    )  # fmt: skip


def _named(session: Session, selection_id: int) -> Iterator[Check]:
    published = published_tally(session, selection_id, COMPOSITE)
    newest = published.id if published else None
    views = shortlists(session, selection_id)
    stands = sum(view.state == "confirmed" and view.tally_id == newest for view in views)
    yield Check(
        N_("Names confirmed by two hands on the published ranking"),
        N_("Posts whose names are not confirmed on the published ranking: {count}."),
        stands, len(posts_with_places(session, selection_id)), Area.NAMES,
    )  # fmt: skip


_FIRST: Mapping[str, tuple[Checking, ...]] = {
    ENTRY: (_entry_records,),
    COMPOSITE: (_all_records, _interview),
    NAMES: (_current,),
}
"""What must be whole before anything is computed or proposed; the engine itself names every mark that is missing."""
_LAST: Mapping[str, tuple[Checking, ...]] = {
    ENTRY: (_written, _written_settled),
    COMPOSITE: (_written_settled,),
    NAMES: (_all_settled, _named),
}
"""What must be whole besides before it is published."""
