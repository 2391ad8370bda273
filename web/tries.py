"""Counting tries, so that nobody guesses passwords, PINs and codes or sends messages without end."""

import time
from dataclasses import dataclass, field

from core.errors import Refusal

WINDOW_SECONDS = 15 * 60
MOST_TRIES = 10
MOST_CODES = 5  # to one contact
MOST_PER_ADDRESS = 200  # a whole office may stand behind one address
MOST_KEYS = 50_000


@dataclass(slots=True)
class Tries:
    """Tries by key (account and address, card, contact) within a window; kept in memory, forgotten with it."""

    kept: dict[str, list[float]] = field(default_factory=dict)

    def refuse_more(self, key: str, most: int = MOST_TRIES) -> None:
        """Raise a Refusal after too many tries."""
        fresh = [at for at in self.kept.get(key, ()) if time.monotonic() - at < WINDOW_SECONDS]
        if len(fresh) >= most:
            raise Refusal("Too many tries. Wait a quarter of an hour, or come to the desk.", status=429)

    def note(self, key: str) -> None:
        """Count a try."""
        now = time.monotonic()
        if len(self.kept) > MOST_KEYS:
            self._tidy(now)
        self.kept[key] = [at for at in self.kept.get(key, ()) if now - at < WINDOW_SECONDS] + [now]

    def _tidy(self, now: float) -> None:
        """Forget what the window has passed; if that is too little, the older half."""
        fresh = {key: times for key, times in self.kept.items() if now - times[-1] < WINDOW_SECONDS}
        newest = sorted(fresh.items(), key=lambda pair: pair[1][-1])[-(MOST_KEYS // 2) :]
        self.kept = dict(newest)
