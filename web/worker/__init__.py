"""The worker: takes work from the rows that wait for it and hands it to durable workflows."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from core.jobs import Jobs
from exam.actions import NOTICES
from recording.actions import TOPIC
from web.house import House
from web.worker import house as current, recordings, tellings

log = logging.getLogger("gongxuan.worker")
SWEEP_SECONDS = 10.0
STOP_SECONDS = 20.0


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
        """End running children first, then the job engine; what a step left unfinished goes on at the next start."""
        self._stopped = True
        recordings.end_children()
        self._wake.set()
        self._thread.join(timeout=STOP_SECONDS)

    def _hear(self, topics: Sequence[str]) -> None:
        if TOPIC in topics or NOTICES in topics:
            self._wake.set()

    def _work(self) -> None:
        try:
            while not self._stopped:
                self._work_in_slot()
        except Exception:
            log.exception("the job engine cannot run: recordings wait until the next start")

    def _work_in_slot(self) -> None:
        """Work until told to stop, or until another process has this one's slot."""
        recordings.get_ready()
        try:
            self._jobs.launch()
            self._sweep_on()
        finally:
            recordings.end_children()
            self._jobs.close()
            recordings.end_children()  # a step may have begun another one meanwhile

    def _sweep_on(self) -> None:
        """Look for work at once, whenever an act says that there is some, and from time to time."""
        while not self._stopped:
            self._wake.clear()
            try:
                if not self._jobs.keep_slot():
                    log.warning("the connection broke, and another process has taken this one's slot: another one")
                    return
                recordings.sweep(self._house, self._jobs)
                tellings.sweep(self._house)
                self._jobs.adopt(now=datetime.now(UTC))
            except Exception:
                log.exception("the sweep for work failed; it is tried again")
            if not self._stopped:
                self._wake.wait(SWEEP_SECONDS)
