"""The house rules hold everywhere, and each finds the fault it is there for."""

from collections.abc import Callable, Iterator

import pytest

from tests.house import rules
from tests.house.rules import FILE_LINES, FUNCTION_LINES, PACKAGES, WORKSHOPS, Fault, Source, read_sources

Rule = Callable[[Source], Iterator[Fault]]

HOUSE = read_sources(*PACKAGES)
EVERYTHING = HOUSE + read_sources(*WORKSHOPS)

IN_THE_HOUSE: list[Rule] = [
    rules.only_actions_write,
    rules.only_named_modules_speak_sql,
    rules.no_act_ends_its_transaction,
    rules.only_web_reads_the_clock,
    rules.no_float_touches_a_mark,
    rules.judge_routes_are_blind,
    rules.only_commands_print,
    rules.exemptions_give_a_reason,
]
EVERYWHERE: list[Rule] = [rules.files_are_short, rules.functions_are_short, rules.no_junk_drawers]


@pytest.mark.parametrize("rule", IN_THE_HOUSE)
def test_the_packages_keep_the_rule(rule: Rule) -> None:
    assert [str(fault) for source in HOUSE for fault in rule(source)] == []


@pytest.mark.parametrize("rule", EVERYWHERE)
def test_packages_tests_and_scripts_keep_the_rule(rule: Rule) -> None:
    assert [str(fault) for source in EVERYTHING for fault in rule(source)] == []


def test_every_act_leaves_a_line_in_the_journal() -> None:
    assert [str(fault) for fault in rules.every_act_records(HOUSE)] == []


def test_there_is_something_to_look_at() -> None:
    modules = {source.module for source in HOUSE}
    assert {"core.acts", "core.actions", "exam.tables", "web.app"} <= modules
    assert not any("versions" in source.path for source in HOUSE)


PLANTED: list[tuple[Rule, str, str]] = [
    (rules.only_actions_write, "exam/queries.py", "def find(session): session.add(1)"),
    (rules.only_actions_write, "exam/queries.py", "def find(self): self.session.flush()"),
    (rules.only_actions_write, "web/routes/staff.py", "from sqlalchemy import insert as put\nput(Post)"),
    (rules.only_actions_write, "web/routes/staff.py", "import sqlmodel as s\ns.delete(Post)"),
    (rules.only_actions_write, "scoring/queries.py", "from sqlalchemy.dialects.sqlite import insert\ninsert(Post)"),
    (rules.only_actions_write, "scoring/queries.py", "from core.db import sql_table\nsql_table(Post).update()"),
    (rules.only_actions_write, "scoring/queries.py", "Post.__table__.insert()"),
    (rules.only_named_modules_speak_sql, "exam/actions.py", "from sqlalchemy import text\ntext('DROP TABLE post')"),
    (rules.only_named_modules_speak_sql, "exam/queries.py", "connection.exec_driver_sql('DELETE FROM post')"),
    (rules.only_named_modules_speak_sql, "exam/queries.py", "connection.connection.driver_connection.execute(1)"),
    (rules.only_named_modules_speak_sql, "exam/queries.py", "from core.db import driver_of\ndriver_of(1).execute(1)"),
    (rules.no_act_ends_its_transaction, "exam/actions.py", "def act(session): session.commit()"),
    (rules.no_act_ends_its_transaction, "exam/actions/vetting.py", "def act(session): session.connection().rollback()"),
    (rules.only_web_reads_the_clock, "exam/stages.py", "from datetime import datetime\ndatetime.now()"),
    (rules.only_web_reads_the_clock, "exam/stages.py", "import datetime as d\nd.datetime.utcnow()"),
    (rules.only_web_reads_the_clock, "exam/tables.py", "from datetime import datetime\nmake = datetime.now"),
    (rules.only_web_reads_the_clock, "core/days.py", "from datetime import date\ndate.today()"),
    (rules.only_web_reads_the_clock, "recording/video.py", "from time import time\ntime()"),
    (rules.only_web_reads_the_clock, "scoring/queries.py", "from sqlalchemy import func\nfunc.now()"),
    (rules.no_float_touches_a_mark, "scoring/marks.py", "half = 0.5"),
    (rules.no_float_touches_a_mark, "scoring/actions/results.py", "mark = float('88.1')"),
    (rules.no_float_touches_a_mark, "interview/scoresheet.py", "import numpy as np\nnp.float64(1)"),
    (rules.judge_routes_are_blind, "web/routes/judge.py", "from interview import queries"),
    (rules.judge_routes_are_blind, "web/routes/judge/sheet.py", "from interview.tables import Hearing"),
    (rules.judge_routes_are_blind, "web/routes/judge.py", "import exam.queries"),
    (rules.files_are_short, "exam/long.py", "x = 1\n" * (FILE_LINES + 1)),
    (rules.functions_are_short, "exam/long.py", "def long():\n" + "    x = 1\n" * FUNCTION_LINES),
    (rules.functions_are_short, "exam/long.py", "async def long():\n" + "    x = 1\n" * FUNCTION_LINES),
    (rules.no_junk_drawers, "exam/utils.py", ""),
    (rules.no_junk_drawers, "exam/date_helpers.py", ""),
    (rules.no_junk_drawers, "tests/common/test_x.py", ""),
    (rules.only_commands_print, "exam/queries.py", "print('here')"),
    (rules.exemptions_give_a_reason, "exam/queries.py", "x = 1  # type" + ": ignore"),
    (rules.exemptions_give_a_reason, "exam/queries.py", "x = 1  # type" + ": ignore[misc]"),
]

ALLOWED: list[tuple[Rule, str, str]] = [
    (
        rules.only_actions_write,
        "exam/actions/vetting.py",
        "from sqlalchemy import insert\ninsert(Post)\nsession.add(1)",
    ),
    (rules.only_actions_write, "exam/queries.py", "seen = set()\nseen.add(1)\nfacts = {}\nfacts.update(a=1)"),
    (rules.only_named_modules_speak_sql, "core/db.py", "connection.exec_driver_sql('BEGIN IMMEDIATE')"),
    (rules.only_named_modules_speak_sql, "exam/section.py", "reader.text('name')"),
    (rules.no_act_ends_its_transaction, "core/acts.py", "session.commit()"),
    (rules.only_web_reads_the_clock, "web/pages.py", "from datetime import datetime\ndatetime.now()"),
    (rules.only_web_reads_the_clock, "exam/stages.py", "from datetime import datetime\ndatetime.fromisoformat('x')"),
    (rules.no_float_touches_a_mark, "scoring/marks.py", "if isinstance(value, float):\n    raise TypeError"),
    (rules.no_float_touches_a_mark, "recording/frames.py", "dark = 0.5"),
    (rules.judge_routes_are_blind, "web/routes/judge.py", "from interview import actions, blind, scoresheet"),
    (rules.judge_routes_are_blind, "web/routes/staff.py", "from interview import queries"),
    (rules.files_are_short, "exam/long.py", "x = 1\n" * FILE_LINES),
    (rules.functions_are_short, "exam/long.py", "def long():\n" + "    x = 1\n" * (FUNCTION_LINES - 1)),
    (rules.no_junk_drawers, "exam/commonwealth.py", ""),
    (rules.only_commands_print, "web/__main__.py", "print('here')"),
    (rules.exemptions_give_a_reason, "exam/queries.py", "x = 1  # type" + ": ignore[misc] # because"),
]


def _ids(cases: list[tuple[Rule, str, str]]) -> list[str]:
    return [f"{rule.__name__}-{number}" for number, (rule, _, _) in enumerate(cases)]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=_ids(PLANTED))
def test_a_planted_fault_is_found(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(Source.of(path, text)))) == 1


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED, ids=_ids(ALLOWED))
def test_what_is_allowed_is_left_in_peace(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source.of(path, text))) == []


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule for rule, _, _ in PLANTED} == {*IN_THE_HOUSE, *EVERYWHERE}


ACT = "def vet(session, actor, *, now):\n    "


@pytest.mark.parametrize(
    ("sources", "silent"),
    [
        ({"exam/actions.py": "from core import audit\n" + ACT + "audit.record(session)"}, []),
        ({"exam/actions.py": "from core.audit import record as line\n" + ACT + "line(session)"}, []),
        ({"exam/actions.py": "from core import audit\n" + ACT + "_vet()\ndef _vet(): audit.record(1)"}, []),
        ({"exam/actions.py": "def gate(session, actor): pass\ndef keep(session, *, now): pass"}, []),
        (
            {
                "exam/actions/vetting.py": "from core import audit\n" + ACT + "audit.record(session)",
                "exam/actions/__init__.py": "from exam.actions.vetting import vet",
                "interview/actions.py": "from exam import actions\n" + ACT + "actions.vet(session, actor, now=now)",
            },
            [],
        ),
        ({"exam/actions.py": ACT + "session.add(1)"}, ["the act vet records nothing"]),
        ({"exam/actions/vetting.py": ACT + "record(session)"}, ["the act vet records nothing"]),
        (
            {"exam/actions.py": "from core import audit\n" + ACT + "other()\ndef other(): audit.short_code(1)"},
            ["the act vet records nothing"],
        ),
    ],
)
def test_an_act_without_a_line_is_found_however_it_calls(sources: dict[str, str], silent: list[str]) -> None:
    faults = rules.every_act_records([Source.of(path, text) for path, text in sources.items()])
    assert [fault.what for fault in faults] == silent
