"""An Airflow of the session's own, without a cluster, and the Dag as that Airflow reads it."""

from __future__ import annotations

import atexit
import os
import runpy
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DAGS = ROOT / "dags"
HOME = Path(tempfile.mkdtemp(prefix="airflow-"))
IMAGE = "registry.example/customer-360/dbt:0123456789ab"

atexit.register(shutil.rmtree, HOME, ignore_errors=True)
# Airflow reads its configuration when it is imported, which is after this file.
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__EXECUTOR": "KubernetesExecutor,LocalExecutor",
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME}/airflow.db",
    "C360_PROJECT": "customer-360-test",
    "C360_RAW_BUCKET": "raw",
    "C360_COMMIT": "0123456789ab",
    "C360_DBT_IMAGE": IMAGE,
}


def parse(name: str = "olist_etl_pipeline") -> Any:
    """A Dag as the environment makes it now."""
    return runpy.run_path(str(DAGS / f"{name}.py"))[name]()


@pytest.fixture(scope="session")
def dag() -> Any:
    """The Dag where no landing volume is, as on GKE."""
    return parse()


@pytest.fixture(scope="session")
def dag_on_kind() -> Any:
    """The Dag where a landing volume is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_LANDING_CLAIM", "landing")
        return parse()
