"""The house rules, each a function from one source (or all) to its faults; see test_house_rules.py."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "exam", "interview", "recording", "scoring", "web")
WORKSHOPS = ("tests", "scripts", "bench")
GENERATED = "web/migrations/versions/"

FILE_LINES = 400
FUNCTION_LINES = 60
JUNK = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)(_|$)")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path below the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        return cls(path, text, ast.parse(text))

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def read_sources(*folders: str) -> list[Source]:
    """All Python files of these folders but the generated ones."""
    paths = [str(path.relative_to(ROOT)) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source.of(path, (ROOT / path).read_text("utf-8")) for path in paths if not path.startswith(GENERATED)]


def _nodes(source: Source, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(source.tree) if isinstance(node, kind))


def _within(module: str, *homes: str) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names; unnamed parts are empty."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported_names(source: Source) -> dict[str, str]:
    """What each imported name stands for: `insert` → `sqlalchemy.insert`, `audit` → `core.audit`."""
    names: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                names[name] = alias.name if alias.asname else name
    return names


def meaning(expression: ast.expr, names: dict[str, str]) -> str:
    """What a name or attribute stands for, with imported names written out."""
    first, dot, rest = dotted(expression).partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def _is_actions(module: str) -> bool:
    package, _, rest = module.partition(".")
    return package in PACKAGES and _within(rest, "actions")


# ── who writes ───────────────────────────────────────────────────────────────────────────────────────────────────────

WRITERS = {"core.acts": "flushes what an act has written", "core.audit": "writes the journal's own lines"}
SESSION_WRITES = {"add", "add_all", "bulk_insert_mappings", "bulk_save_objects", "delete", "flush", "merge"}
STATEMENTS = {"delete", "insert", "update"}


def only_actions_write(source: Source) -> Iterator[Fault]:
    """Rows are added, changed and deleted in actions modules alone."""
    if _is_actions(source.module) or source.module in WRITERS:
        return
    names = imported_names(source)
    for call in _nodes(source, ast.Call):
        what = meaning(call.func, names)
        owner, _, verb = what.rpartition(".")
        by_session = verb in SESSION_WRITES and owner.rpartition(".")[2] == "session"
        by_statement = verb in STATEMENTS and owner.split(".")[0] in {"sqlalchemy", "sqlmodel"}
        by_table = verb in STATEMENTS and isinstance(call.func, ast.Attribute) and _is_table(call.func.value, names)
        if by_session or by_statement or by_table:
            yield Fault(source.path, call.lineno, f"{dotted(call.func).lstrip('.')}(…) writes outside actions")


def _is_table(owner: ast.expr, names: dict[str, str]) -> bool:
    """Whether this is `sql_table(…)` or `X.__table__`, whose insert/update/delete make statements."""
    if isinstance(owner, ast.Call):
        return meaning(owner.func, names).endswith("sql_table")
    return dotted(owner).endswith(".__table__")


RAW_SQL = {
    "core.acts": "savepoints of prepared acts, the driver's state",
    "core.audit": "the journal's head and its lines",
    "core.calls": "prepared acts",
    "core.db": "pragmas and BEGIN; the driver's own connection",
    "core.lane": "prepared acts side by side",
    "core.writer": "advisory lock, notifications, pipelined COMMIT",
    "interview.sheet_sql": "the one hot path: a score sheet submitted",
    "web.migrate": "locks and checks round a migration",
}


def only_named_modules_speak_sql(source: Source) -> Iterator[Fault]:
    """Text that is SQL, and the driver itself, are used in the few modules named in RAW_SQL."""
    if source.module in RAW_SQL:
        return
    names = imported_names(source)
    for attribute in _nodes(source, ast.Attribute):
        if attribute.attr in {"driver_connection", "exec_driver_sql"}:
            yield Fault(source.path, attribute.lineno, f"{attribute.attr} goes past SQLAlchemy")
    for call in _nodes(source, ast.Call):
        if meaning(call.func, names) in {"sqlalchemy.text", "sqlmodel.text"}:
            yield Fault(source.path, call.lineno, "SQL as text")
        if meaning(call.func, names) == "core.db.driver_of":
            yield Fault(source.path, call.lineno, "the driver goes past SQLAlchemy")


def no_act_ends_its_transaction(source: Source) -> Iterator[Fault]:
    """An act neither commits nor rolls back: the runner does."""
    if not _is_actions(source.module):
        return
    for call in _nodes(source, ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"begin", "close", "commit", "rollback"}:
            yield Fault(source.path, call.lineno, f"an act calls {dotted(call.func)}()")


# ── every act leaves a line ──────────────────────────────────────────────────────────────────────────────────────────

RECORDERS = {"core.audit.record", "core.audit.record_unattributed"}


def every_act_records(sources: Iterable[Source]) -> Iterator[Fault]:
    """A public `verb(session, actor, …, now)` of an actions module records, itself or by what it calls."""
    calls: dict[str, set[str]] = {}
    acts: dict[str, Fault] = {}
    for source in sources:
        if not _is_actions(source.module):
            continue
        names = imported_names(source)
        for function in source.tree.body:
            if isinstance(function, ast.FunctionDef):
                key = f"{source.module}.{function.name}"
                calls[key] = {
                    meaning(call.func, names) if dotted(call.func).split(".")[0] in names
                    else f"{source.module}.{dotted(call.func)}"
                    for call in ast.walk(function) if isinstance(call, ast.Call)
                }  # fmt: skip
                if _is_act(function):
                    acts[key] = Fault(source.path, function.lineno, f"the act {function.name} records nothing")
        calls |= {f"{source.module}.{name}": {full} for name, full in names.items() if _is_actions(full)}
    recording = set(RECORDERS)
    while more := {name for name, called in calls.items() if called & recording} - recording:
        recording |= more
    yield from (fault for key, fault in acts.items() if key not in recording)


def _is_act(function: ast.FunctionDef) -> bool:
    positional = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    arguments = {*positional, *(argument.arg for argument in function.args.kwonlyargs)}
    return not function.name.startswith("_") and positional[:2] == ["session", "actor"] and "now" in arguments


# ── what the rules know nothing of ───────────────────────────────────────────────────────────────────────────────────

CLOCKS = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "sqlalchemy.func.current_timestamp", "sqlalchemy.func.now", "sqlmodel.func.now",
    "time.ctime", "time.gmtime", "time.localtime", "time.time", "time.time_ns",
}  # fmt: skip


def only_web_reads_the_clock(source: Source) -> Iterator[Fault]:
    """Time comes in as `now`; only web, and the act runner at an act's arrival, ask what time it is."""
    if _within(source.module, "web", "core.acts"):
        return
    names = imported_names(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name) and meaning(node, names) in CLOCKS:
            yield Fault(source.path, node.lineno, f"{meaning(node, names)} reads the clock")


MARKS = (
    "core.audit", "core.canonical", "core.db", "core.draws", "exam.actions", "exam.marking", "exam.section",
    "exam.tables", "interview.actions", "interview.scoresheet", "interview.sheet_sql", "interview.stored",
    "interview.tables", "scoring",
)  # fmt: skip
STATISTICS = ("scoring.consistency", "scoring.statistics")


def no_float_touches_a_mark(source: Source) -> Iterator[Fault]:
    """No float literal and no float(…) where marks are; judge statistics, which decide nothing, are apart."""
    if not _within(source.module, *MARKS) or _within(source.module, *STATISTICS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield Fault(source.path, node.lineno, f"the float {node.value}")
        elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in {"float", "float64", "double"}:
            yield Fault(source.path, node.lineno, f"{dotted(node.func)}(…)")


JUDGES_HAVE = ("web.routes.judge", "web.sheet_door", "web.tablets")
JUDGES_MAY_IMPORT = {"interview.actions", "interview.blind", "interview.scoresheet", "interview.topics"}


def judge_routes_are_blind(source: Source) -> Iterator[Fault]:
    """What a judge's device is shown comes from interview.blind and the few modules beside it, which tell no names."""
    if not _within(source.module, *JUDGES_HAVE):
        return
    for node in ast.walk(source.tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        for module in modules:
            if _within(module, "exam", "interview", "recording", "scoring") and not _within(module, *JUDGES_MAY_IMPORT):
                yield Fault(source.path, node.lineno, f"judges' pages import {module}")


# ── size and names ───────────────────────────────────────────────────────────────────────────────────────────────────


def files_are_short(source: Source) -> Iterator[Fault]:
    """A file of more than FILE_LINES lines has more than one reason to exist."""
    if (lines := source.text.count("\n")) > FILE_LINES:
        yield Fault(source.path, 1, f"{lines} lines")


def functions_are_short(source: Source) -> Iterator[Fault]:
    """A function of more than FUNCTION_LINES lines does more than one thing."""
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef):
        for function in _nodes(source, kind):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > FUNCTION_LINES:
                yield Fault(source.path, function.lineno, f"{function.name} has {lines} lines")


def no_junk_drawers(source: Source) -> Iterator[Fault]:
    """No module is named for being useful."""
    for part in source.module.split("."):
        if JUNK.search(part):
            yield Fault(source.path, 1, f"a module named {part}")


SPEAKERS = ("web.__main__", "web.demo", "web.serving")


def only_commands_print(source: Source) -> Iterator[Fault]:
    """The command line prints; everything else answers or logs."""
    if _within(source.module, *SPEAKERS):
        return
    for call in _nodes(source, ast.Call):
        if dotted(call.func) == "print":
            yield Fault(source.path, call.lineno, "print(…)")


IGNORE = re.compile(r"#\s*type:\s*ignore(\[[\w, -]+\])?(\s+#\s*\w)?")


def exemptions_give_a_reason(source: Source) -> Iterator[Fault]:
    """`type: ignore` names its error and says after it why, once for all of the same kind up to an empty line."""
    reasoned: set[str] = set()
    for number, line in enumerate(source.text.splitlines(), 1):
        found = IGNORE.search(line)
        error, reason = found.groups() if found else ("", "")
        if found and (not error or not (reason or error in reasoned)):
            yield Fault(source.path, number, "type: ignore without error or reason")
        reasoned = {*reasoned, error or ""} if line.strip() else set()
