"""A job that a killed emulator left behind fails; upstream says for ever that it runs, and clients wait for it."""

from __future__ import annotations

from typing import Any

from local_bigquery.catalog import metadata
from local_bigquery.errors import BigQueryError
from local_bigquery.jobs import runner, store

LOST = BigQueryError("stopped", "The emulator was stopped while the job ran; start another")


def install() -> None:
    """Apply the patch."""
    load, started = store.load, int(metadata.now())

    def load_or_fail(project: str, job_id: str) -> Any:
        job = load(project, job_id)
        # One that is older than this process and has not ended has nobody left to end it.
        if job and job.status.state != "DONE" and int(job.statistics.creationTime) < started:
            job = store.save(runner._done(job, job.statistics, LOST))
        return job

    store.load = load_or_fail
