"""Where a member of staff stands: one selection, what they may do in it, its road."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from core.errors import Denied
from core.people import Power
from core.words import N_, Name, Sentence
from exam.queries import publications, stage_now, written_papers
from exam.stages import STAGE_WORDS, Stage
from exam.tables import Post, Selection
from web.asking import Asker, need
from web.i18n import Language, Translator
from web.pages import Road
from web.roads import road_of

RULE_WORDS = {
    "proposed": (N_("Waits for the second hand"), "attention"),
    "frozen": (N_("Frozen"), "done"),
    "replaced": (N_("Replaced before it was frozen"), "none"),
}
"""A version of the scheme by its state: the word and the shape it is shown by."""


@dataclass(frozen=True, slots=True)
class Here:
    """One selection as the asker meets it; `stage` is the one shown now, `powers` what they may do in it."""

    selection: Selection
    stage: Stage
    powers: frozenset[Power]
    road: Road

    @property
    def id(self) -> int:
        """The selection's row and scope."""
        return self.selection.id

    @property
    def path(self) -> str:
        """The address of the selection's own desk."""
        return f"/staff/{self.selection.code}"

    @property
    def title(self) -> Name:
        """The selection's title in both languages."""
        return Name(self.selection.title, self.selection.title_en or self.selection.title)

    @property
    def stage_words(self) -> Sentence:
        """The stage's name."""
        return Sentence(STAGE_WORDS[self.stage])

    def may(self, power: Power) -> bool:
        """Whether the asker holds the power in this selection."""
        return power in self.powers


def enter(asker: Asker, code: str, *powers: Power) -> Here:
    """The selection of this code for somebody who may read it and holds one of the powers.

    A selection that is not there and one in which the asker holds no duty get the same answer. Raises SignInNeeded
    for a visitor, Denied for somebody without the powers.
    """
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    with asker.reading() as session:
        here = standing(session, asker, need(_by_code(session, code)))
    if not here.may(Power.EXAM_SELECTION_READ):
        need(None)
    if powers and not here.powers.intersection(powers):
        raise Denied
    return here


def standing(session: Session, asker: Asker, selection: Selection) -> Here:
    """A selection with what the asker may do in it."""
    visit = asker.visit
    return Here(
        selection,
        stage_now(selection, visit.now),
        asker.actor.powers(selection.id),
        road_of(
            selection,
            publications(session, selection.id),
            visit.now,
            visit.zone,
            papers=written_papers(session, selection.id),
            english=visit.language is Language.ENGLISH,
        ),
    )


def _by_code(session: Session, code: str) -> Selection | None:
    return session.exec(select(Selection).where(Selection.code == code)).first()


def both_languages(words: Sentence, zone: ZoneInfo) -> tuple[str, str]:
    """A sentence in Chinese and in English, for what will be published in both."""
    return Translator(Language.CHINESE, zone)(words), Translator(Language.ENGLISH, zone)(words)


def post_name(post: Post) -> Name:
    """A post as lists of the desk name it: code, unit, name."""
    english = f"{post.code} {post.name_en or post.name}, {post.unit_en or post.unit}"
    return Name(f"{post.code} {post.unit}{post.name}", english)
