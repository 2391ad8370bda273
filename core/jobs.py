"""Durable background work on DBOS: a step that is done is not done again after a crash.

DBOS is one per process, and slow to import, so it is loaded only where jobs run. A workflow's id is made from the row
it works for, so that sending the same work twice is harmless and the work list can be made again from our own rows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.settings import Settings

log = logging.getLogger("gongxuan.jobs")

# Workflows found in the job database by another version are left alone; raise it only with a drained queue.
WORKFLOW_VERSION = "1"
QUEUE = "work"


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

    def enqueue(self, workflow: Callable[..., Any], key: str, *args: Any) -> None:
        """Queue a workflow under its key; a key already known does nothing."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(key):
            DBOS.enqueue_workflow(QUEUE, workflow, *args)

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
