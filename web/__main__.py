"""The command `gongxuan`."""

import argparse
import getpass
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from core import audit
from core.actions import create_first_administrator, keep_no_codes, open_system, rekey
from core.errors import Refusal
from core.messages import Shown
from core.people import SYSTEM_SCOPE, Actor, Duty
from core.queries import newest_sealed
from core.rekeying import Protected, hashed_by_older, outdated, protected_tables
from core.settings import Settings, Zone, read_settings
from core.tables import Scope
from core.vault import open_vault, with_new_key, write_keys
from core.words import N_
from web import scoring_command, verify_command
from web.forms import Form
from web.house import House, open_house
from web.linting import add_lint, lint
from web.migrate import migrate
from web.passwords import hash_password, password_problem

OPERATOR = Actor(label="operator")
NEW_KEY = N_("There is a new hashing key. Run this first, with everything stopped: gongxuan keys apply")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when something checked does not hold, 2 when refused."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Refusal as refusal:
        print(f"gongxuan: {refusal}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="gongxuan", description="Competitive selection exams and interviews (公选).")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        command.add_argument("--data", default="", help="folder of database, files and keys (GONGXUAN_DATA)")
        return command

    demo = add("demo", run_demo, "fill a sample selection and serve it")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--no-serve", action="store_true", help="only fill the data")
    serve = add("serve", run_serve, "serve the pages, with a worker in the same process")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--zone", choices=[zone.value for zone in Zone], default="")
    serve.add_argument("--no-worker", action="store_true", help="leave jobs to `gongxuan worker`")
    add("worker", run_worker, "work on jobs without serving pages")
    add("migrate", run_migrate, "bring the database to this version")
    admin = add("admin", run_admin, "create the first administrator of a kind")
    admin.add_argument("what", choices=["create"])
    admin.add_argument("--kind", choices=["system", "security", "audit"], default="system")
    admin.add_argument("--name", required=True, help="the person's name")
    admin.add_argument("--sign-in", required=True, help="the sign-in name")
    admin.add_argument("--contact", required=True, help="mobile number or e-mail address for one-time codes")
    admin.add_argument("--password-file", default="", help="file with the password, else it is asked for")
    journal = add("audit", run_audit, "check the journal")
    journal.add_argument("what", choices=["verify", "head"])
    journal.add_argument("--anchors", default="", help="file of lines `seq link` taken earlier")
    command = commands.add_parser("score", help=scoring_command.PURPOSE, description=scoring_command.PURPOSE)
    command.set_defaults(run=scoring_command.run)
    scoring_command.add_options(command)
    command = commands.add_parser("verify", help=verify_command.PURPOSE, description=verify_command.PURPOSE)
    command.set_defaults(run=verify_command.run)
    verify_command.add_options(command)
    add_lint(add("lint", run_lint, "say what could be regretted about a scheme"))
    keys = add("keys", run_keys, "renew the keys that protect identity numbers and contacts")
    keys.add_argument("what", choices=["new-sealing", "new-hashing", "apply"])
    return top


def settings_of(options: argparse.Namespace, **changes: object) -> Settings:
    """The settings of a command."""
    if options.data:
        changes["data"] = options.data
    return read_settings(os.environ, **changes)


def open_ready(settings: Settings, *, any_keys: bool = False) -> House:
    """The house with its database at this version and its system scope open.

    Raises Refusal if its files or keys are not usable, or, unless `any_keys`, if new keys are still to be applied.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    house = open_house(settings)
    try:
        house.files.refuse_unusable()
        with house.database.reading() as session:
            opened = session.get(Scope, SYSTEM_SCOPE) is not None
            sealed = newest_sealed(session)
        house.vault.open(sealed)  # keys that fit another database are refused before anything is sealed with them
        if not any_keys and hashed_by_older(house.database, house.vault):
            raise Refusal(NEW_KEY)  # noqa: TRY301 - the house is closed below
        if not opened:
            house.acts.run_sync(open_system, OPERATOR)
    except BaseException:
        house.close()
        raise
    return house


def run_demo(options: argparse.Namespace) -> int:
    """Serve at once, fill the sample behind it, print where to go."""
    from web.demo import fill, show_sign_ins
    from web.serving import serve
    from web.worker import Worker

    settings = settings_of(options, demo=True)
    house = open_ready(settings)
    if options.no_serve:
        worker = Worker(house)
        worker.start()
        try:
            fill(house, print)
        finally:
            worker.stop()
            house.close()
        return 0
    house = replace(house, sender=Shown(house.sender, print))
    address = f"http://127.0.0.1:{options.port}/"

    def play() -> None:
        try:
            show_sign_ins(fill(house, print), address, settings.data / "outbox", print)
        except Refusal as refusal:
            print(f"gongxuan: {refusal}", file=sys.stderr, flush=True)

    def begin() -> None:
        print(f"Gongxuan 公选  {address}", flush=True)
        threading.Thread(target=play, name="demo", daemon=True).start()

    serve(house, "127.0.0.1", options.port, when_ready=begin)
    return 0


def run_serve(options: argparse.Namespace) -> int:
    """Serve the pages of a zone."""
    from web.serving import serve

    changes = {"zone": Zone(options.zone)} if options.zone else {}
    serve(open_ready(settings_of(options, **changes)), options.host, options.port, with_worker=not options.no_worker)
    return 0


def run_worker(options: argparse.Namespace) -> int:
    """Work on jobs until told to stop."""
    from web.worker import Worker

    house = open_ready(settings_of(options))
    worker, ended = Worker(house), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    worker.start()
    ended.wait()
    worker.stop()
    house.close()
    return 0


def run_migrate(options: argparse.Namespace) -> int:
    """Migrate and say so."""
    settings = settings_of(options)
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    print("The database is at this version.")
    return 0


def run_admin(options: argparse.Namespace) -> int:
    """Create the first system, security or audit administrator."""
    given = {"name": [options.name], "sign_in": [options.sign_in], "contact": [options.contact]}
    form = Form(given)
    name, sign_in, contact = form.text("name", longest=100), form.sign_in("sign_in"), form.contact("contact")
    password = _file_text(options.password_file).strip() if options.password_file else getpass.getpass()
    if wrong := password_problem(password):
        form.wrong("password", wrong)
    form.refuse()
    house = open_ready(settings_of(options))
    try:
        house.acts.run_sync(
            create_first_administrator,
            OPERATOR,
            Duty(f"{options.kind}_admin"),
            name=name,
            sign_in=sign_in,
            contact=(house.vault.seal(contact), house.vault.fingerprint(contact)),
            password_hash=hash_password(password),
        )
    finally:
        house.close()
    print(f"Created the {options.kind} administrator {sign_in}.")
    return 0


def run_audit(options: argparse.Namespace) -> int:
    """Verify the journal, or print its head as an anchor."""
    settings = settings_of(options)
    if settings.sqlite and not (settings.data / "gongxuan.sqlite").exists():
        raise Refusal("There is no database in {folder}.", folder=str(settings.data))
    from core.db import Database

    database = Database(settings.database_url)
    try:
        with database.reading() as session:
            if options.what == "head":
                head = audit.read_head(session.connection())
                print(f"{head.seq} {head.link.hex()}")
                return 0
            anchors = _anchors(options.anchors) if options.anchors else []
            verdict = audit.verify(audit.all_entries(session), anchors)
    finally:
        database.close()
    if verdict.fault:
        print(f"The journal does not hold: line {verdict.fault.seq}: {verdict.fault.reason}.")
        return 1
    print(f"The journal holds: {verdict.lines} lines, head {verdict.head.short_code}.")
    return 0


def _anchors(path: str) -> list[audit.Head]:
    try:
        return audit.read_anchors(_file_text(path))
    except ValueError:
        raise Refusal("An anchor is a line's number and its link of 64 hexadecimal digits.", field=path) from None


def _file_text(path: str) -> str:
    """The text of a file named on the command line."""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal("This file cannot be read.", field=path) from None


def run_lint(options: argparse.Namespace) -> int:
    """Print what a check of a scheme finds; 1 where there is anything."""
    lines = lint(options)
    for line in lines:
        print(line)
    return 1 if lines else 0


def run_keys(options: argparse.Namespace) -> int:
    """Add a key to the key file, or bring every value under the newest keys."""
    settings = settings_of(options)
    if options.what != "apply":
        if settings.keys:
            raise Refusal("The keys come from the environment: add the new key there.", field="GONGXUAN_KEYS")
        open_vault(settings.key_file)
        purpose = options.what.removeprefix("new-")
        write_keys(settings.key_file, with_new_key(json.loads(settings.key_file.read_text("utf-8")), purpose))
        print("A new key was added. With everything stopped, run: gongxuan keys apply")
        return 0
    house = open_ready(settings, any_keys=True)
    try:
        house.acts.keep_sync(keep_no_codes)
        done = 0
        while found := sum(_apply_keys(house, where) for where in protected_tables()):
            done += found  # once more until nothing is found, for what changed meanwhile
    finally:
        house.close()
    print(f"Rows brought under the newest keys: {done}.")
    return 0


def _apply_keys(house: House, where: Protected) -> int:
    """Go through a table once; answers how many rows were written."""
    done, reached = 0, 0
    while True:
        changes, reached = outdated(house.database, house.vault, where, reached)
        if changes:
            done += house.acts.run_sync(rekey, OPERATOR, where.table.name, changes)
        if not reached:
            return done


if __name__ == "__main__":
    sys.exit(main())
