"""A job that nobody will end any more fails; upstream says for ever that it runs, and clients wait for it.

That is one that a killed emulator left behind, and one whose end could not be written, as on a full disk.
"""

from __future__ import annotations

from typing import Any

from local_bigquery.catalog import metadata
from local_bigquery.errors import BigQueryError
from local_bigquery.jobs import runner, store

LOST = BigQueryError("stopped", "The emulator lost the job; start another")


def install() -> None:
    """Apply the patch."""
    load, started = store.load, int(metadata.now())

    def is_abandoned(project: str, job_id: str, job: Any) -> bool:
        running = runner._running.get((project, job_id))
        future = running and running.future
        return int(job.statistics.creationTime) < started or bool(future and future.done())

    def load_or_fail(project: str, job_id: str) -> Any:
        job = load(project, job_id)
        if job and job.status.state != "DONE" and is_abandoned(project, job_id, job):
            # It may have ended well between the two looks.
            job = load(project, job_id)
            if job.status.state != "DONE":
                job = store.save(runner._done(job, job.statistics, LOST))
        return job

    store.load = load_or_fail
