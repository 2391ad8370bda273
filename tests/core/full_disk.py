"""A disk that is full for the writer."""

from typing import Any

from sqlalchemy import event

from core.db import Database


class Disk:
    """A disk of which only so many pages may be used by the writer, from its next connection on."""

    def __init__(self, database: Database) -> None:
        self.free_pages: int | None = None
        event.listen(database._writing, "connect", self._limit)

    def _limit(self, driver: Any, _record: object) -> None:
        if self.free_pages is not None:
            (used,) = driver.execute("PRAGMA page_count").fetchone()
            driver.execute(f"PRAGMA max_page_count={used + self.free_pages}").close()
