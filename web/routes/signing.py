"""Signing up, in and out, recovery, and one-time codes. The answers are the same whether or not somebody is known."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from core.actions import RECOVERY, keep_session_end, open_candidate_account, renew_password_hash, set_password
from core.days import local_date
from core.errors import Problem, Refusal
from core.queries import accounts_by_identity, accounts_by_name
from core.settings import Zone
from core.tables import Account, Person
from core.words import N_
from exam.identity import ResidentNumber, check_name, fold_number, read_identity
from web.asking import Asker, try_code
from web.entering import open_session
from web.forms import Form
from web.pages import Filled
from web.passwords import has_salt, hash_password, password_problem, which_matches
from web.recovery import recovery_subject
from web.security import SESSION, cookie_header
from web.tries import MOST_CODES, MOST_PER_ADDRESS

WRONG_CODE = N_("This code is not right or too old.")

# ── in and out ───────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/sign-in", sync_to_thread=True)
def sign_in_page(asker: NamedDependency[Asker], next: FromQuery[str] = "") -> Response[str]:  # noqa: A002 - the usual name
    """The sign-in form."""
    return asker.page("signing/sign_in.html", next=local_path(next))


@post("/sign-in", sync_to_thread=True)
def sign_in(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open a session for the account whose password is right."""
    name, password = form.raw("name").strip(), form.raw("password")
    target = local_path(form.raw("next"))
    key, tries = f"{asker.house.vault.fingerprint(name)[-16:]}@{asker.address}", asker.house.tries
    try:
        tries.refuse_more(key)
        found = _accounts(asker, name)
        hashes = [account.password_hash for account, _ in found]
        place = which_matches(hashes, password, at_least=len(asker.house.vault.hashing))
        if place is None:
            tries.note(key)
            raise Refusal("Name or password is not right.", field="name")  # noqa: TRY301 - one place shows it
    except Refusal as refusal:
        return asker.refused("signing/sign_in.html", form, refusal, next=target)
    account, person = found[place]
    _renew_salt(asker, account, person, password)
    return open_session(asker, target or _home(account), account_id=account.id)


def _renew_salt(asker: Asker, account: Account, person: Person, password: str) -> None:
    """Bring a candidate's password under the salt of the newest key: only now is the password at hand."""
    vault = asker.house.vault
    if not person.identity_cipher:
        return
    salt = vault.salt(vault.open(person.identity_cipher))
    if not has_salt(account.password_hash, salt):
        asker.act(renew_password_hash, account.id, account.password_hash, hash_password(password, salt))


def _accounts(asker: Asker, name: str) -> list[tuple[Account, Person]]:
    """The accounts of a staff sign-in name or an identity number. Staff are not known in the internet zone."""
    staff = [] if asker.house.settings.zone is Zone.PUBLIC else asker.read(accounts_by_name, name)
    return staff or asker.read(accounts_by_identity, asker.house.vault.fingerprint(fold_number(name)))


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
    back = local_path(form.raw("back")).partition("#")[0] or "/"
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
    contact = form.contact("contact")
    password = form.raw("password")
    problems = [*form.problems, *(check_name(name) if name else ())]
    number = read_identity(identity, on=local_date(asker.visit.now, asker.visit.zone), field="identity")
    if isinstance(number, Problem):
        problems += [number] if identity else []
    if wrong := password_problem(password):
        problems.append(Problem(wrong, field="password"))
    if not form.ticked("notice"):
        problems.append(Problem(N_("Read the privacy notice and tick the box."), field="notice"))
    try:
        if problems or not isinstance(number, ResidentNumber):
            raise Refusal.of(problems)
        _count_code(asker, contact)
    except Refusal as refusal:
        return asker.refused("signing/sign_up.html", form, refusal)
    vault = asker.house.vault
    body = {
        "name": name,
        "identity": [vault.seal(number.number), vault.fingerprint(number.number)],
        "contact": [vault.seal(contact), vault.fingerprint(contact)],
        "password_hash": hash_password(password, vault.salt(number.number)),
    }
    asker.send_code("sign-up", contact, contact, body)
    return _code_page(asker, "sign-up", contact)


@post("/sign-up/code", sync_to_thread=True)
def sign_up_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str] | Redirect:
    """Open the account once the code is right, and sign in."""
    contact = form.raw("contact")
    right, body = asker.try_code("sign-up", contact, form.raw("code"))
    if not right:
        return _code_page(asker, "sign-up", contact, form, Problem(WRONG_CODE, field="code"))
    account_id = asker.act(
        open_candidate_account,
        name=body["name"],
        identity=tuple(body["identity"]),
        contact=tuple(body["contact"]),
        password_hash=body["password_hash"],
    )
    return open_session(asker, "/my", account_id=account_id)


def _count_code(asker: Asker, contact: str) -> None:
    """Count a code to be sent, whether or not it will be. Raises Refusal after too many to one contact."""
    to, by = f"code:{asker.house.vault.fingerprint(contact)[-16:]}", f"code@{asker.address}"
    asker.house.tries.refuse_more(to, MOST_CODES)
    asker.house.tries.refuse_more(by, MOST_PER_ADDRESS)
    asker.house.tries.note(to)
    asker.house.tries.note(by)


def _code_page(asker: Asker, purpose: str, contact: str, form: Form | None = None, *problems: Problem) -> Response[str]:
    """The page that asks for the code; again with what was typed where something is wrong."""
    filled, status = (Filled(form.values, problems), 422) if form else (Filled(), 200)
    return asker.page("signing/code.html", status=status, form=filled, purpose=purpose, contact=contact)


# ── recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/recover", sync_to_thread=True)
def recover_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form for a forgotten password."""
    return asker.page("signing/recover.html")


@post("/recover", sync_to_thread=True)
def recover(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str]:
    """Send a code if name and contact belong together; answer the same in every case."""
    name, contact = form.text("name", longest=64), form.contact("contact")
    try:
        form.refuse()
        _count_code(asker, contact)
    except Refusal as refusal:
        return asker.refused("signing/recover.html", form, refusal)
    hashed = asker.house.vault.fingerprint(contact)
    account = next((a for a, person in _accounts(asker, name) if person.contact_hash == hashed), None)
    asker.send_code("recover", contact, contact if account else "", {"account": account.id if account else 0})
    return _code_page(asker, "recover", contact)


@post("/recover/code", sync_to_thread=True)
def recover_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str]:
    """Set the new password once the code is right; every session of the account ends."""
    contact, password = form.raw("contact"), form.raw("password")
    if wrong := password_problem(password):
        return _code_page(asker, "recover", contact, form, Problem(wrong, field="password"))
    right, body = asker.try_code("recover", contact, form.raw("code"))
    if not (right and body["account"]):
        return _code_page(asker, "recover", contact, form, Problem(WRONG_CODE, field="code"))
    return _changed(asker, body["account"], password)


@get("/recover/desk", sync_to_thread=True)
def desk_page(asker: NamedDependency[Asker]) -> Response[str]:
    """The form for the code that two members of staff have given out at the desk."""
    return asker.page("signing/desk.html")


@post("/recover/desk", sync_to_thread=True)
def desk_code(asker: NamedDependency[Asker], form: NamedDependency[Form]) -> Response[str]:
    """Set the new password once the desk's code is right; it is tried alike whether or not there is one."""
    name, password = form.text("name", longest=64), form.raw("password")
    key = f"desk@{asker.address}"
    try:
        if wrong := password_problem(password):
            form.wrong("password", wrong)
        form.refuse()
        asker.house.tries.refuse_more(key)
        subject = recovery_subject(asker.house, name)
        right, body = try_code(asker.house, RECOVERY, subject, form.raw("code").upper())
        if not right:
            asker.house.tries.note(key)
            raise Refusal(WRONG_CODE, field="code")  # noqa: TRY301 - one place shows it
    except Refusal as refusal:
        return asker.refused("signing/desk.html", form, refusal)
    return _changed(asker, body["account"], password)


def _changed(asker: Asker, account_id: int, password: str) -> Response[str]:
    """The new password set; a candidate's with the salt that all claims of the number share."""
    identity = asker.house.vault.open(asker.read(_identity_of, account_id))
    salt = asker.house.vault.salt(identity) if identity else None
    asker.act(set_password, account_id, hash_password(password, salt))
    return asker.page("signing/sign_in.html", next="", form=Filled(), changed=True)


def _identity_of(session: Session, account_id: int) -> str:
    return session.get_one(Person, session.get_one(Account, account_id).person_id).identity_cipher


def local_path(target: str) -> str:
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
        recover_code, desk_page, desk_code,
    ],
    opt={"zone": Zone.ALL},
)  # fmt: skip
