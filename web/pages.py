"""Rendering: a whole page, or one named block of it when htmx asks for that block.

A page is a template that extends page.html; a fragment is a block of the page that owns it, and the block's
name is the id of the element it holds. Macros stand in templates/macros/*.html and are reached as `ui.name`
from everywhere, also from a block that is rendered alone.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from litestar import MediaType, Response
from markupsafe import Markup

from core.errors import Problem
from core.queries import PAGE
from core.words import Sentence
from web.i18n import BEIJING, Language, Translator

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
MACROS = TEMPLATES / "macros"


@dataclass(frozen=True, slots=True)
class Who:
    """The person signed in as the masthead shows them; `duties` are what they act as here."""

    name: str
    duties: tuple[str | Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """Who runs the selections and how to reach them; each part may be empty and is then not shown."""

    name: str = ""
    enquiries: str = ""
    complaints: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as a page sees it: by whom, in which language, and whether only a block is wanted.

    `path` and `query` are those of the page shown, for the language links; `csrf` is the token that its
    forms send back as `_csrf` and its scripts as X-CSRF-Token.
    """

    language: Language = Language.CHINESE
    path: str = "/"
    query: str = ""
    csrf: str = ""
    who: Who | None = None
    fragment: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: ZoneInfo = BEIJING
    office: Office = Office()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a selection's road: its name, its days in words, and past, here or ahead."""

    name: str | Sentence
    when: str | Sentence = ""
    state: str = "ahead"


@dataclass(frozen=True, slots=True)
class Road:
    """The road of one selection, drawn as a thin rail under the masthead."""

    name: str
    stages: tuple[Stage, ...]

    @property
    def step(self) -> int:
        """The 1-based number of the stage that is here, 0 if none is."""
        return next((n for n, stage in enumerate(self.stages, 1) if stage.state == "here"), 0)


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form: the values typed or stored, and every problem found in them."""

    values: Mapping[str, object] = field(default_factory=dict)
    problems: Sequence[Problem] = ()

    def value(self, name: str) -> str:
        """The text to show in a field; empty if nothing was typed. Of several values the first."""
        found = self.values.get(name)
        if isinstance(found, list | tuple):
            found = found[0] if found else None
        return "" if found is None else str(found)

    def chosen(self, name: str, option: str) -> bool:
        """Whether an option of a choice is ticked; a true boolean ticks the option "1"."""
        found = self.values.get(name)
        if isinstance(found, list | tuple | set | frozenset):
            return option in {str(item) for item in found}
        if isinstance(found, bool):
            return found and option == "1"
        return found is not None and str(found) == option

    def wrong(self, name: str) -> tuple[Problem, ...]:
        """The problems that belong to one field."""
        return tuple(problem for problem in self.problems if problem.field == name)


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is shown; `query` holds the filters and the order, without the page."""

    total: int
    page: int = 1
    size: int = PAGE
    query: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The 1-based place of the first row shown, 0 in an empty list."""
        return min(self.total, (self.page - 1) * self.size + 1)

    @property
    def last(self) -> int:
        """The 1-based place of the last row shown."""
        return min(self.total, self.page * self.size)

    def link(self, page: int) -> str:
        """The query of another page of the same list."""
        return with_query(self.query, page=str(page))

    def near(self) -> tuple[int, ...]:
        """The pages to link: the ends and two on either side; 0 stands for those left out."""
        shown = [n for n in range(1, self.pages + 1) if n in {1, self.pages} or abs(n - self.page) <= 2]
        numbers: list[int] = []
        for number in shown:
            if numbers and number - numbers[-1] > 1:
                numbers.append(0)
            numbers.append(number)
        return tuple(numbers)


def with_query(query: str, **changes: str) -> str:
    """A query string with some parameters set, and those set to "" removed; begins with "?"."""
    kept = [(name, value) for name, value in parse_qsl(query) if name not in changes]
    return "?" + urlencode(kept + [(name, value) for name, value in changes.items() if value])


@cache
def static(name: str) -> str:
    """The address of a static file, changed whenever its content does, so that it may be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


class Kept:
    """Markup that never changes, drawn once per language: a published ranking, by the digest of what was published."""

    MOST = 200

    def __init__(self) -> None:
        self._kept: dict[str, Markup] = {}

    def __call__(self, key: str, draw: Callable[..., Markup], *parts: object) -> Markup:
        """The markup of `draw(*parts)`, drawn only if nothing is kept under the key."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= self.MOST:
                self._kept.clear()
            found = self._kept[key] = draw(*parts)
        return found


@cache
def environment(language: Language, zone: ZoneInfo = BEIJING) -> Environment:
    """The templates of one language: `_`, the filters and the macros speak it wherever they are called."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = Translator(language, zone)
    made.globals |= {
        "_": words,
        "ui": SimpleNamespace(),
        "language": language,
        "languages": tuple(Language),
        "static": static,
        "with_query": with_query,
    }
    made.filters |= {
        "exact": words.exact,
        "day": words.day,
        "month": words.month,
        "clock": words.clock,
        "moment": words.moment,
        "duration": words.duration,
        "size": words.size,
        "words": words.fact,
    }
    made.globals["kept"] = Kept()
    made.globals |= {"period": words.period, "left": words.left, "zone_words": words.zone_words}
    _load_macros(made)
    return made


def _load_macros(made: Environment) -> None:
    """Put every macro of templates/macros into the one namespace `ui`; two of one name are a mistake."""
    kept = vars(made.globals["ui"])
    for path in sorted(MACROS.glob("*.html")):
        module = made.get_template(f"{MACROS.name}/{path.name}").module
        for name, macro in vars(module).items():
            if name.startswith("_"):
                continue
            if name in kept:
                message = f"two macros are named {name}"
                raise ValueError(message)
            kept[name] = macro


def render(visit: Visit, template: str, block: str = "", **data: object) -> str:
    """The HTML of a page, or only of `block` when the visit asks for a fragment.

    Every template sees `visit`, `csrf_field()`, `road` (None), `problems` (()) and `form` (an empty
    Filled) beside its own data.
    """
    made = environment(visit.language, visit.zone)
    form = data.get("form")
    context: dict[str, object] = {
        "visit": visit,
        "csrf_field": lambda: csrf_field(visit),
        "road": None,
        "form": Filled(),
        "problems": form.problems if isinstance(form, Filled) else (),
        **data,
    }
    if block and visit.fragment:
        return render_block(made, template, block, context)
    return made.get_template(template).render(context)


def csrf_field(visit: Visit) -> Markup:
    """The hidden input by which a form proves that it came from our own page."""
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(visit.csrf)


def respond(visit: Visit, template: str, block: str = "", *, status: int = 200, **data: object) -> Response[str]:
    """The rendered page as an answer that no cache may give to another person or in another language."""
    return Response(
        render(visit, template, block, **data),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Cache-Control": "no-store", "Vary": "HX-Request, Accept-Language, Cookie"},
    )


def wants_fragment(headers: Mapping[str, str]) -> bool:
    """Whether htmx asks for a part of a page: not for a boosted link, nor for the page behind "back"."""
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-request-type", "partial") == "partial"
        and headers.get("hx-history-restore-request") != "true"
    )
