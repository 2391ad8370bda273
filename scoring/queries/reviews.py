"""Requests for a recount (成绩复核): what somebody may ask for, what was asked, what was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from core.days import add_working_days, local_date
from core.settings import BEIJING
from exam.plan import PublicationKind
from exam.queries import publications
from exam.stages import Window
from exam.tables import Candidacy, Publication
from scoring.parts import PartKind
from scoring.queries.corrections import CorrectionLine, corrections
from scoring.queries.inputs import rules_of_digest, scheme_in_force
from scoring.review import ReviewRule, ReviewState
from scoring.tables import ScoreRecount, ScoreReview

REVIEWED = (PublicationKind.WRITTEN_RESULTS, PublicationKind.COMPOSITE)
"""Publications that show marks for the first time: of these a recount may be asked for."""


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A published figure of one candidate: a recount may be asked for inside the window, once for each figure.

    `window` is None where the publication took no requests; `asked` is the request made for this very figure.
    """

    publication: Publication
    part: str
    figure: str
    window: Window | None
    asked: ScoreReview | None

    def is_open(self, now: datetime) -> bool:
        """Whether a request would be taken now."""
        return self.asked is None and self.window is not None and self.window.is_open(now)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One request with everything done about it; `recounts` in their order."""

    review: ScoreReview
    ticket_number: str
    publication: Publication
    recounts: tuple[ScoreRecount, ...]
    corrections: tuple[CorrectionLine, ...]

    @property
    def state(self) -> ReviewState:
        """Where it stands."""
        return ReviewState(self.review.state)

    @property
    def recount(self) -> ScoreRecount | None:
        """The newest recount."""
        return self.recounts[-1] if self.recounts else None

    @property
    def waiting_corrections(self) -> bool:
        """Whether a correction made for it waits for the second hand."""
        return any(one.row.state == "proposed" for one in self.corrections)

    @property
    def changed(self) -> bool:
        """Whether a mark was corrected because of it."""
        return any(one.row.state == "confirmed" for one in self.corrections)


def review_last_day(rule: ReviewRule, published_on: date) -> date:
    """The last day of the window, counted from the day after publication."""
    if rule.working:
        return add_working_days(published_on, rule.days)
    return published_on + timedelta(days=rule.days)


def review_window(publication: Publication) -> Window | None:
    """From the publication to the end of its last day for objections in Beijing; None where it names no day."""
    if publication.objections_until is None:
        return None
    closes = datetime.combine(publication.objections_until + timedelta(days=1), time(), BEIJING)
    return Window(publication.published_at, closes)


def default_last_day(session: Session, selection_id: int, now: datetime) -> date | None:
    """The last day that the scheme in force gives a result published now; None where it has no window."""
    rule = scheme_in_force(session, selection_id).review
    return review_last_day(rule, local_date(now)) if rule else None


def reviewable(session: Session, candidacy: Candidacy) -> list[Reviewable]:
    """The published figures of one candidate, in the order of the road."""
    asked = {
        (row.part, row.figure): row
        for row in session.exec(select(ScoreReview).where(ScoreReview.candidacy_id == candidacy.id))
    }
    found = []
    for kind in REVIEWED:
        for newest in publications(session, candidacy.selection_id, kind)[:1]:
            window = review_window(newest)
            found += [
                Reviewable(newest, part, figure, window, asked.get((part, figure)))
                for part, figure in _figures(session, newest, candidacy.ticket_number)
            ]
    return found


def _figures(session: Session, publication: Publication, ticket: str) -> Iterator[tuple[str, str]]:
    """Parts of a publication with the figure or state of one ticket number."""
    content = publication.content
    if publication.kind == PublicationKind.WRITTEN_RESULTS:
        for row in content["rows"]:
            if row["ticket"] == ticket:
                yield from ((part, mark["mark"] or mark["state"]) for part, mark in row["marks"].items())
        return
    scheme = rules_of_digest(session, publication.selection_id, content["tally"]["scheme"])
    result = next((one for one in content["outcome"]["results"] if one["candidate"] == ticket), None)
    if scheme is None or result is None:
        return
    wanted = [part.key for part in scheme.all_parts().values() if part.kind is PartKind.PANEL]
    for part in [*wanted, scheme.total]:
        if (shown := result["parts"].get(part)) is not None:
            yield part, shown.get("value") or shown["state"]


def reviews(session: Session, selection_id: int, candidacy_id: int | None = None) -> list[ReviewLine]:
    """All requests of a selection, the earliest first; of one candidate if named."""
    query = (
        select(ScoreReview, Candidacy.ticket_number, Publication)
        .join(Candidacy, col(Candidacy.id) == col(ScoreReview.candidacy_id))
        .join(Publication, col(Publication.id) == col(ScoreReview.publication_id))
        .where(ScoreReview.selection_id == selection_id)
        .order_by(col(ScoreReview.id))
    )
    if candidacy_id is not None:
        query = query.where(ScoreReview.candidacy_id == candidacy_id)
    rows = session.exec(query).all()
    recounts: dict[int, list[ScoreRecount]] = {}
    for one in session.exec(
        select(ScoreRecount)
        .where(col(ScoreRecount.review_id).in_([review.id for review, _, _ in rows]))
        .order_by(col(ScoreRecount.version))
    ):
        recounts.setdefault(one.review_id, []).append(one)
    made = corrections(session, selection_id)
    return [
        ReviewLine(
            review, ticket, publication, tuple(recounts.get(review.id or 0, ())),
            tuple(line for line in made if line.row.review_id == review.id),
        )
        for review, ticket, publication in rows
    ]  # fmt: skip


def review_line(session: Session, selection_id: int, review_id: int) -> ReviewLine | None:
    """One request."""
    return next((line for line in reviews(session, selection_id) if line.review.id == review_id), None)


def open_reviews(session: Session, selection_id: int, kinds: tuple[str, ...] = REVIEWED) -> list[ReviewLine]:
    """Requests about publications of these kinds that are not answered yet."""
    return [
        line
        for line in reviews(session, selection_id)
        if line.state is not ReviewState.CLOSED and line.publication.kind in kinds
    ]
