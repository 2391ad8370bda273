"""The files of a result, to be taken out of the house: each taking is noted in the journal."""

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from core.canonical import canonical, fingerprint
from core.kinds import MediaKind
from exam.queries import rule_sets
from exam.tables import RuleSet
from scoring.actions import note_export
from scoring.actions.exports import READERS
from scoring.binding import result_book
from scoring.queries import TallyLine, digests, scheme_of
from scoring.tables import TallyRow
from web.asking import Asker, need
from web.books import BOOKS
from web.exports import KINDS, book_lines, input_tables, pieces, ranking_table, result_package
from web.i18n import Translator
from web.routes.staff.files import made_file
from web.routes.staff.here import Here, enter
from web.routes.staff.results import known, seen_tally

BOOK, PACKAGE, RANKING, SCHEME = "book.xlsx", "package.zip", "ranking.csv", "scheme.json"
ZIP, CSV, JSON = "application/zip", "text/csv; charset=utf-8", "application/json"


@get("/staff/{code:str}/results/{kind:str}/{version:int}/files/{name:str}", sync_to_thread=True)
def result_file(
    asker: NamedDependency[Asker],
    code: FromPath[str],
    kind: FromPath[str],
    version: FromPath[int],
    name: FromPath[str],
) -> Response[bytes] | Response[str] | Stream:
    """One file of a version of a result."""
    here = enter(asker, code, *READERS)
    with asker.reading() as session:
        row, line = seen_tally(session, here, known(kind), version)
        rules = need(next((one for one in rule_sets(session, here.id) if one.sha256 == row.scheme_sha256), None))
        packed = result_package(session, row) if name == PACKAGE else None
    shown = f"{here.selection.code}-{kind}-{version}-{name}"
    if packed is not None:
        asker.act(note_export, row.id, name)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{shown}"'}
        return Stream(pieces(packed), media_type=ZIP, headers=headers)
    if name == BOOK:
        content = _book(here, row, line, rules)
        if content is None:
            back = f"{here.path}/results/{kind}/{version}"
            return asker.page(
                "staff/book_waits.html", here=here, road=here.road, title=KINDS[kind], back=back, status=202
            )
        asker.act(note_export, row.id, name)
        return made_file(content, shown, MediaKind.XLSX.value)
    content, media_type = need(_made(asker, row, rules, name))
    asker.act(note_export, row.id, name)
    return made_file(content, shown, media_type)


def _book(here: Here, row: TallyRow, line: TallyLine, rules: RuleSet) -> bytes | None:
    """The result book, None while it is being made."""
    lines, scheme, inputs = book_lines(here.selection, row, line), rules.canonical.encode(), canonical(row.inputs)
    outcome = digests(row)["outcome"]
    return BOOKS.ask(fingerprint([row.id, lines]), lambda: result_book(row.kind, scheme, inputs, outcome, lines))


def _made(asker: Asker, row: TallyRow, rules: RuleSet, name: str) -> tuple[bytes, str] | None:
    """A file made just now, None for a name that is none."""
    if name == SCHEME:
        return rules.canonical.encode(), JSON
    scheme = scheme_of(rules.canonical)
    if name == RANKING:
        return ranking_table(row, scheme, Translator(asker.visit.language)), CSV
    if found := input_tables(row, scheme).get(name):
        return found, CSV
    return None


router = Router("/", route_handlers=[result_file])
