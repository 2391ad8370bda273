"""The three administrators: accounts, duties by two hands, and the journal."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session, col, select

from core import audit
from core.actions import confirm_duty, create_staff_account, end_duty, propose_duty
from core.errors import Denied, Refusal
from core.people import ADMINISTRATORS, SYSTEM_SCOPE, Duty, Power
from core.queries import scopes, staff
from core.settings import Zone
from exam.tables import Selection
from web.asking import PASSWORDS, Asker, password_problem
from web.forms import Form
from web.words import DUTIES


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
    name, sign_in, unit = form.text("name", longest=100), form.text("sign_in", longest=64), form.text("unit")
    contact, password = form.text("contact", longest=100), form.raw("password")
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
            password_hash=PASSWORDS.hash(password),
        )
    except Refusal as refusal:
        return asker.refused("admin/people.html", form, refusal, **_data(asker))
    return Redirect("/admin", status_code=303)


@post("/admin/duties", sync_to_thread=True)
def propose(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Propose a duty for an account in a scope."""
    _require_administrator(asker)
    account, scope = form.whole("account", low=1), form.whole("scope", low=1)
    duty = form.choice("duty", [d.value for d in Duty])
    try:
        form.refuse()
        asker.act(propose_duty, account, scope, Duty(duty))
    except Refusal as refusal:
        return asker.refused("admin/people.html", form, refusal, **_data(asker))
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
    try:
        if form.raw("do") == "end":
            asker.act(end_duty, grant_id)
        else:
            asker.act(confirm_duty, grant_id, actor=asker.proven(form))
    except Refusal as refusal:
        return asker.refused("admin/grant.html", form, refusal, grant_id=grant_id, **_grant(asker, grant_id))
    return Redirect("/admin", status_code=303)


def _grant(asker: Asker, grant_id: int) -> dict[str, Any]:
    data = _data(asker)
    for person in data["people"]:
        for number, scope_id, duty, state in person.duties:
            if number == grant_id:
                return {**data, "person": person, "scope_id": scope_id, "duty": Duty(duty), "state": state}
    raise Denied("This does not exist, or it is not yours to see.")


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
    route_handlers=[people_page, add_account, propose, grant_page, confirm, journal_page],
    opt={"zone": Zone.INNER},
)
