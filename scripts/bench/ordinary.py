"""The full run against the ordinary way, on the same data and emulators.

The ordinary way sends one file after the other with the client's defaults, loads one table after the other with
autodetected types, and builds with one dbt thread. The models read text, so its typed tables go to a dataset of their
own and its dbt reads a raw layer that was loaded before, outside the measured time. Ours is the whole run, with the
rates, the keys and the reconciliation that the ordinary way does without.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from google.cloud import bigquery, storage  # type: ignore[attr-defined]

from customer360.catalogue import files_delivered
from customer360.dbt_session import DbtSession
from customer360.settings import Settings, from_environment
from scripts.demo.pipeline import Pipeline, Run
from scripts.generate import generate
from scripts.sandbox.lifecycle import running_sandbox

DATASET = "ordinary_raw"
DAY = "2026-01-01"


def measure(directory: Path, orders: int) -> dict[str, float]:
    """Seconds of a run both ways, each in a fresh sandbox, and their ratio. Raises the failed step's error."""
    source = directory / f"orders-{orders}"
    generate(source, orders, 360)
    ours = _in_sandbox(directory, source, _our_way)
    ordinary = _in_sandbox(directory, source, _ordinary_way)
    return {
        "orders": orders,
        "ours_s": round(ours, 1),
        "ordinary_s": round(ordinary, 1),
        "ratio": round(ours / ordinary, 3),
    }


def _in_sandbox(directory: Path, source: Path, way: Callable[[Pipeline, Path, Path], float]) -> float:
    target = directory / "target"
    shutil.rmtree(target, ignore_errors=True)  # neither way finds the project parsed by the other
    with running_sandbox(directory / "sandbox") as place:
        os.environ.update(place.environment())  # dbt and the clients read it there
        pipeline = Pipeline(from_environment(), Run("bench", DAY))
        pipeline.create_datasets()
        return way(pipeline, source, target)


def _our_way(pipeline: Pipeline, source: Path, target: Path) -> float:
    settings = pipeline.settings
    start = time.perf_counter()
    with DbtSession(settings.dbt_directory, settings.dbt_target, target, target / "dbt.out") as dbt:
        pipeline.execute(str(source), dbt)
        return time.perf_counter() - start


def _ordinary_way(pipeline: Pipeline, source: Path, target: Path) -> float:
    pipeline.load_raw(str(source))
    pipeline.warehouse.create_dataset(DATASET)
    start = time.perf_counter()
    _upload_and_load(pipeline, source)
    _dbt(pipeline.settings, target)
    return time.perf_counter() - start


def _upload_and_load(pipeline: Pipeline, source: Path) -> None:
    bucket = storage.Client(pipeline.settings.project).bucket(pipeline.settings.raw_bucket)
    for entry in files_delivered():
        bucket.blob(f"ordinary/{entry.file}").upload_from_filename(source / entry.file)
    config = bigquery.LoadJobConfig(
        autodetect=True,
        source_format=bigquery.SourceFormat.CSV,
        allow_quoted_newlines=True,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
    )
    client = pipeline.warehouse.client
    for entry in files_delivered():
        uri, table = f"gs://{bucket.name}/ordinary/{entry.file}", f"{DATASET}.{entry.table}"
        client.load_table_from_uri(uri, table, job_config=config).result()


def _dbt(settings: Settings, target: Path) -> None:
    folder = str(settings.dbt_directory)
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--threads", "1"]
    command += ["--project-dir", folder, "--profiles-dir", folder, "--target", settings.dbt_target]
    command += ["--target-path", str(target), "--exclude-resource-type", "unit_test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dbt failed:\n{done.stdout[-2000:]}")
