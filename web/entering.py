"""Opening a session on a browser, and counting failed tries."""

import time
from dataclasses import dataclass, field

from litestar.response import Redirect

from core.actions import keep_session
from core.errors import Refusal
from web.asking import Asker
from web.security import SESSION, cookie_header, hashed, new_token

WINDOW_SECONDS = 15 * 60
MOST_TRIES = 10


@dataclass(slots=True)
class Tries:
    """Failed tries by key (account and address) within a window; kept in memory, forgotten with it."""

    kept: dict[str, list[float]] = field(default_factory=dict)

    def refuse_more(self, key: str) -> None:
        """Raise a Refusal after too many failures."""
        fresh = [at for at in self.kept.get(key, ()) if time.monotonic() - at < WINDOW_SECONDS]
        self.kept[key] = fresh
        if len(fresh) >= MOST_TRIES:
            raise Refusal("Too many tries. Wait a quarter of an hour, or come to the desk.", status=429)

    def note(self, key: str) -> None:
        """Count a failure."""
        if len(self.kept) > 50_000:
            self.kept.clear()
        self.kept.setdefault(key, []).append(time.monotonic())


TRIES = Tries()


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
        "replaces": old.token_hash if old else "",
    }
    asker.house.acts.keep_sync(keep_session, row)
    cookie = cookie_header(SESSION, token, secure=asker.house.settings.secure_cookies)
    return Redirect(target, status_code=303, headers={"Set-Cookie": cookie})
