"""Old anonymous query results are dropped; upstream keeps them for ever and slows down."""

from __future__ import annotations

import itertools
import os
import threading
from typing import Any

from local_bigquery.engine import database
from local_bigquery.engine.database import quote
from local_bigquery.jobs import runner

KEEP_RESULTS = int(os.environ.get("KEEP_RESULTS", "24"))
PRUNE_EVERY_JOBS = 50

# The jobs since the last time, and some before them: a list of what is there would look through every table.
OLD_RESULTS = f"""
    SELECT project_id || ':' || job_id
    FROM emulator.main.jobs
    ORDER BY creation_time DESC
    LIMIT {4 * PRUNE_EVERY_JOBS} OFFSET ?
"""


def install() -> None:
    """Apply the patch."""
    execute = runner._execute
    count, pruning = itertools.count(1), threading.Lock()

    def execute_and_prune(*arguments: Any) -> None:
        execute(*arguments)
        if next(count) % PRUNE_EVERY_JOBS == 0 and pruning.acquire(blocking=False):
            try:
                prune()
            finally:
                pruning.release()

    runner._execute = execute_and_prune


def prune() -> None:
    """Drop the results of all but the newest jobs."""
    for (name,) in database.fetch(OLD_RESULTS, [KEEP_RESULTS]):
        database.execute(f"DROP TABLE IF EXISTS emulator._results.{quote(name)}")
