"""Durable background work on DBOS: a step that is done is not done again after a crash.

DBOS is one per process, and slow to import, so it is loaded only where jobs run. A workflow's id is made from the row
it works for, so that sending the same work twice is harmless and the work list can be made again from our own rows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.settings import Settings
from core.slots import Slot

log = logging.getLogger("gongxuan.jobs")

# Workflows found in the job database by another version are left alone; raise it only with a drained queue.
WORKFLOW_VERSION = "1"
QUEUE = "work"
REST_SECONDS = 60
VACANT = timedelta(seconds=30)  # a living process whose connection broke has taken its slot again by then
MOST_STARTS = 20
_OVER = frozenset({"ERROR", "CANCELLED", "SUCCESS"})
_GIVEN_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"


class StoppedWork(BaseException):
    """A step was stopped because its process ends: at the next start its workflow goes on with this very step.

    An interruption, as KeyboardInterrupt is: of an Exception the engine would keep the outcome.
    """


@dataclass(slots=True)
class Jobs:
    """The job engine of this process, one of any number on the same database; each works under its own slot."""

    settings: Settings
    running: bool = False
    _slot: Slot | None = None
    _vacant: dict[str, datetime] = field(default_factory=dict)

    @property
    def slot(self) -> Slot:
        """This process's slot, while it is launched."""
        if self._slot is None:
            raise RuntimeError("the job engine is not launched")
        return self._slot

    def launch(self, *, at_once: int = 1) -> None:
        """Start working, and go on with what this slot left unfinished. `at_once` workflows run side by side."""
        from dbos import DBOS

        self._slot = Slot(self.settings)

        for name in ("dbos", "dbos._core"):
            logging.getLogger(name).setLevel(logging.ERROR)
        DBOS(
            config={
                "name": "gongxuan",
                "system_database_url": job_database(self.settings),
                "application_version": WORKFLOW_VERSION,
                "executor_id": _executor(self.slot.number),
                "log_level": "ERROR",
                "console_log_level": "ERROR",
            }
        )
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=at_once, polling_interval_sec=0.5)
        self.running = True

    def enqueue(self, workflow: Callable[..., Any], key: str, *args: Any, now: datetime) -> bool:
        """Queue a workflow for a row that waits, under the row's key; one that waits or runs already stays as it is.

        One that is over though its row still waits (the disk was full, the store away, a backup was put back) begins
        anew after a rest. Answers False where it was begun MOST_STARTS times and its process died each time.
        """
        from dbos import DBOS, SetWorkflowID

        known = DBOS.get_workflow_status(key)
        if known is not None and known.status == _GIVEN_UP:
            return False
        if known is not None and known.status in _OVER:
            if now.timestamp() - (known.updated_at or 0) / 1000 < REST_SECONDS:
                return True
            DBOS.delete_workflow(key)
        with SetWorkflowID(key):
            DBOS.enqueue_workflow(QUEUE, workflow, *args)
        return True

    def keep_slot(self) -> bool:
        """Whether this process still has its slot; if not, it must close and launch anew under another one."""
        return self.slot.keep()

    def adopt(self, *, now: datetime) -> None:
        """Hand back to the queue what processes left unfinished that have ended: whose slots are vacant, and stay so.

        The engine sees to it that exactly one process runs it, and that one which lived after all keeps no outcome.
        """
        from dbos import DBOS

        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        others = {one.executor_id or "" for one in begun} - {_executor(self.slot.number)}
        self._vacant = {executor: since for executor, since in self._vacant.items() if executor in others}
        for executor in others:
            with self.slot.standing_in(_number(executor)) as ended:
                if not ended:
                    self._vacant.pop(executor, None)
                elif now - self._vacant.setdefault(executor, now) >= VACANT:
                    DBOS._recover_pending_workflows([executor])  # noqa: SLF001 - the engine has no other door

    def close(self) -> None:
        """Stop taking work and give the slot up. Whatever is unfinished goes on at the next start, or elsewhere."""
        if self.running:
            from dbos import DBOS

            self.running = False
            DBOS.destroy()
        if self._slot is not None:
            self._slot.close()
            self._slot = None


def job_database(settings: Settings) -> str:
    """Where DBOS keeps its own tables: beside the embedded database, or a schema of the PostgreSQL one."""
    if settings.sqlite:
        return f"sqlite:///{settings.data / 'jobs.sqlite'}"
    return settings.driver_url


def _executor(slot: int) -> str:
    return f"worker-{slot}"


def _number(executor: str) -> int:
    return int(executor.removeprefix("worker-"))
