"""Our platform chart: identities of the tasks, limits of the namespace, and the job that prepares the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.charts.releases import GOOGLE_PLACES, PLACES, render
from tests.charts.rendering import CHARTS, Document, RenderError, containers, find, names, pods, search

ACCOUNTS = ("dbt", "eraser", "loader", "uploader")
SCRIPT = CHARTS / "platform" / "files" / "prepare_airflow.py"
# Stands in for Airflow's command line: it writes down what it is asked.
COMMAND_LINE = """
from types import SimpleNamespace

def get_parser():
    return SimpleNamespace(parse_args=lambda told: SimpleNamespace(func=lambda _: print(*told)))
"""
in_every_place = pytest.mark.parametrize("place", PLACES)


def prepare_job(place: str, **settings: object) -> Document:
    """The job that prepares the database."""
    return next(entry for entry in render("platform", place, **settings) if entry["kind"] == "Job")


@in_every_place
def test_it_makes_these_objects_besides_policies(place: str) -> None:
    expected = {
        *(("ServiceAccount", name) for name in ACCOUNTS),
        ("ResourceQuota", "namespace"),
        ("LimitRange", "containers"),
        ("Job", prepare_job(place)["metadata"]["name"]),
        ("Role", "pod-launcher"),
        ("RoleBinding", "pod-launcher"),
        *([("Rules", "customer-360"), ("PodMonitoring", "statsd")] if place != "kind" else []),
    }

    copies = ("ExternalSecret", "SecretStore")  # test_secrets.py
    assert {
        (kind, name)
        for kind, name in names(render("platform", place)) - {("ServiceAccount", "external-secrets")}
        if kind not in ("NetworkPolicy", *copies)
    } == expected


@in_every_place
@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_account_of_a_task_holds_a_token(place: str, account: str) -> None:
    assert find(render("platform", place), "ServiceAccount", account)["automountServiceAccountToken"] is False


@pytest.mark.parametrize("place", GOOGLE_PLACES)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_account_is_one_of_google_cloud(place: str, account: str) -> None:
    annotations = find(render("platform", place), "ServiceAccount", account)["metadata"]["annotations"]

    assert annotations == {
        "iam.gke.io/gcp-service-account": f"c360-{account}@customer-360-{place}.iam.gserviceaccount.com"
    }


def test_on_kind_no_account_is_one_of_google_cloud() -> None:
    accounts = [entry for entry in render("platform", "kind") if entry["kind"] == "ServiceAccount"]

    assert search("[].metadata.annotations", accounts) == []


@in_every_place
def test_only_scheduler_and_triggerer_may_start_and_delete_pods(place: str) -> None:
    bindings = [
        entry
        for release in ("airflow", "platform")
        for entry in render(release, place)
        if entry["kind"] == "RoleBinding" and "pod-launcher" in entry["roleRef"]["name"]
    ]
    accounts = {name for kind, name in names(render("airflow", place)) if kind == "ServiceAccount"}

    assert (
        set(search("[].subjects[].name", bindings)) == {"airflow-scheduler", "airflow-triggerer"} & accounts
    )


@in_every_place
def test_nobody_may_run_a_command_in_a_pod(place: str) -> None:
    role = find(render("platform", place), "Role", "pod-launcher")

    assert set(search("rules[].resources[]", role)) == {"pods", "pods/log", "events"}


def test_a_job_of_another_commit_has_another_name() -> None:
    """A job may not be changed: under the same name an upgrade would fail."""
    one, other = prepare_job("kind"), prepare_job("kind", airflow__tag="ba9876543210")

    assert one["metadata"]["name"] != other["metadata"]["name"]


def test_a_job_that_does_something_else_has_another_name() -> None:
    other = prepare_job("kind", airflow__pools__bigquery__slots=5)

    assert prepare_job("kind")["metadata"]["name"] != other["metadata"]["name"]


def test_the_database_is_prepared_in_this_order_and_a_repeat_sets_the_password(tmp_path: Path) -> None:
    package = tmp_path / "airflow" / "cli"
    package.mkdir(parents=True)
    (package / "cli_parser.py").write_text(COMMAND_LINE)
    container = prepare_job("kind")["spec"]["template"]["spec"]["containers"][0]
    pools = next(entry["value"] for entry in container["env"] if entry["name"] == "POOLS")

    done = subprocess.run(
        [sys.executable, "-c", container["args"][2]],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "POOLS": pools}
        | {"ADMIN_USERNAME": "admin", "ADMIN_PASSWORD": "a password"},
        capture_output=True,
        text=True,
        check=True,
    )

    asked = [line.split(" --")[0] for line in done.stdout.splitlines()]
    assert asked == [
        "db check",
        "db migrate",
        "pools set bigquery 4 Bounds the jobs that BigQuery runs for us at once",
        "users create",
        "users reset-password",
    ]
    assert all("--password a password" in line for line in done.stdout.splitlines()[3:])


def test_the_job_runs_the_script_of_this_folder() -> None:
    assert prepare_job("kind")["spec"]["template"]["spec"]["containers"][0]["args"][2] == SCRIPT.read_text()


def test_on_kind_what_always_runs_leaves_most_of_a_core_to_tasks() -> None:
    """Two cores, of which Kubernetes itself claims 870m: what is requested here no task can get."""
    always = [
        container
        for release in ("airflow", "sandbox")
        for name, pod in pods(render(release, "kind")).items()
        if name.startswith(("Deployment", "StatefulSet"))
        for container in pod["spec"]["containers"]
    ]

    assert sum(int(entry["resources"]["requests"]["cpu"].removesuffix("m")) for entry in always) <= 500


def test_on_kind_the_quota_has_room_for_all_tasks_at_once() -> None:
    hard = find(render("platform", "kind"), "ResourceQuota", "namespace")["spec"]["hard"]
    components = [entry for pod in pods(render("airflow", "kind")).values() for entry in containers(pod)]
    limits = sum(int(entry["resources"]["limits"]["memory"].removesuffix("Gi")) for entry in components)

    assert (
        int(hard["limits.memory"].removesuffix("Gi")) >= limits + 12 * 1 + 2
    )  # tasks of 1 GiB, a dbt pod of 2


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"airflow__tag": "latest"}, "/airflow/tag"),
        ({"airflow__tag": ""}, "/airflow/tag"),
        ({"airflow__tga": "0123456789ab"}, "tga"),
        ({"airflow__repository": "apache/superset"}, "/airflow/repository"),
        ({"airflow__pools__bigquery__slots": 0}, "/airflow/pools/bigquery/slots"),
        ({"quota__pods": 10}, "/quota/pods"),
        ({"serviceAccounts__analyst": {}}, "analyst"),
        ({"containerDefaults__limits__memory": "512M"}, "/containerDefaults/limits/memory"),
        ({"network__visitors": ["10.0.0.1"]}, "/network/visitors/0"),
        ({"network__destinations__database": [{"ports": [5432]}]}, "/network/destinations/database/0"),
        ({"network__destinations__database": [{"addresses": ["10.0.0.0/8"], "ports": []}]}, "ports"),
        ({"netwrok": {}}, "netwrok"),
        ({"monitoring__system": "datadog"}, "/monitoring/system"),
        ({"monitoring__repository": "example/customer-360"}, "/monitoring/repository"),
    ],
)
def test_bad_values_are_refused(setting: dict[str, object], problem: str) -> None:
    with pytest.raises(RenderError, match=problem):
        render("platform", "kind", **setting)
