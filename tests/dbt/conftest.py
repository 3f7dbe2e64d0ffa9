"""Fixtures of the dbt project's tests: the parsed project, and SQL compiled from its macros."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from google.cloud.bigquery import LoadJobConfig, SchemaField

from customer360.catalogue import RATES_TABLE, Source, source, sources
from customer360.settings import LAYERS, Settings, from_environment
from customer360.steps.load_keys import load_keys
from customer360.warehouse import Warehouse
from scripts.generate import generate
from scripts.sandbox import Sandbox

DBT = Path(__file__).resolve().parents[2] / "dbt"
PREFIX = "olist_ci_dbt"
ORDERS = 300

RunDbt = Callable[..., list[Any]]


@pytest.fixture(scope="session", autouse=True)
def own_datasets() -> Iterator[None]:
    """Datasets of these tests' own, on the sandbox that all tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATASET_PREFIX", PREFIX)
        yield


@pytest.fixture(scope="session")
def dbt_arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The project, and folders of the session's own for what dbt writes."""
    place = str(tmp_path_factory.mktemp("dbt"))
    directories = ["--project-dir", str(DBT), "--profiles-dir", str(DBT)]
    return [*directories, "--target", "sandbox", "--target-path", place, "--log-path", place, "--quiet"]


@pytest.fixture(scope="session")
def manifest(dbt_arguments: list[str]) -> Manifest:
    """The parsed project; no connection is made."""
    parsed = dbtRunner().invoke(["parse", *dbt_arguments])
    assert parsed.success, parsed.exception
    assert isinstance(parsed.result, Manifest)
    return parsed.result


@pytest.fixture(scope="session")
def compile_sql(manifest: Manifest, dbt_arguments: list[str]) -> Callable[[str], str]:
    """Function that renders a template with the project's macros; it raises what a macro raises."""

    def compiled(template: str) -> str:
        offline = ["--inline", template, "--no-populate-cache", "--no-introspect"]
        outcome: Any = dbtRunner(manifest=manifest).invoke(["compile", *offline, *dbt_arguments])
        if outcome.exception is not None:
            raise outcome.exception.__context__ or outcome.exception
        return str(outcome.result.results[0].node.compiled_code)

    return compiled


@pytest.fixture(scope="session")
def own_settings(sandbox: Sandbox) -> Settings:
    """Settings of these tests' datasets on the sandbox."""
    return from_environment({**os.environ, **sandbox.environment(), "C360_DATASET_PREFIX": PREFIX})


@pytest.fixture(scope="session")
def delivered(own_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Raw tables of a small delivery with one order and one payment that break a rule, and the hash keys."""
    warehouse = Warehouse.connect(own_settings)
    for layer in LAYERS:
        warehouse.create_dataset(own_settings.dataset(layer))
    place = tmp_path_factory.mktemp("delivery")
    generate(place, orders=ORDERS, seed=7)
    _write_rates(place / source(RATES_TABLE).file)
    _append(place, "orders", {"order_id": "broken", "order_purchase_timestamp": "2018-02-30 10:00:00"})
    _append(place, "order_payments", {"payment_value": "12,90"})
    for entry in sources():
        _load(warehouse, f"{own_settings.project}.{own_settings.dataset('raw')}.{entry.table}", place, entry)
    load_keys(warehouse, own_settings)
    return warehouse


@pytest.fixture(scope="session")
def built(delivered: Warehouse, run_dbt: RunDbt) -> list[Any]:  # noqa: ARG001
    """Results of one whole `dbt build` on the small delivery, unit tests included."""
    return run_dbt("build")


@pytest.fixture(scope="session")
def run_dbt(manifest: Manifest, dbt_arguments: list[str]) -> RunDbt:
    """Function that runs a dbt command and gives the results of its nodes."""

    def run(*command: str) -> list[Any]:
        outcome: Any = dbtRunner(manifest=manifest).invoke([*command, *dbt_arguments])
        assert outcome.exception is None, outcome.exception
        return list(outcome.result.results)

    return run


def _write_rates(path: Path) -> None:
    first = date(2016, 8, 1)
    days = [first + timedelta(days=number) for number in range(900)]
    lines = [f"{day},BRL,USD,0.3" for day in days if day.isoweekday() < 6]
    path.write_text("\n".join([",".join(source(RATES_TABLE).header), *lines]) + "\n")


def _append(place: Path, table: str, changes: dict[str, str]) -> None:
    """Repeat the first record of a file with other values."""
    entry = source(table)
    with (place / entry.file).open("r+", newline="") as file:
        record = next(csv.DictReader(file)) | changes
        file.seek(0, os.SEEK_END)
        csv.DictWriter(file, entry.header, lineterminator="\n").writerow(record)


def _load(warehouse: Warehouse, table: str, place: Path, entry: Source) -> None:
    config = LoadJobConfig(
        schema=[SchemaField(name, "STRING") for name in entry.header],
        skip_leading_rows=1,
        allow_quoted_newlines=True,
        write_disposition="WRITE_TRUNCATE",
    )
    with (place / entry.file).open("rb") as file:
        warehouse.client.load_table_from_file(file, table, job_config=config).result()
