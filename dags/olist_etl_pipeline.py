"""# Olist: from delivered files to the customer 360

Every day the delivered files and the BRL/USD rates go to the raw bucket, replace the raw tables, and dbt builds
staging, intermediate and marts from them. In the end every row and every cent is counted.

| task | what it does | account |
|---|---|---|
| `exchange_rates.fetch` | rates from the first order to today, from the API to the bucket | `uploader` |
| `uploads.upload` | a pod a file: inspects it, sends it in 10 MiB chunks, records it | `uploader` |
| `raw_load.suppress` | takes erased persons out of what was uploaded, once no erasure is under way | `eraser` |
| `raw_load.load` | replaces every raw table by its object, all at once | `loader` |
| `dbt.staging` | checks that the raw tables are fresh, types rows and sets aside the bad ones | `dbt` |
| `dbt.intermediate` | loads the hash keys, makes persons and hides who they are | `dbt` |
| `dbt.marts` | marts for analysts and, restricted, for marketing | `dbt` |
| `reconcile` | rows and money delivered = raw = staging + quarantined = marts + quarantined | `dbt` |

**A task failed?** Its log ends with what to do. A bad file, a row or a cent too few and wrong settings fail at once;
anything else is tried three times more. Deliver the file again and start a new run: a run's objects are never replaced.

**Parameters:** `source_uri`, the folder or URL that holds the files; `full_refresh`, build the facts from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, Param, chain, dag, get_parsing_context, task, task_group

from customer360.catalogue import files_delivered, sources
from customer360.runs import run_name
from customer360.settings import from_environment
from failures import default_args, giving_up

SETTINGS = from_environment()
BIGQUERY = "bigquery"  # the pool that bounds BigQuery's jobs
# A worker reads this file for one task; Kubernetes' models and operators, which the others need, are a second of CPU.
ONLY = get_parsing_context().task_id

# Rendered when a task starts.
SOURCE = "{{ params.source_uri }}"
RUN = "{{ run_name(run_id) }}"
DAY = "{{ (dag_run.logical_date or dag_run.run_after) | ds }}"
REFRESH = "--{{ '' if params.full_refresh else 'no-' }}full-refresh"

MARTS = (
    "customer_360",
    *("dim_customers", "dim_dates", "dim_geography", "dim_products", "dim_sellers"),
    *("fct_exchange_rates", "fct_order_items", "fct_orders", "fct_payments", "fct_reviews"),
)
RESTRICTED = ("customer_contacts",)


def tables(layer: str, names: Iterable[str]) -> list[Asset]:
    """Assets by name: to check an address Airflow loads every provider, which takes a second at each parse."""
    return [Asset(f"{SETTINGS.dataset(layer)}.{name}", group=layer) for name in names]


def pod(kind: str) -> dict[str, Any]:
    """Arguments that shape a task's pod; a worker is in its pod already."""
    if ONLY:
        return {}
    import pods

    return pods.worker(kind, SETTINGS)


# Each imports what it runs by itself: parsing needs no cloud library.


@task(**pod("uploader"), execution_timeout=timedelta(minutes=15), multiple_outputs=False)
@giving_up()
def fetch(base: str, run: str, day: str) -> dict[str, Any]:
    """Store the rates of every working day since the first order; their record in the manifest."""
    from customer360 import tasks

    return tasks.fetch(base, run, day)


@task(
    **pod("uploader"),
    execution_timeout=timedelta(hours=1),
    multiple_outputs=False,
    map_index_template="{{ task.op_kwargs['table'] }}",
)
@giving_up()
def upload(table: str, base: str, run: str, day: str) -> dict[str, Any]:
    """Inspect a delivered file while it goes to the bucket; its record in the manifest."""
    from customer360 import tasks

    return tasks.send(table, base, run, day)


@task(
    **pod("eraser"), execution_timeout=timedelta(hours=1), pool=BIGQUERY, retries=12, multiple_outputs=False
)
@giving_up()
def suppress(uploaded: Sequence[dict[str, Any]], rates: dict[str, Any]) -> list[dict[str, Any]]:
    """Keep erased persons out of the run, tried again while an erasure is under way; the records as they are then."""
    import turns
    from customer360 import tasks

    # The slice is one request, where the items are one each.
    return tasks.keep_out([*uploaded[:], rates], turns.holder(), turns.has_ended)


@task(
    **pod("loader"),
    execution_timeout=timedelta(hours=1),
    pool=BIGQUERY,
    multiple_outputs=False,
    outlets=tables("raw", (source.table for source in sources())),
)
@giving_up()
def load(records: list[dict[str, Any]]) -> dict[str, int]:
    """Replace every raw table; the rows of each."""
    from customer360 import tasks

    return tasks.replace(records)


@task(**pod("reconciler"), execution_timeout=timedelta(minutes=15), pool=BIGQUERY)
@giving_up()
def reconcile(records: list[dict[str, Any]]) -> list[str]:
    """Count rows and money at every station; the balances."""
    from customer360 import tasks

    return tasks.balance(records)


def build(layer: str, outlets: Iterable[Asset] = ()) -> Any:
    """Build and test a layer in a pod of the dbt image."""
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    import pods

    return KubernetesPodOperator(
        task_id=layer,
        arguments=[layer, REFRESH],
        **pods.dbt(layer, RUN, SETTINGS),
        execution_timeout=timedelta(hours=2),
        pool=BIGQUERY,
        outlets=list(outlets),
    )


@dag(
    dag_id="olist_etl_pipeline",
    doc_md=__doc__,
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    tags=["customer-360", "olist", "bigquery", "dbt"],
    params={
        "source_uri": Param(
            SETTINGS.source_uri, type="string", minLength=1, description="Folder or URL of the files."
        ),
        "full_refresh": Param(False, type="boolean", description="Build the incremental facts from nothing."),
    },
    default_args=default_args(SETTINGS.retry_seconds),
    user_defined_macros={"run_name": run_name},
)
def olist_etl_pipeline() -> None:
    """Wire the tasks."""

    @task_group
    def exchange_rates() -> Any:
        return fetch(SOURCE, RUN, DAY)

    @task_group
    def uploads() -> Any:
        files = [entry.table for entry in files_delivered()]
        return upload.partial(base=SOURCE, run=RUN, day=DAY).expand(table=files)

    @task_group
    def raw_load(uploaded: Any, rates: Any) -> Any:
        records = suppress(uploaded, rates)
        return records, load(records)

    @task_group
    def dbt() -> None:
        marts = tables("marts", MARTS) + tables("restricted", RESTRICTED)
        chain(build("staging"), build("intermediate"), build("marts", outlets=marts))

    rates, uploaded = exchange_rates(), uploads()
    records, loaded = raw_load(uploaded, rates)
    layers = [dbt()] if not ONLY or ONLY.startswith("dbt.") else []
    chain(loaded, *layers, reconcile(records))


olist_etl_pipeline()
