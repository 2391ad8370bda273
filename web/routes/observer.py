"""The supervisor: reads the interview's progress, no mark and no name, and seals each hearing (封存)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session, select

from core import audit
from core.audit import Head, short_code
from core.errors import Problem, Refusal
from core.people import Power
from core.settings import Zone
from core.words import Name, Sentence
from exam.queries import publications, written_papers
from exam.tables import Selection
from interview.actions import seal_hearing
from interview.hearing import SIGNER_WORDS, STATE_WORDS, Completeness, Signer, State
from interview.panel import KIND_WORDS, JudgeKind
from interview.queries import (
    BoardHearing,
    BoardRoom,
    Sealing,
    hearing_completeness,
    room_board,
    sealing,
    seats_of_rooms,
)
from interview.tables import Hearing
from recording.queries import FilmedHearing, filmed_hearings
from web.asking import Asker, need
from web.board import STATE_KINDS, Film, film_of
from web.forms import Form
from web.i18n import Language
from web.pages import Filled, Road
from web.roads import road_of


@dataclass(frozen=True, slots=True)
class Line:
    """One hearing in the supervisor's list; `code` is the short code of what was sealed."""

    hearing: BoardHearing
    word: Sentence
    kind: str
    film: Film | None
    code: str
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """The sheets of one group of judges: how many there should be and how many are here."""

    kind: JudgeKind
    wanted: int
    found: int


@dataclass(frozen=True, slots=True)
class Facing:
    """What the supervisor has before them when they seal: no mark and no name."""

    room: BoardRoom
    hearing: BoardHearing
    facts: Sealing
    completeness: Completeness
    groups: tuple[Group, ...]
    left: tuple[int, ...]
    film: Film | None
    sealed_at: datetime | None
    head: Head

    @property
    def code(self) -> str:
        """The short code of the digest over all sheets, as it stands on the printed sealing sheet."""
        return short_code(bytes.fromhex(self.facts.digest))

    @property
    def marks_wanted(self) -> int:
        """How many marks of elements there should be."""
        return len(self.completeness.seats) * len(self.completeness.elements)

    @property
    def marks_found(self) -> int:
        """How many there are."""
        return self.marks_wanted - len(self.completeness.missing)

    @property
    def ready(self) -> bool:
        """Whether nothing but the signatures is missing."""
        return self.facts.state is State.MARKING and not self.facts.missing and self.completeness.complete


@get("/observer/{code:str}", sync_to_thread=True)
def progress_page(asker: NamedDependency[Asker], code: FromPath[str]) -> Response[str]:
    """All hearings with their states, live, and those that wait for the seal."""
    with asker.reading() as session:
        selection = _enter(asker, session, code)
        films = {one.hearing_id: one for one in filmed_hearings(session, selection.id)}
        digests = _sealed(session, selection.id)
        rooms = [
            (room, [_line(one, films.get(one.hearing_id), digests) for one in room.hearings])
            for room in room_board(session, selection.id)
        ]
        head = audit.read_head(session.connection())
        road = _road(asker, session, selection)
    return asker.page(
        "observer/progress.html",
        "hearings",
        selection=selection,
        road=road,
        rooms=rooms,
        head=head,
        title=_title(selection),
    )


@get("/observer/{code:str}/hearings/{hearing_id:int}", sync_to_thread=True)
def sealing_page(asker: NamedDependency[Asker], code: FromPath[str], hearing_id: FromPath[int]) -> Response[str]:
    """What is to be sealed of one hearing, or what was."""
    with asker.reading() as session:
        data = _data(asker, session, code, hearing_id)
    return asker.page("observer/sealing.html", **data)


@post("/observer/{code:str}/hearings/{hearing_id:int}", sync_to_thread=True)
def seal(
    asker: NamedDependency[Asker], form: NamedDependency[Form], code: FromPath[str], hearing_id: FromPath[int]
) -> Response[str] | Redirect:
    """Seal the hearing: both signatures stand in ink on the printed sheets, the supervisor proves who they are."""
    with asker.reading() as session:
        data = _data(asker, session, code, hearing_id)
    signers = frozenset(signer for signer in Signer if form.ticked(signer))
    try:
        _refuse_unsigned(form, signers)
        version = form.whole("version", low=1)
        form.refuse()
        asker.act(seal_hearing, hearing_id, version, form.raw("digest"), signers=signers, actor=asker.proven(form))
    except Refusal as refusal:
        with asker.reading() as session:
            data = _data(asker, session, code, hearing_id)
        return asker.page(
            "observer/sealing.html", status=refusal.status, **data | {"form": Filled(form.values, refusal.problems)}
        )
    return Redirect(f"/observer/{code}/hearings/{hearing_id}", status_code=303)


def _refuse_unsigned(form: Form, signers: frozenset[Signer]) -> None:
    """Name a missing signature before the one-time code is used up for nothing."""
    form.problems += [
        Problem("The signature is missing: {signer}.", {"signer": Sentence(SIGNER_WORDS[signer])}, signer.value)
        for signer in Signer
        if signer not in signers
    ]
    form.refuse()


def _enter(asker: Asker, session: Session, code: str) -> Selection:
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    selection = need(session.exec(select(Selection).where(Selection.code == code)).first())
    return need(selection if asker.actor.may(Power.INTERVIEW_HEARING_SEAL, selection.id) else None)


def _data(asker: Asker, session: Session, code: str, hearing_id: int) -> dict[str, Any]:
    selection = _enter(asker, session, code)
    return {
        "selection": selection,
        "title": _title(selection),
        "road": _road(asker, session, selection),
        "facing": _facing(session, selection, hearing_id),
        "kind_words": KIND_WORDS,
        "state_words": STATE_WORDS,
        "state_kinds": STATE_KINDS,
    }


def _facing(session: Session, selection: Selection, hearing_id: int) -> Facing:
    rooms = room_board(session, selection.id)
    room, heard = need(next(((r, h) for r in rooms for h in r.hearings if h.hearing_id == hearing_id), None))
    facts, matrix = need(sealing(session, hearing_id)), need(hearing_completeness(session, hearing_id))
    seats = seats_of_rooms(session, selection.id).get(room.room_id, ())
    films = {one.hearing_id: one for one in filmed_hearings(session, selection.id, room=room.code)}
    counted = [seat for seat in seats if str(seat.number) in matrix.seats]
    return Facing(
        room=room,
        hearing=heard,
        facts=facts,
        completeness=matrix,
        groups=tuple(
            Group(kind, len(own), sum(number in facts.received for number in own))
            for kind in JudgeKind
            if (own := [seat.number for seat in counted if seat.group is kind])
        ),
        left=tuple(seat.number for seat in seats if seat.withdrawn and seat not in counted),
        film=film_of(films.get(hearing_id)),
        sealed_at=session.get_one(Hearing, hearing_id).sealed_at,
        head=audit.read_head(session.connection()),
    )


def _sealed(session: Session, selection_id: int) -> Mapping[int, tuple[str, datetime | None]]:
    """The digest and time of each sealed hearing."""
    rows = session.exec(
        select(Hearing.id, Hearing.sheets_digest, Hearing.sealed_at).where(
            Hearing.selection_id == selection_id, Hearing.sheets_digest != ""
        )
    )
    return {hearing_id or 0: (digest, at) for hearing_id, digest, at in rows}


def _line(one: BoardHearing, film: FilmedHearing | None, digests: Mapping[int, tuple[str, datetime | None]]) -> Line:
    digest, at = digests.get(one.hearing_id, ("", None))
    code = short_code(bytes.fromhex(digest)) if digest else ""
    return Line(one, Sentence(STATE_WORDS[one.state]), STATE_KINDS[one.state], film_of(film), code, at)


def _title(selection: Selection) -> Name:
    return Name(selection.title, selection.title_en)


def _road(asker: Asker, session: Session, selection: Selection) -> Road:
    visit = asker.visit
    return road_of(
        selection,
        publications(session, selection.id),
        visit.now,
        visit.zone,
        papers=written_papers(session, selection.id),
        english=visit.language is Language.ENGLISH,
    )


router = Router("/", route_handlers=[progress_page, sealing_page, seal], opt={"zone": Zone.INNER})
