"""# Erasing a person

Takes a person out of every object and table, so that nothing leads to the person any more and no later delivery brings
the person back. Orders, payments and scores stay, as those of a stranger.

| task | what it does | account |
|---|---|---|
| `erase` | waits until no run is at work, then cleans objects, raw tables and the history of segments | `eraser` |
| `dbt.staging`, `dbt.intermediate`, `dbt.marts` | build every layer anew from what is left | `dbt` |
| `record` | puts on record what was done, without saying to whom, and deletes the request | `eraser` |

**Parameter:** `request`, the name of an object `erasures/<request>.json` in the raw bucket, which says who is meant.
The person itself is no parameter: Airflow keeps and shows those. Somebody unknown fails `erase` and changes nothing;
somebody erased before skips the rest. **A task failed?** Clear it: every task ends what its first try began.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import Param, chain, dag, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

import pods
from customer360.runs import run_name
from customer360.settings import from_environment
from failures import default_args, giving_up

SETTINGS = from_environment()
BIGQUERY = "bigquery"  # the pool that bounds BigQuery's jobs
ERASER = pods.worker("eraser", SETTINGS)

# Rendered when a task starts.
REQUEST = "{{ params.request }}"
RUN = "{{ run_name(run_id) }}"


@task(**ERASER, execution_timeout=timedelta(hours=6), pool=BIGQUERY, retries=12, multiple_outputs=False)
@giving_up()
def erase(request: str) -> dict[str, Any]:
    """Erase whom the request names from objects, raw tables and history, tried again while another run is at work."""
    import turns
    from customer360 import tasks

    done = tasks.erase(request, turns.holder(), turns.has_ended)
    if done is None:
        raise AirflowSkipException("this person was erased before; nothing changed")
    return done


@task(**ERASER, execution_timeout=timedelta(minutes=15), pool=BIGQUERY)
@giving_up()
def record(request: str, done: dict[str, Any], run: str) -> None:
    """Put the erasure on record and delete the request."""
    from customer360 import tasks

    tasks.record(request, done, run)


def build(layer: str) -> KubernetesPodOperator:
    """Build and test a layer in a pod of the dbt image, from raw tables however old."""
    return KubernetesPodOperator(
        task_id=layer,
        arguments=[layer, "--no-freshness"],
        **pods.dbt(layer, RUN, SETTINGS),
        execution_timeout=timedelta(hours=2),
        pool=BIGQUERY,
    )


@dag(
    dag_id="erase_person",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["customer-360", "privacy"],
    params={
        "request": Param(
            type="string",
            pattern=r"^[0-9]{8}t[0-9]{6}-[0-9a-f]{8}$",
            description="Name of the request in the raw bucket; never a person.",
        )
    },
    default_args=default_args(SETTINGS.retry_seconds),
    user_defined_macros={"run_name": run_name},
)
def erase_person() -> None:
    """Wire the tasks."""

    @task_group
    def dbt() -> None:
        chain(build("staging"), build("intermediate"), build("marts"))

    done = erase(REQUEST)
    chain(done, dbt(), record(REQUEST, done, RUN))


erase_person()
