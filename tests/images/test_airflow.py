"""The Airflow image holds what the components and the tasks import, and starts where nothing can be written."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from tests.images.containers import network, python, run, running, wait_until

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
IN_USE = (
    "airflow.providers.cncf.kubernetes.executors.kubernetes_executor",
    "airflow.providers.cncf.kubernetes.operators.pod",
    "airflow.providers.cncf.kubernetes.triggers.pod",
    "airflow.providers.fab.auth_manager.fab_auth_manager",
    "airflow.providers.google.cloud.hooks.gcs",
    "airflow.providers.google.cloud.log.gcs_task_handler",
    "airflow.providers.standard.operators.python",
    *("asyncpg", "psycopg2", "statsd"),
    *(
        f"customer360.steps.{path.stem}"
        for path in sorted((ROOT / "dags/customer360/steps").glob("[a-z]*.py"))
    ),
)
LOGS = "--tmpfs=/opt/airflow/logs:uid=50000,gid=0,mode=0775"
SETTINGS = {
    "C360_PROJECT": "customer-360-sandbox",
    "C360_RAW_BUCKET": "customer-360-raw",
    "C360_DBT_IMAGE": "registry/dbt:1",
}


def variables(values: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"--env={name}={value}" for name, value in values.items())


def test_everything_in_use_can_be_imported(airflow_image: str) -> None:
    code = f"""
import importlib, sys
for name in {IN_USE}:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"missing {{name}}: {{error}}")
"""
    done = python(airflow_image, code, LOGS)
    assert done.returncode == 0, done.stderr
    assert "missing" not in done.stdout, done.stdout


def test_only_the_google_provider_misses_packages_and_only_those_left_out_on_purpose(
    airflow_image: str,
) -> None:
    code = """
import json
from importlib.metadata import PackageNotFoundError, distributions, version
from packaging.requirements import Requirement
missing = {}
for distribution in distributions():
    for line in distribution.requires or ():
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version(requirement.name)
        except PackageNotFoundError:
            missing.setdefault(distribution.metadata["Name"], []).append(requirement.name)
print(json.dumps(missing))
"""
    missing = json.loads(python(airflow_image, code).stdout)
    assert missing.keys() == {"apache-airflow-providers-google"}
    lines = (ROOT / "requirements/airflow-exclude.in").read_text().splitlines()
    assert set(missing["apache-airflow-providers-google"]) <= set(lines)


def test_airflow_starts_where_only_logs_and_tmp_can_be_written(airflow_image: str) -> None:
    # `airflow version` alone would not write its configuration file.
    done = run(airflow_image, "airflow", "config", "get-value", "core", "dags_folder", options=(LOGS,))
    assert (done.stdout, done.returncode) == ("/opt/airflow/dags\n", 0), done.stderr


def test_what_the_official_chart_s_probes_call_is_there(airflow_image: str) -> None:
    assert run(airflow_image, "/entrypoint", "echo", "called").stdout == "called\n"


def test_the_dag_loads_with_the_settings_of_a_pod(airflow_image: str) -> None:
    code = "import olist_etl_pipeline; print(olist_etl_pipeline.__file__)"
    done = python(airflow_image, code, LOGS, *variables(SETTINGS))
    assert done.stdout.endswith("/opt/airflow/dags/olist_etl_pipeline.py\n"), done.stderr


def test_nothing_is_compiled_when_a_pod_starts(airflow_image: str) -> None:
    code = """
import importlib.util, pathlib
for folder in ("/opt/airflow/dags", *map(str, pathlib.Path("/opt/venv/lib").glob("python*/site-packages/airflow"))):
    for path in pathlib.Path(folder).rglob("*.py"):
        if not pathlib.Path(importlib.util.cache_from_source(str(path))).exists():
            print(path)
"""
    done = python(airflow_image, code)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


@pytest.mark.slow
def test_airflow_keeps_its_metadata_in_the_sandbox_s_postgresql(
    airflow_image: str, sandbox_image: str, tmp_path: Path
) -> None:
    password = secrets.token_hex(16)
    (tmp_path / "password").write_text(password)
    tmp_path.chmod(0o755)
    connection = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql://airflow:{password}@postgresql:5432/airflow",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    }
    database = (
        *("--user=999:999", "--tmpfs=/data:uid=999,gid=999", f"--volume={tmp_path}:/secret:ro"),
        *("--env=PGDATA=/data/postgresql", "--env=POSTGRES_PASSWORD_FILE=/secret/password"),
    )
    with network() as net:
        place = (f"--network={net}", "--network-alias=postgresql", *database)
        with running(sandbox_image, "postgresql.sh", options=place) as postgresql:
            wait_until(postgresql, "pg_isready", "--quiet", "--host=127.0.0.1")
            here = (f"--network={net}", LOGS, *variables(connection))
            migrated = run(airflow_image, "airflow", "db", "migrate", options=here)
            assert migrated.returncode == 0, migrated.stderr
            users = run(airflow_image, "airflow", "users", "list", "--output=json", options=here)
    # Users are the FAB provider's: its tables are there as well.
    assert (users.stdout.splitlines()[-1], users.returncode) == ("[]", 0), users.stderr
