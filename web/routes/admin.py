"""The three administrators: accounts, duties and recoveries by two hands, and the journal."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session, col, select

from core import audit
from core.actions import (
    RECOVERY,
    confirm_duty,
    confirm_recovery,
    create_staff_account,
    end_duty,
    open_recovery,
    propose_duty,
    withdraw_recovery,
)
from core.errors import Denied, Problem, Refusal
from core.people import ADMINISTRATORS, SYSTEM_SCOPE, Duty, Power
from core.queries import Claim, RecoveryLine, claims, recoveries, recovery, scopes, staff
from core.settings import Zone
from core.words import N_
from exam.identity import fold_number, mask_identity
from exam.tables import Selection
from web.asking import Asker, code_hash, need
from web.forms import Form
from web.passwords import hash_password, password_problem
from web.recovery import new_code, recovery_subject
from web.words import DUTIES, duty_words

# ── people and duties ────────────────────────────────────────────────────────────────────────────────────────────────


def _titles(session: Session) -> dict[int, str]:
    """The name of every scope: the system, or a selection's title."""
    rows = session.exec(select(Selection).order_by(col(Selection.id)))
    return {selection.id: selection.title for selection in rows}


def _data(asker: Asker) -> dict[str, Any]:
    with asker.reading() as session:
        return {
            "people": staff(session),
            "scopes": [scope.id for scope in scopes(session)],
            "titles": _titles(session),
            "duties": DUTIES,
            "administrators": ADMINISTRATORS,
            "may_create": asker.actor.may(Power.CORE_ACCOUNT_CREATE, SYSTEM_SCOPE),
            "may_propose": asker.actor.may(Power.CORE_DUTY_PROPOSE, SYSTEM_SCOPE),
            "may_confirm": asker.actor.may(Power.CORE_DUTY_CONFIRM, SYSTEM_SCOPE),
            "may_recover": _may_recover(asker),
            "may_read_journal": asker.actor.may(Power.CORE_JOURNAL_READ, SYSTEM_SCOPE),
        }


def _require_administrator(asker: Asker) -> None:
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    if not ADMINISTRATORS & asker.actor.duties.get(SYSTEM_SCOPE, frozenset()):
        raise Denied


@get("/admin", sync_to_thread=True)
def people_page(asker: NamedDependency[Asker]) -> Response[str]:
    """Accounts and the duties they hold."""
    _require_administrator(asker)
    return asker.page("admin/people.html", **_data(asker))


@post("/admin/accounts", sync_to_thread=True)
def add_account(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Create a staff account."""
    _require_administrator(asker)
    asker.actor.require(Power.CORE_ACCOUNT_CREATE, SYSTEM_SCOPE)
    name, sign_in, unit = form.text("name", longest=100), form.sign_in("sign_in"), form.text("unit")
    contact, password = form.contact("contact"), form.raw("password")
    if wrong := password_problem(password):
        form.wrong("password", wrong)
    vault = asker.house.vault
    try:
        form.refuse()
        asker.act(
            create_staff_account,
            name=name,
            sign_in=sign_in,
            unit=unit,
            contact=(vault.seal(contact), vault.fingerprint(contact)),
            password_hash=hash_password(password),
        )
    except Refusal as refusal:
        return asker.refused("admin/people.html", form, refusal, **_data(asker))
    return Redirect("/admin", status_code=303)


@post("/admin/duties", sync_to_thread=True)
def propose(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Propose a duty for an account in a scope."""
    _require_administrator(asker)
    asker.actor.require(Power.CORE_DUTY_PROPOSE, SYSTEM_SCOPE)
    account, scope = form.whole("account", low=1), form.whole("scope", low=1)
    duty = form.choice("duty", [d.value for d in Duty])
    try:
        form.refuse()
        asker.act(propose_duty, account, scope, Duty(duty))
    except Refusal as refusal:
        return asker.refused("admin/people.html", form, _with_duty_words(refusal), **_data(asker))
    return Redirect("/admin", status_code=303)


@get("/admin/duties/{grant_id:int}", sync_to_thread=True)
def grant_page(asker: NamedDependency[Asker], grant_id: FromPath[int]) -> Response[str]:
    """The page on which a second administrator confirms a proposed duty."""
    _require_administrator(asker)
    return asker.page("admin/grant.html", grant_id=grant_id, **_grant(asker, grant_id))


@post("/admin/duties/{grant_id:int}", sync_to_thread=True)
def confirm(
    asker: NamedDependency[Asker], form: NamedDependency[Form], grant_id: FromPath[int]
) -> Response[str] | Redirect:
    """Confirm a proposed duty with a fresh proof, or end a duty."""
    _require_administrator(asker)
    shown = _grant(asker, grant_id)
    try:
        if form.raw("do") == "end":
            asker.act(end_duty, grant_id)
        else:
            asker.actor.require(Power.CORE_DUTY_CONFIRM, SYSTEM_SCOPE)
            asker.act(confirm_duty, grant_id, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("admin/grant.html", form, _with_duty_words(refusal), grant_id=grant_id, **shown)
    return Redirect("/admin", status_code=303)


def _grant(asker: Asker, grant_id: int) -> dict[str, Any]:
    data = _data(asker)
    for person in data["people"]:
        for number, scope_id, duty, state in person.duties:
            if number == grant_id:
                return {**data, "person": person, "scope_id": scope_id, "duty": Duty(duty), "state": state}
    raise Denied("This does not exist, or it is not yours to see.")


def _with_duty_words(refusal: Refusal) -> Refusal:
    """The refusal with duties named as people read them."""
    worded = Refusal.of(
        Problem(p.sentence, {n: duty_words(v) if isinstance(v, Duty) else v for n, v in p.facts.items()}, p.field)
        for p in refusal.problems
    )
    worded.status = refusal.status
    return worded


# ── recovery at the desk ─────────────────────────────────────────────────────────────────────────────────────────────


def _may_recover(asker: Asker) -> bool:
    powers = asker.actor.powers(SYSTEM_SCOPE)
    return bool(powers & {Power.CORE_RECOVERY_OPEN, Power.CORE_RECOVERY_CONFIRM})


def _require_recovery(asker: Asker) -> None:
    _require_administrator(asker)
    if not _may_recover(asker):
        raise Denied


def _recoveries(asker: Asker, found: list[Claim] | None = None) -> dict[str, Any]:
    vault = asker.house.vault
    return {
        "lines": asker.read(recoveries),
        "may_open": asker.actor.may(Power.CORE_RECOVERY_OPEN, SYSTEM_SCOPE),
        "claims": [
            (claim.account_id, claim.opened_at, masked_contact(vault.open(claim.contact_cipher)), claim.confirmed)
            for claim in found or ()
        ],
    }


@get("/admin/recoveries", sync_to_thread=True)
def recoveries_page(asker: NamedDependency[Asker]) -> Response[str]:
    """Recoveries that wait for the second hand, and the form for a new one."""
    _require_recovery(asker)
    return asker.page("admin/recoveries.html", **_recoveries(asker))


@post("/admin/recoveries", sync_to_thread=True)
def begin_recovery(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open a recovery for the person at the desk; where several accounts claim one number, one is chosen."""
    _require_recovery(asker)
    asker.actor.require(Power.CORE_RECOVERY_OPEN, SYSTEM_SCOPE)
    vault = asker.house.vault
    name, reason = form.text("name", longest=64), form.text("reason")
    contact = form.contact("contact") if form.raw("contact").strip() else ""
    found = asker.read(claims, name, vault.fingerprint(fold_number(name))) if name else []
    chosen = form.raw("account") if len(found) > 1 else "".join(str(claim.account_id) for claim in found)
    if name and not found:
        form.wrong("name", N_("No account has this sign-in name or identity number."))
    elif found and chosen not in {str(claim.account_id) for claim in found}:
        form.wrong("account", N_("Several accounts claim this number. Choose the one of the person at the desk."))
    if not form.ticked("seen"):
        form.wrong("seen", N_("Look at the identity card first."))
    try:
        form.refuse()
        sealed = (vault.seal(contact), vault.fingerprint(contact))
        number = asker.act(open_recovery, int(chosen), reason=reason, contact=sealed)
    except Refusal as refusal:
        shown = _recoveries(asker, found if len(found) > 1 else None)
        return asker.refused("admin/recoveries.html", form, refusal, **shown)
    return Redirect(f"/admin/recoveries/{number}", status_code=303)


@get("/admin/recoveries/{number:int}", sync_to_thread=True)
def recovery_page(asker: NamedDependency[Asker], number: FromPath[int]) -> Response[str]:
    """The page on which a second administrator confirms a recovery."""
    _require_recovery(asker)
    return asker.page("admin/recovery.html", **_recovery(asker, need(asker.read(recovery, number))))


@post("/admin/recoveries/{number:int}", sync_to_thread=True)
def end_recovery(
    asker: NamedDependency[Asker], form: NamedDependency[Form], number: FromPath[int]
) -> Response[str] | Redirect:
    """Confirm a recovery with a fresh proof and give out its code, or withdraw it."""
    _require_recovery(asker)
    withdrawn = form.raw("do") == "withdraw"
    if not withdrawn:
        asker.actor.require(Power.CORE_RECOVERY_CONFIRM, SYSTEM_SCOPE)
    line = need(asker.read(recovery, number))
    try:
        if withdrawn:
            asker.act(withdraw_recovery, number)
            return Redirect("/admin/recoveries", status_code=303)
        return _confirm_recovery(asker, form, line)
    except Refusal as refusal:
        return asker.refused("admin/recovery.html", form, refusal, **_recovery(asker, line))


def _confirm_recovery(asker: Asker, form: Form, line: RecoveryLine) -> Response[str]:
    """Confirm, tell the old contact, and send the code to the new one; without one the page shows it, once."""
    house, code = asker.house, new_code()
    subject = recovery_subject(house, line.sign_in or house.vault.open(line.identity_cipher))
    hashed = code_hash(house, RECOVERY, subject, code)
    asker.act(confirm_recovery, line.number, subject=subject, code_hash=hashed, actor=asker.proven(form))
    old, new = house.vault.open(line.contact_cipher), house.vault.open(line.new_contact_cipher)
    if old:
        warning = N_("Your account was opened again at the desk. If that was not you, tell the office at once.")
        house.sender.send(old, asker.say(warning), datetime.now(UTC))
    if new:
        words = N_("Your recovery code is {code}. It is valid for one day. Enter it under “Code from the desk”.")
        house.sender.send(new, asker.say(words, code=code), datetime.now(UTC))
    return asker.page("admin/recovered.html", code="" if new else code, contact=masked_contact(new))


def _recovery(asker: Asker, line: RecoveryLine) -> dict[str, Any]:
    vault = asker.house.vault
    return {
        "line": line,
        "identity": mask_identity(vault.open(line.identity_cipher)),
        "old_contact": masked_contact(vault.open(line.contact_cipher)),
        "new_contact": masked_contact(vault.open(line.new_contact_cipher)),
        "may_confirm": asker.actor.may(Power.CORE_RECOVERY_CONFIRM, SYSTEM_SCOPE),
    }


def masked_contact(contact: str) -> str:
    """A contact by which its owner knows it, and nobody else."""
    start, at, domain = contact.partition("@")
    return f"{start[:2]}***{at}{domain}" if at else mask_identity(contact)


# ── the journal ──────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/admin/journal", sync_to_thread=True)
def journal_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The newest lines of the journal and its head, for the audit administrator."""
    asker.signed_in  # noqa: B018 - sends a visitor to the sign-in page
    asker.actor.require(Power.CORE_JOURNAL_READ, SYSTEM_SCOPE)
    with asker.reading() as session:
        newest = session.exec(select(audit.JournalEntry).order_by(col(audit.JournalEntry.seq).desc()).limit(200)).all()
        head = audit.read_head(session.connection())
    return asker.page("admin/journal.html", lines=newest, head=head)


router = Router(
    "/",
    route_handlers=[
        people_page, add_account, propose, grant_page, confirm, recoveries_page, begin_recovery, recovery_page,
        end_recovery, journal_page,
    ],
    opt={"zone": Zone.INNER},
)  # fmt: skip
