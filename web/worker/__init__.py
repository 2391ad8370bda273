"""The worker: takes work from the rows that wait for it and hands it to durable workflows."""

import logging
import threading
from collections.abc import Sequence

from core.jobs import Jobs
from web.house import House
from web.worker import house as current, recordings

log = logging.getLogger("gongxuan.worker")
SWEEP_SECONDS = 10.0


class Worker:
    """Runs workflows, and sweeps our own tables for work that nobody has queued."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._jobs = Jobs(house.settings)
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own, so that pages are served meanwhile."""
        current.enter(self._house)
        self._house.live.watch(self._hear)
        self._thread.start()

    def stop(self) -> None:
        """End running children first, then the job engine."""
        self._stopped = True
        self._wake.set()
        recordings.end_children()
        self._jobs.close()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _hear(self, topics: Sequence[str]) -> None:
        if recordings.TOPIC in topics:
            self._wake.set()

    def _work(self) -> None:
        self._jobs.launch()
        while not self._stopped:
            self._wake.clear()
            try:
                recordings.sweep(self._house, self._jobs)
            except Exception:
                if self._stopped:
                    return
                log.exception("the sweep for work failed; it is tried again")
            self._wake.wait(SWEEP_SECONDS)
