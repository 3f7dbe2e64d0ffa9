"""The official chart with our values: what it makes, who it runs as, and what it is told."""

from __future__ import annotations

import configparser
import json

import pytest
import yaml

from tests.charts.releases import GOOGLE_PLACES, PLACES, TAG, knows_api_server, render, server
from tests.charts.rendering import (
    CHARTS,
    Document,
    RenderError,
    containers,
    find,
    names,
    official_chart,
    pods,
    search,
)

COMPONENTS = ("dag-processor", "scheduler", "triggerer")
OWN_KEYS = {"customer360"}
KEYS_OF_NEWER_CHARTS = {"apiServer", "apiSecretKeySecretName", "jwtSecretName"}
in_every_place = pytest.mark.parametrize("place", PLACES)


def settings_of(place: str) -> configparser.ConfigParser:
    """airflow.cfg of a place."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(find(render("airflow", place), "ConfigMap", "airflow-config")["data"]["airflow.cfg"])
    return parser


def task_pod(place: str) -> Document:
    """The pod that the executor starts for a task, before the Dag's own wishes."""
    return pods(render("airflow", place))["ConfigMap airflow-config pod_template_file.yaml"]


def environment(container: Document) -> dict[str, str | None]:
    """A container's variables; None where the value comes by reference."""
    return {entry["name"]: entry.get("value") for entry in container.get("env", ())}


@in_every_place
def test_it_makes_these_objects_and_no_others(place: str) -> None:
    expected = {
        ("ConfigMap", "airflow-config"),
        *(("Deployment", f"airflow-{name}") for name in (*COMPONENTS, server())),
        *(("ServiceAccount", f"airflow-{name}") for name in (*COMPONENTS, server(), "worker")),
        ("Role", "airflow-pod-log-reader-role"),
        ("RoleBinding", "airflow-pod-log-reader-rolebinding"),
        ("Service", "airflow-triggerer"),
        ("Service", f"airflow-{server()}"),
    }
    if place != "kind":
        expected |= {
            (kind, "airflow-statsd") for kind in ("ConfigMap", "Deployment", "Service", "ServiceAccount")
        }
    if place == "production":
        expected |= {("PodDisruptionBudget", "airflow-scheduler-pdb")}
    if knows_api_server():  # it also knows that the scheduler runs tasks, whose logs can be asked for
        expected |= {("Service", "airflow-scheduler")}
    if place == "production" and knows_api_server():
        expected |= {("PodDisruptionBudget", "airflow-api-server-pdb")}

    assert names(render("airflow", place)) == expected


@pytest.mark.parametrize(
    "tag", ["", "latest", "3.3.2", "0123456789ab-dirty", "0123456789AB", "0123456789abc"]
)
def test_a_tag_that_is_no_commit_is_refused(tag: object) -> None:
    with pytest.raises(RenderError, match="must be a commit of 12 digits"):
        render("airflow", "kind", images__airflow__tag=tag)


def test_a_tag_of_changed_files_is_taken() -> None:
    tag = "0123456789ab-ba9876543210"

    found = render("airflow", "kind", images__airflow__tag=tag)

    assert {entry["image"] for pod in pods(found).values() for entry in containers(pod)} == {
        f"localhost:5001/customer-360/airflow:{tag}"
    }


@in_every_place
def test_the_executor_and_the_dbt_pods_follow_the_components_image(place: str) -> None:
    image = task_pod(place)["spec"]["containers"][0]["image"]
    executor = settings_of(place)["kubernetes_executor"]

    # At run time the executor's settings win over the template.
    assert f"{executor['worker_container_repository']}:{executor['worker_container_tag']}" == image
    assert environment(task_pod(place)["spec"]["containers"][0])["C360_DBT_IMAGE"] == image.replace(
        "/airflow:", "/dbt:"
    )


@in_every_place
def test_tasks_and_components_are_told_the_same(place: str) -> None:
    told = environment(task_pod(place)["spec"]["containers"][0])
    told_components = [
        environment(container)
        for name, pod in pods(render("airflow", place)).items()
        if name.startswith("Deployment") and name != "Deployment airflow-statsd"
        for container in containers(pod)
    ]

    assert told["C360_COMMIT"] == TAG
    assert all(told.items() <= component.items() for component in told_components)


@in_every_place
def test_task_logs_go_to_a_bucket(place: str) -> None:
    logging = settings_of(place)["logging"]

    assert logging["remote_logging"] == "True"
    assert logging["remote_base_log_folder"].startswith("gs://customer-360-")


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_google_cloud_is_reached_by_the_pods_own_identity(place: str) -> None:
    assert "remote_log_conn_id" not in settings_of(place)["logging"]
    assert not {"STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST", "AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT"} & set(
        environment(task_pod(place)["spec"]["containers"][0])
    )


def test_on_kind_the_log_handler_has_a_connection_without_credentials() -> None:
    told = environment(task_pod("kind")["spec"]["containers"][0])
    name = settings_of("kind")["logging"]["remote_log_conn_id"]

    assert json.loads(str(told[f"AIRFLOW_CONN_{name.upper()}"])) == {
        "conn_type": "google_cloud_platform",
        "extra": {"is_anonymous": True, "project": "customer-360-sandbox"},
    }


@in_every_place
def test_workers_ask_the_execution_api_of_the_service(place: str) -> None:
    url = f"http://airflow-{server()}:8080/execution/"
    service = find(render("airflow", place), "Service", f"airflow-{server()}")

    assert settings_of(place)["core"]["execution_api_server_url"] == url
    assert service["spec"]["ports"][0]["port"] == 8080


@in_every_place
def test_the_probes_of_the_api_server_ask_for_its_health(place: str) -> None:
    container = find(render("airflow", place), "Deployment", f"airflow-{server()}")["spec"]["template"][
        "spec"
    ]["containers"][0]

    assert (
        search("[livenessProbe, readinessProbe, startupProbe][].httpGet.path", container)
        == ["/api/v2/monitor/health"] * 3
    )
    assert (
        settings_of(place).get("api", "base_url", fallback="http://localhost:8080") == "http://localhost:8080"
    )


@in_every_place
def test_the_scheduler_is_probed_without_starting_the_command_line(place: str) -> None:
    container = find(render("airflow", place), "Deployment", "airflow-scheduler")["spec"]["template"]["spec"][
        "containers"
    ][0]

    assert settings_of(place)["scheduler"]["enable_health_check"] == "True"
    for probe in ("livenessProbe", "startupProbe"):
        assert "localhost:8974/health" in container[probe]["exec"]["command"][-1]


def test_kind_is_reached_through_the_port_that_it_maps() -> None:
    service = find(render("airflow", "kind"), "Service", f"airflow-{server()}")["spec"]

    assert (service["type"], service["ports"][0]["nodePort"]) == ("NodePort", 30080)


@in_every_place
def test_every_pod_has_an_account_of_this_release(place: str) -> None:
    accounts = {name for kind, name in names(render("airflow", place)) if kind == "ServiceAccount"}

    assert {pod["spec"]["serviceAccountName"] for pod in pods(render("airflow", place)).values()} == accounts


@in_every_place
def test_a_task_gets_a_pod_unless_it_asks_for_the_scheduler(place: str) -> None:
    scheduler = pods(render("airflow", place))["Deployment airflow-scheduler"]["spec"]["containers"][0]
    # A variable wins over the file.
    told = environment(scheduler).get("AIRFLOW__CORE__EXECUTOR") or settings_of(place)["core"]["executor"]

    assert told == "KubernetesExecutor,LocalExecutor"


@in_every_place
def test_the_api_server_reads_the_logs_of_pods(place: str) -> None:
    binding = find(render("airflow", place), "RoleBinding", "airflow-pod-log-reader-rolebinding")

    assert set(search("subjects[].name", binding)) - {"airflow-triggerer"} == {f"airflow-{server()}"}


@in_every_place
@pytest.mark.parametrize("name", ["dag-processor", "worker"])
def test_who_asks_kubernetes_nothing_holds_no_token(place: str, name: str) -> None:
    account = find(render("airflow", place), "ServiceAccount", f"airflow-{name}")

    assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_who_touches_logs_has_an_identity_in_google_cloud_and_nobody_else(place: str) -> None:
    account = f"c360-airflow@customer-360-{place}.iam.gserviceaccount.com"
    identities = {
        entry["metadata"]["name"]: search('metadata.annotations."iam.gke.io/gcp-service-account"', entry)
        for entry in render("airflow", place)
        if entry["kind"] == "ServiceAccount"
    }

    # An older chart, whose webserver our files say nothing of, is for kind alone.
    assert identities == {
        "airflow-dag-processor": None,
        "airflow-scheduler": account,
        f"airflow-{server()}": account if knows_api_server() else None,
        "airflow-statsd": None,
        "airflow-triggerer": account,
        "airflow-worker": None,
    }


def test_no_key_is_misspelt_at_the_top() -> None:
    """The chart's schema takes any key there, and does nothing with it."""
    known = set(yaml.safe_load((official_chart() / "values.yaml").read_text())) | OWN_KEYS
    files = ["values.yaml", *(f"values-{place}.yaml" for place in PLACES)]
    if not knows_api_server():
        known |= KEYS_OF_NEWER_CHARTS
        files.append("values-chart-1.13.yaml")
    used = {key for file in files for key in yaml.safe_load((CHARTS / "airflow" / file).read_text())}

    assert used - known == set()
