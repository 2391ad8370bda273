"""The command `gongxuan`: first administrators, the journal against its anchors, keys renewed, exit codes."""

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import select

from core.db import Database
from core.people import Duty
from core.queries import duties_of
from core.settings import read_settings
from core.tables import Account, Person
from core.vault import fresh_keys, open_vault
from tests.web.entrance import CHEAP, CONTACT, IDENTITY, PASSWORD, Entrance
from web import passwords
from web.__main__ import main
from web.app import make_app
from web.house import open_house

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path) -> Path:
    """A folder with a migrated, empty database."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "gongxuan.sqlite")
    (tmp_path / "password").write_text(PASSWORD + "\n", "utf-8")
    return folder


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the folder; answers its exit code, what it said and what it complained of."""
    monkeypatch.setattr(passwords, "PASSWORDS", CHEAP)
    for name in ("DATABASE_URL", "GONGXUAN_KEYS", "GONGXUAN_KEY_FILE", "STORAGE_URL"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def create(run: Run, tmp_path: Path, kind: str = "system", **changes: str) -> tuple[int, str, str]:
    password = str(tmp_path / "password")
    options = {"--kind": kind, "--name": "安行", "--sign-in": kind, "--contact": CONTACT, "--password-file": password}
    options |= {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return run("admin", "create", *[part for option in options.items() for part in option])


# ── administrators ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_administrator_of_each_kind_is_created_and_no_second(run: Run, data: Path, tmp_path: Path) -> None:
    for kind in ("system", "security", "audit"):
        assert create(run, tmp_path, kind) == (0, f"Created the {kind} administrator {kind}.\n", "")
    code, _, complaint = create(run, tmp_path, "audit", sign_in="another")
    assert (code, complaint) == (
        2, "gongxuan: There is already an administrator of this kind; further ones are granted by two hands.\n",
    )  # fmt: skip
    database = Database(f"sqlite:///{data}/gongxuan.sqlite")
    with database.reading() as session:
        held = [duties_of(session, account.id or 0) for account in session.exec(select(Account))]
    database.close()
    assert held == [{1: {duty}} for duty in (Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN, Duty.AUDIT_ADMIN)]


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("name", "", "Fill this in."),
        ("sign_in", "110101199003078031", "A sign-in name begins with a letter"),
        ("contact", "nobody", "Give a mobile number or an e-mail address."),
        ("password_file", "/dev/null", "A password has at least 10 characters."),
        ("password_file", "/no/such/file", "This file cannot be read."),
    ],
)
def test_an_unusable_administrator_is_refused(run: Run, tmp_path: Path, option: str, value: str, sentence: str) -> None:
    code, said, complaint = create(run, tmp_path, **{option: value})
    assert (code, said) == (2, "")
    assert sentence in complaint


def test_a_password_is_asked_for_where_no_file_is_given(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda: PASSWORD)
    assert run("admin", "create", "--name", "安行", "--sign-in", "system", "--contact", CONTACT)[0] == 0


# ── the journal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def alter(data: Path, statement: str) -> None:
    """What somebody does who has the database's file."""
    engine = create_engine(f"sqlite:///{data}/gongxuan.sqlite")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_the_journal_holds_and_its_head_is_an_anchor(run: Run, tmp_path: Path) -> None:
    create(run, tmp_path)
    head = run("audit", "head")[1]
    anchors = tmp_path / "anchors"
    anchors.write_text(f"# taken on paper\n\n{head}", "utf-8")
    create(run, tmp_path, "audit")
    code, said, _ = run("audit", "verify", "--anchors", str(anchors))
    assert code == 0
    assert said.startswith("The journal holds: 5 lines, head ")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE journal_entry SET body = replace(body, 'person', 'people') WHERE seq = 2",
            "line 2: the body does not",
        ),
        ("UPDATE journal_entry SET actor = 'somebody' WHERE seq = 2", "line 2: the line's columns differ"),
        ("DELETE FROM journal_entry WHERE seq = 2", "line 2: line 2 is missing"),
        ("UPDATE journal_entry SET digest = 'zz' WHERE seq = 3", "line 3: the body does not match"),
    ],
)
def test_the_first_altered_line_is_named(run: Run, data: Path, tmp_path: Path, statement: str, sentence: str) -> None:
    create(run, tmp_path)
    alter(data, statement)
    code, said, _ = run("audit", "verify")
    assert code == 1
    assert f"The journal does not hold: {sentence}" in said


def test_a_tail_cut_off_and_a_journal_written_anew_are_found_by_an_anchor(run: Run, data: Path, tmp_path: Path) -> None:
    create(run, tmp_path)
    anchors = tmp_path / "anchors"
    anchors.write_text(run("audit", "head")[1], "utf-8")
    alter(data, "DELETE FROM journal_entry WHERE seq = 3")
    assert run("audit", "verify")[0] == 0
    code, said, _ = run("audit", "verify", "--anchors", str(anchors))
    assert (code, "the journal ends before the anchor at line 3" in said) == (1, True)
    create(run, tmp_path, "audit")
    code, said, _ = run("audit", "verify", "--anchors", str(anchors))
    assert (code, "line 3: the link differs from the anchor" in said) == (1, True)


@pytest.mark.parametrize("anchors", ["nonsense", "3", "x 00", "3 zz", None])
def test_anchors_that_are_none_are_refused(run: Run, tmp_path: Path, anchors: str | None) -> None:
    create(run, tmp_path)
    path = tmp_path / "anchors"
    if anchors is not None:
        path.write_text(anchors, "utf-8")
    code, _, complaint = run("audit", "verify", "--anchors", str(path))
    assert code == 2
    assert complaint.startswith(f"gongxuan: {path}: ")


def test_where_there_is_no_database_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--data", str(tmp_path / "nowhere")]) == 2
    assert "There is no database in" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("purpose", ["sealing", "hashing"])
def test_keys_are_renewed_and_everybody_still_signs_in(run: Run, data: Path, purpose: str) -> None:
    house = open_house(read_settings({}, data=data))
    Entrance.of(house).candidate()
    house.close()
    assert run("keys", f"new-{purpose}")[0] == 0
    assert stat.S_IMODE((data / "keys.json").stat().st_mode) == 0o600
    assert run("keys", "apply") == (0, "Rows brought under the newest keys: 4.\n", "")
    assert run("keys", "apply")[1] == "Rows brought under the newest keys: 0.\n"
    house = open_house(read_settings({}, data=data))
    here = Entrance(house, make_app(house)).browser()
    here.sign_in(IDENTITY)
    here.sign_in("system")
    house.close()


@pytest.mark.parametrize("purpose", ["sealing", "hashing"])
def test_nothing_starts_between_a_new_hashing_key_and_its_application(
    run: Run, data: Path, tmp_path: Path, purpose: str
) -> None:
    """Somebody known by the old key alone would not be found, nor a judge kept from their relative."""
    create(run, tmp_path)
    run("keys", f"new-{purpose}")
    code, _, complaint = create(run, tmp_path, "audit")
    assert code == (2 if purpose == "hashing" else 0)
    assert ("There is a new hashing key" in complaint) == (purpose == "hashing")
    run("keys", "apply")
    assert create(run, tmp_path, "security")[0] == 0


def test_keys_of_the_environment_are_renewed_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGXUAN_KEYS", json.dumps(fresh_keys()))
    code, _, complaint = run("keys", "new-sealing")
    assert code == 2
    assert "The keys come from the environment" in complaint


def test_keys_of_another_house_are_refused_before_anything_is_sealed_with_them(
    run: Run, data: Path, tmp_path: Path
) -> None:
    create(run, tmp_path)
    (data / "keys.json").unlink()
    code, _, complaint = create(run, tmp_path, "audit")
    assert code == 2
    assert "is not at hand" in complaint
    database = Database(f"sqlite:///{data}/gongxuan.sqlite")
    with database.reading() as session:
        assert len(session.exec(select(Person)).all()) == 1
    database.close()


@pytest.mark.parametrize("content", ["", "nonsense", "{}"])
def test_a_broken_key_file_is_refused_and_left_alone(run: Run, data: Path, content: str) -> None:
    (data / "keys.json").write_text(content, "utf-8")
    for arguments in (("keys", "new-sealing"), ("keys", "apply")):
        code, _, complaint = run(*arguments)
        assert code == 2
        assert "The keys cannot be read" in complaint
    assert (data / "keys.json").read_text("utf-8") == content


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_database_is_made_and_brought_to_this_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["migrate", "--data", str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == "The database is at this version.\n" * 2
    assert open_vault(tmp_path / "new" / "keys.json")


def test_unusable_settings_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGXUAN_ZONE", "outer")
    monkeypatch.setenv("GONGXUAN_TIME_ZONE", "Mars/Olympus")
    code, _, complaint = run("migrate")
    assert code == 2
    assert "GONGXUAN_ZONE: The zone must be public, inner or all." in complaint
    assert "GONGXUAN_TIME_ZONE: This time zone is not known." in complaint


@pytest.mark.parametrize("arguments", ["", "nonsense", "serve --zone outer", "keys lose", "admin drop"])
def test_commands_that_do_not_exist_are_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments.split())
    assert caught.value.code == 2
    assert "usage: gongxuan" in capsys.readouterr().err
