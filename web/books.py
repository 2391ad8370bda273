"""Result books on their way: made one after another beside the requests, so that nobody waits long for a page."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError as NotYet
from dataclasses import dataclass, field

PATIENCE = 8.0  # seconds that a request waits before it answers that the book is being made
KEPT = 8


@dataclass(slots=True)
class Books:
    """The books asked for lately, by what names them; one is made at a time."""

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="book"))
    _asked: "OrderedDict[str, Future[bytes]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, name: str, make: Callable[[], bytes], patience: float = PATIENCE) -> bytes | None:
        """The book, or None while it is being made: ask again. What went wrong in making it is raised once."""
        with self._lock:
            if name not in self._asked:
                self._asked[name] = self._pool.submit(make)
            self._asked.move_to_end(name)
            book = self._asked[name]
            for other in [one for one, future in self._asked.items() if future.done()][:-KEPT]:
                del self._asked[other]
        try:
            return book.result(patience)
        except NotYet:
            return None
        except BaseException:
            with self._lock:
                self._asked.pop(name, None)
            raise


BOOKS = Books()
