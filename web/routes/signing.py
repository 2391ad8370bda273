"""Signing up, in and out, recovery, and one-time codes. The answers are the same whether or not somebody is known."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from core.actions import keep_session_end, open_candidate_account, set_password
from core.days import local_date
from core.errors import Problem, Refusal
from core.queries import accounts_by_identity, accounts_by_name
from core.settings import Zone
from core.tables import Account, Person
from core.words import N_
from exam.identity import ResidentNumber, check_name, read_identity
from web.asking import PASSWORDS, Asker, password_matches, password_problem, subject_of
from web.entering import TRIES, open_session
from web.forms import Form
from web.pages import Filled
from web.security import SESSION, cookie_header

# ── in and out ───────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/sign-in", sync_to_thread=True)
def sign_in_page(asker: NamedDependency[Asker], next: FromQuery[str] = "") -> Response[str]:  # noqa: A002 - the usual name
    """The sign-in form."""
    return asker.page("signing/sign_in.html", next=_local(next))


@post("/sign-in", sync_to_thread=True)
def sign_in(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open a session for the account whose password is right."""
    name, password = form.raw("name").strip(), form.raw("password")
    target = _local(form.raw("next"))
    key = f"{asker.house.vault.fingerprint(name)[-16:]}@{asker.address}"
    try:
        TRIES.refuse_more(key)
        account = _account_for(asker, name, password)
        if account is None:
            TRIES.note(key)
            raise Refusal("Name or password is not right.", field="name")  # noqa: TRY301 - one place shows it
    except Refusal as refusal:
        return asker.refused("signing/sign_in.html", form, refusal, next=target)
    return open_session(asker, target or _home(account), account_id=account.id)


def _account_for(asker: Asker, name: str, password: str) -> Account | None:
    """The account that the name (staff) or identity number (candidates) and password open, if any."""
    found: list[tuple[Account, Person]] = asker.read(accounts_by_name, name)
    if not found:
        found = asker.read(accounts_by_identity, asker.house.vault.fingerprint(name.upper()))
    if not found:
        password_matches("", password)
    return next((account for account, _ in found if password_matches(account.password_hash, password)), None)


@post("/sign-out", sync_to_thread=True)
def sign_out(asker: NamedDependency[Asker]) -> Redirect:
    """End the session."""
    if asker.known.signed_in:
        asker.house.acts.keep_sync(keep_session_end, asker.known.signed_in.token_hash)
    cookie = cookie_header(SESSION, "", secure=asker.house.settings.secure_cookies) + "; Max-Age=0"
    return Redirect("/", status_code=303, headers={"Set-Cookie": cookie})


@post("/code", sync_to_thread=True)
def send_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Redirect:
    """Send the signed-in person a one-time code for a second hand's proof, and come back."""
    asker.send_proof_code()
    back = _local(form.raw("back")) or "/"
    return Redirect(back + ("&" if "?" in back else "?") + "code=sent#proof", status_code=303)


# ── sign-up ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/sign-up", sync_to_thread=True)
def sign_up_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form for a new account."""
    return asker.page("signing/sign_up.html")


@post("/sign-up", sync_to_thread=True)
def sign_up(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str]:
    """Check what is given and send a code to the contact: the same answer whether or not the number is known."""
    name = form.text("name", longest=100)
    identity = form.text("identity", longest=40)
    contact = _contact(form)
    password = form.raw("password")
    problems = [*form.problems, *(check_name(name) if name else ())]
    number = read_identity(identity, on=local_date(asker.visit.now, asker.visit.zone), field="identity")
    if isinstance(number, Problem):
        problems += [number] if identity else []
    if wrong := password_problem(password):
        problems.append(Problem(wrong, field="password"))
    if not form.ticked("notice"):
        problems.append(Problem(N_("Read the privacy notice and tick the box."), field="notice"))
    key = f"sign-up@{asker.address}"
    try:
        TRIES.refuse_more(key)
        if problems or not isinstance(number, ResidentNumber):
            raise Refusal.of(problems)
    except Refusal as refusal:
        return asker.refused("signing/sign_up.html", form, refusal)
    vault = asker.house.vault
    subject = subject_of(asker.house, f"{asker.known.device}:{contact}")
    body = {
        "name": name,
        "identity": [vault.seal(number.number), vault.fingerprint(number.number)],
        "contact": [vault.seal(contact), vault.fingerprint(contact)],
        "password_hash": PASSWORDS.hash(password),
    }
    asker.send_code("sign-up", subject, contact, body)
    return asker.page("signing/code.html", subject=subject, purpose="sign-up", contact=contact)


@post("/sign-up/code", sync_to_thread=True)
def sign_up_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open the account once the code is right, and sign in."""
    subject, contact = form.raw("subject"), form.raw("contact")
    right, body = asker.try_code("sign-up", subject, form.raw("code"))
    if not right:
        refusal = Refusal("This code is not right or too old.", field="code")
        return asker.refused("signing/code.html", form, refusal, subject=subject, purpose="sign-up", contact=contact)
    account_id = asker.act(
        open_candidate_account,
        name=body["name"],
        identity=tuple(body["identity"]),
        contact=tuple(body["contact"]),
        password_hash=body["password_hash"],
    )
    return open_session(asker, "/my", account_id=account_id)


def _contact(form: Form) -> str:
    """A mobile number or an e-mail address."""
    contact = form.text("contact", longest=100).replace(" ", "")
    plausible = contact.removeprefix("+").isdecimal() and 6 <= len(contact) <= 16
    if contact and not plausible and ("@" not in contact[1:-1]):
        form.wrong("contact", N_("Give a mobile number or an e-mail address."))
    return contact


# ── recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/recover", sync_to_thread=True)
def recover_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form for a forgotten password."""
    return asker.page("signing/recover.html")


@post("/recover", sync_to_thread=True)
def recover(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str]:
    """Send a code if name and contact belong together; answer the same in every case."""
    name, contact = form.text("name", longest=64), _contact(form)
    if form.problems:
        return asker.refused("signing/recover.html", form, Refusal.of(form.problems))
    TRIES.refuse_more(f"recover@{asker.address}")
    TRIES.note(f"recover@{asker.address}")
    vault = asker.house.vault
    found = asker.read(accounts_by_name, name) or asker.read(accounts_by_identity, vault.fingerprint(name.upper()))
    account = next((a for a, person in found if person.contact_hash == vault.fingerprint(contact)), None)
    subject = subject_of(asker.house, f"{asker.known.device}:recover:{name}")
    asker.send_code("recover", subject, contact if account else "", {"account": account.id if account else 0})
    return asker.page("signing/code.html", subject=subject, purpose="recover", contact=contact)


@post("/recover/code", sync_to_thread=True)
def recover_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Set the new password once the code is right; every session of the account ends."""
    subject, contact, password = form.raw("subject"), form.raw("contact"), form.raw("password")
    shown = {"subject": subject, "purpose": "recover", "contact": contact}
    if wrong := password_problem(password):
        return asker.refused("signing/code.html", form, Refusal.of([Problem(wrong, field="password")]), **shown)
    right, body = asker.try_code("recover", subject, form.raw("code"))
    if not (right and body["account"]):
        refusal = Refusal("This code is not right or too old.", field="code")
        return asker.refused("signing/code.html", form, refusal, **shown)
    asker.act(set_password, body["account"], PASSWORDS.hash(password))
    return asker.page("signing/sign_in.html", next="", form=Filled(), changed=True)


def _local(target: str) -> str:
    """A path of this site, or "": never an address elsewhere."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if plain and target.isprintable() else ""


def _home(account: Account) -> str:
    """Where somebody begins after signing in."""
    return "/staff" if account.name else "/my"


router = Router(
    "/",
    route_handlers=[
        sign_in_page, sign_in, sign_out, send_code, sign_up_page, sign_up, sign_up_code, recover_page, recover,
        recover_code,
    ],
    opt={"zone": Zone.ALL},
)  # fmt: skip
