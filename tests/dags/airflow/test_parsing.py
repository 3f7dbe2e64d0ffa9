"""Parsing the Dag file: Airflow takes it as it is, and it costs neither a connection nor a cloud library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

from customer360.settings import SettingsError
from tests.dags.airflow.conftest import DAGS, parse

# A process that may not connect anywhere parses the file and tells what it loaded beside Airflow's own modules.
WATCHED = """
import json, socket, sqlite3, sys

def refuse(*arguments, **named):
    raise AssertionError(f"parsing connects to {arguments[1:] or arguments}")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
sqlite3.connect = sqlite3.dbapi2.connect = refuse

import airflow.providers.cncf.kubernetes.operators.pod
import airflow.sdk

before = set(sys.modules)
import olist_etl_pipeline
print(json.dumps(sorted(set(sys.modules) - before)))
"""
HEAVY = (
    "customer360.steps",
    "customer360.tasks",
    "dbt",
    "fsspec",
    "google",
    "grpc",
    "numpy",
    "pandas",
    "requests",
)


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        env={**os.environ, "PYTHONPATH": str(DAGS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_parsing_connects_to_nothing(loaded: list[str]) -> None:
    assert "olist_etl_pipeline" in loaded


@pytest.mark.parametrize("package", HEAVY)
def test_parsing_loads_no_library_that_only_a_step_needs(loaded: list[str], package: str) -> None:
    assert [name for name in loaded if name == package or name.startswith(f"{package}.")] == []


def test_parsing_loads_no_provider_of_a_cloud(loaded: list[str]) -> None:
    providers = {name.split(".")[2] for name in loaded if name.startswith("airflow.providers.")}
    assert providers <= {"common", "standard"}


def test_the_folder_holds_two_dag_files_and_they_give_neither_error_nor_warning() -> None:
    bag = DagBag(dag_folder=str(DAGS))
    assert (bag.import_errors, bag.captured_warnings) == ({}, {})
    assert sorted((stat.file, stat.dags) for stat in bag.dagbag_stats) == [
        ("erase_person.py", "['erase_person']"),
        ("olist_etl_pipeline.py", "['olist_etl_pipeline']"),
    ]


def test_the_dag_survives_its_way_into_the_database(dag: Any) -> None:
    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    assert DagSerialization.from_dict(stored).task_ids == dag.task_ids


@pytest.mark.parametrize("name", ["C360_PROJECT", "C360_DBT_IMAGE"])
def test_a_missing_setting_is_named_where_the_dag_is_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        parse()


# What a worker does before its task: it reads the file for that task alone.
FOR_ONE_TASK = """
import json, sys
from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

with _airflow_parsing_context_manager(dag_id="olist_etl_pipeline", task_id=sys.argv[1]):
    from olist_etl_pipeline import olist_etl_pipeline
    dag = olist_etl_pipeline()
print(json.dumps({"tasks": dag.task_ids, "kubernetes": "kubernetes" in sys.modules}))
"""


def read_for(task: str) -> dict[str, Any]:
    """Tasks that a worker of this task sees, and whether it loaded Kubernetes' models."""
    done = subprocess.run(
        [sys.executable, "-c", FOR_ONE_TASK, task],
        env={**os.environ, "PYTHONPATH": str(DAGS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    "task", ["exchange_rates.fetch", "uploads.upload", "raw_load.suppress", "raw_load.load", "reconcile"]
)
def test_a_worker_loads_nothing_of_kubernetes(task: str) -> None:
    found = read_for(task)

    assert task in found["tasks"]
    assert not found["kubernetes"]


@pytest.mark.parametrize("layer", ["staging", "intermediate", "marts"])
def test_a_task_of_dbt_finds_itself_where_it_runs(layer: str, dag: Any) -> None:
    assert set(read_for(f"dbt.{layer}")["tasks"]) == set(dag.task_ids)
