"""What Airflow sends is what the exporter's mapping expects, so that rules get the names they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from airflow.sdk._shared.observability.metrics import stats
from airflow.sdk._shared.observability.metrics.base_stats_logger import NoStatsLogger
from airflow.sdk._shared.observability.metrics.metrics_registry import MetricsRegistry
from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

from tests.programs import AIRFLOW_VALUES, Exporter, running_exporter

DAG = {"dag_id": "olist_etl_pipeline"}
TASK = DAG | {"task_id": "uploads.upload"}
SENT = {
    *("scheduler_heartbeat", "dagrun.duration.success", "dagrun.duration.failed"),
    *("ti.finish", "pool.open_slots", "pool.scheduled_slots"),
}


@pytest.fixture
def exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exporter]:
    """The exporter, and Airflow told of it as the chart's airflow.cfg tells a worker."""
    with running_exporter(tmp_path) as found:
        told = {"statsd_on": "True", "statsd_host": "127.0.0.1", "statsd_port": found.port}
        for name, value in (told | {"statsd_prefix": "airflow"}).items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name.upper()}", str(value))
        stats.initialize(factory=get_stats_factory(), export_legacy_names=True)
        yield found
        stats.initialize(factory=NoStatsLogger, export_legacy_names=True)


def test_every_metric_of_the_mapping_arrives_with_its_labels_and_nothing_else_of_airflow(
    exporter: Exporter,
) -> None:
    stats.incr("scheduler_heartbeat", 1, 1)
    stats.gauge("scheduler.dagruns.running", 1.0)
    stats.timing("dagrun.duration.success", timedelta(minutes=15), tags=DAG)
    stats.timing("dagrun.duration.failed", timedelta(minutes=20), tags=DAG)
    stats.incr("ti.start", tags=TASK)
    stats.incr("ti.finish", tags=TASK | {"state": "up_for_retry"})
    for name in ("open", "queued", "running", "deferred"):
        stats.gauge(f"pool.{name}_slots", 3, tags={"pool_name": "bigquery"})
    stats.gauge("pool.scheduled_slots", 2, tags={"pool_name": "bigquery"})

    series = exporter.series("airflow_pool_scheduled_slots")

    dag = 'dag_id="olist_etl_pipeline"'
    assert series == {
        "airflow_scheduler_heartbeat": 1,
        f'airflow_dagrun_duration{{{dag},state="success",quantile="0.99"}}': 900,
        f'airflow_dagrun_duration_count{{{dag},state="success"}}': 1,
        f'airflow_dagrun_duration_sum{{{dag},state="success"}}': 900,
        f'airflow_dagrun_duration{{{dag},state="failed",quantile="0.99"}}': 1200,
        f'airflow_dagrun_duration_count{{{dag},state="failed"}}': 1,
        f'airflow_dagrun_duration_sum{{{dag},state="failed"}}': 1200,
        f'airflow_ti_finish{{{dag},state="up_for_retry",task_id="uploads__upload"}}': 1,
        'airflow_pool_open_slots{pool="bigquery"}': 3,
        'airflow_pool_scheduled_slots{pool="bigquery"}': 2,
    }


def test_airflow_lists_each_metric_as_one_that_it_sends() -> None:
    assert all(MetricsRegistry().get(name=name) for name in SENT)


def test_the_mapping_expects_the_names_that_airflow_gives_them() -> None:
    mapping = yaml.safe_load(AIRFLOW_VALUES.read_text())["statsd"]["overrideMappings"]
    expected = {entry["match"].removeprefix("airflow.").replace(".*", "") for entry in mapping[:-1]}

    assert expected == {name.removesuffix(".success").removesuffix(".failed") for name in SENT}
