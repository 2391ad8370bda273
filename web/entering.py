"""Opening a session on a browser."""

from litestar.response import Redirect

from core.actions import keep_session
from web.asking import Asker
from web.security import SESSION, cookie_header, hashed, new_token


def open_session(asker: Asker, target: str, *, account_id: int | None = None, seat_id: int | None = None) -> Redirect:
    """Answer with a fresh token; the browser's old session ends."""
    token = new_token()
    old = asker.known.signed_in
    row = {
        "token_hash": hashed(token),
        "account_id": account_id,
        "seat_id": seat_id,
        "device": asker.known.device,
        "language": asker.visit.language.value,
    }
    asker.house.acts.keep_sync(keep_session, row, replaces=old.token_hash if old else "")
    cookie = cookie_header(SESSION, token, secure=asker.house.settings.secure_cookies)
    return Redirect(target, status_code=303, headers={"Set-Cookie": cookie})
