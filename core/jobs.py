"""Durable background work on DBOS: a step that is done is not done again after a crash.

DBOS is one per process, and slow to import, so it is loaded only where jobs run. A workflow's id is made from the row
it works for, so that sending the same work twice is harmless and the work list can be made again from our own rows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.settings import Settings

log = logging.getLogger("gongxuan.jobs")

# Workflows found in the job database by another version are left alone; raise it only with a drained queue.
WORKFLOW_VERSION = "1"
QUEUE = "work"
REST_SECONDS = 60
MOST_STARTS = 20
_OVER = frozenset({"ERROR", "CANCELLED", "SUCCESS"})
_GIVEN_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"


class StoppedWork(BaseException):
    """A step was stopped because its process ends: at the next start its workflow goes on with this very step.

    An interruption, as KeyboardInterrupt is: of an Exception the engine would keep the outcome.
    """


@dataclass(slots=True)
class Jobs:
    """The job engine of this process."""

    settings: Settings
    running: bool = False

    def launch(self, *, at_once: int = 1) -> None:
        """Start working, and go on with what a crash left unfinished. `at_once` workflows run side by side."""
        from dbos import DBOS

        for name in ("dbos", "dbos._core"):
            logging.getLogger(name).setLevel(logging.ERROR)
        DBOS(
            config={
                "name": "gongxuan",
                "system_database_url": job_database(self.settings),
                "application_version": WORKFLOW_VERSION,
                "executor_id": "worker",
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

    def close(self) -> None:
        """Stop taking work. Whatever is unfinished goes on at the next start."""
        if self.running:
            from dbos import DBOS

            self.running = False
            DBOS.destroy()


def job_database(settings: Settings) -> str:
    """Where DBOS keeps its own tables: beside the embedded database, or a schema of the PostgreSQL one."""
    if settings.sqlite:
        return f"sqlite:///{settings.data / 'jobs.sqlite'}"
    return settings.database_url.replace("postgresql+psycopg://", "postgresql://")
