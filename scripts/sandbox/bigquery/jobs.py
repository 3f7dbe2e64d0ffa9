"""Query jobs: CREATE TABLE reports its destination, which dbt reads; JOBS has the byte and slot columns."""

from __future__ import annotations

import inspect
from typing import Any

import local_bigquery.api.jobs as api
from local_bigquery.jobs import query
from local_bigquery.sql.rules import information_schema

CREATES = ("CREATE_TABLE", "CREATE_TABLE_AS_SELECT")

# The emulator neither scans bytes nor uses slots, so these are always 0.
JOBS_COLUMNS = """    parent_job_id,
    CAST(0 AS BIGINT) AS total_bytes_processed,
    CAST(0 AS BIGINT) AS total_bytes_billed,
    CAST(0 AS BIGINT) AS total_slot_ms,
    false AS cache_hit,
    make_timestamp(CAST(resource ->> '$.statistics.startTime' AS BIGINT) * 1000) AS start_time,
    make_timestamp(CAST(resource ->> '$.statistics.endTime' AS BIGINT) * 1000) AS end_time,
"""

# Asking for temporary tables looks through every table of every project; a job without a session starts with none.
SLOW = 'cur.sql("SELECT table_name FROM duckdb_tables() WHERE temporary")'
QUICK = f"""{SLOW} if session else cur.sql("SELECT '' WHERE false")"""


def install() -> None:
    """Apply the patches."""
    exec(inspect.getsource(query.execute).replace(SLOW, QUICK), query.__dict__)  # noqa: S102 - one constant of it
    execute, results = query.execute, api.results

    def execute_with_destination(
        cursor: Any, project: str, job: str, config: Any, dry_run: bool = False, session: Any = None
    ) -> tuple[Any, Any, Any]:
        statistics, children, destination = execute(cursor, project, job, config, dry_run, session)
        if destination is None and not dry_run and statistics.statementType in CREATES:
            destination = statistics.ddlTargetTable
        return statistics, children, destination

    def results_without_destination(job: Any, *arguments: Any) -> Any:
        # The result of a CREATE has no rows, although its job now names a table.
        statistics = job.statistics and job.statistics.query
        if statistics and statistics.statementType in CREATES:
            job = job.model_copy(deep=True)
            job.configuration.query.destinationTable = None
        return results(job, *arguments)

    query.execute = execute_with_destination
    api.results = results_without_destination
    information_schema.JOBS = information_schema.JOBS.replace("    parent_job_id,\n", JOBS_COLUMNS)
