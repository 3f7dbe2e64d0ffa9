"""Who may reach whom: the table of charts/platform, asked of the policies that are rendered from it.

The pods are the ones that the charts render, with the labels that the Dag gives its own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.charts.network import Peer, Pod, admits, policies
from tests.charts.releases import AIRFLOW, GOOGLE_PLACES, PLACES, SANDBOX, render, server
from tests.charts.rendering import Document, RenderError, find, names, pods

DAG_PODS = Path(__file__).parents[2] / "dags" / "pods.py"
WORKERS = ("uploader", "eraser", "loader", "reconciler")
KINDS = (*WORKERS, "dbt")
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")

# What each may reach on kind; everything else of this list is refused.
SERVICES = {
    "storage": 4443,
    "bigquery": 9050,
    "rates": 8090,
    "alerts": 8070,
    "postgresql": 5432,
    "api-server": 8080,
    "triggerer": 8794,
    "kubernetes": 6443,
    "internet": 443,
}
MAY_REACH = {
    "api-server": {"postgresql", "kubernetes", "storage", "triggerer"},
    "scheduler": {"postgresql", "kubernetes", "api-server", "storage", "alerts"},  # it runs the tasks of dbt
    "dag-processor": {"postgresql", "alerts"},
    "triggerer": {"postgresql", "kubernetes", "storage"},
    "prepare-airflow": {"postgresql"},
    "uploader": {"api-server", "storage", "rates", "alerts"},
    "eraser": {"api-server", "storage", "bigquery", "alerts"},
    "loader": {"api-server", "storage", "bigquery", "alerts"},
    "reconciler": {"api-server", "storage", "bigquery", "alerts"},  # storage: its log
    "dbt": {"bigquery"},
    "stranger": set(),
}
# On Google Cloud one address stands for all of its services.
GOOGLE, INTERNET = "199.36.153.8", "151.101.1.1"


@cache
def cluster(place: str) -> tuple[Document, ...]:
    """All policies of a place."""
    found = policies(AIRFLOW, render("platform", place))
    return (*found, *(policies(SANDBOX, render("sandbox", place)) if place == "kind" else ()))


@cache
def pod(name: str, place: str = "kind") -> Pod:
    """A pod by its name in the table, with the labels it will have."""
    airflow = render("airflow", place)
    if name in COMPONENTS:
        deployment = f"airflow-{server() if name == 'api-server' else name}"
        return _labelled(AIRFLOW, find(airflow, "Deployment", deployment)["spec"]["template"])
    if name == "prepare-airflow":
        return _labelled(AIRFLOW, next(iter(pods(render("platform", place)).values())))
    if name in WORKERS:
        template = pods(airflow)["ConfigMap airflow-config pod_template_file.yaml"]
        return _labelled(AIRFLOW, template, **{"app.kubernetes.io/component": name})
    if name == "dbt":
        return Pod(AIRFLOW, {"app.kubernetes.io/component": "dbt"})
    if name in ("storage", "bigquery", "rates", "alerts", "postgresql", "prepare"):
        kind = {"postgresql": "StatefulSet", "prepare": "Job"}.get(name, "Deployment")
        return _labelled(SANDBOX, find(render("sandbox", "kind"), kind, name)["spec"]["template"])
    return Pod(AIRFLOW, {"app": name})


def _labelled(namespace: str, template: Document, **more: str) -> Pod:
    return Pod(namespace, template["metadata"]["labels"] | more)


def target(name: str) -> Peer:
    """What a service of the list is on kind."""
    return {"kubernetes": "172.18.0.3", "internet": INTERNET}.get(name) or pod(name)


@pytest.mark.parametrize("who", MAY_REACH)
def test_on_kind_each_reaches_what_the_table_says_and_nothing_else(who: str) -> None:
    reached = {
        name for name, port in SERVICES.items() if admits(cluster("kind"), pod(who), target(name), port)
    }

    assert reached == MAY_REACH[who]


def test_the_dag_gives_its_pods_the_labels_of_the_table() -> None:
    source = DAG_PODS.read_text()

    assert '"app.kubernetes.io/component": kind' in source
    assert set(re.findall(r'^    "([a-z]+)": Kind\(', source, re.MULTILINE)) == set(KINDS)


@pytest.mark.parametrize("who", [name for name in MAY_REACH if name != "stranger"])
def test_each_may_ask_for_names(who: str) -> None:
    dns = Pod("kube-system", {"k8s-app": "kube-dns"})

    assert admits(cluster("kind"), pod(who), dns, 53, "UDP")
    assert not admits(cluster("kind"), pod(who), Pod("default", dns.labels), 53, "UDP")


@pytest.mark.parametrize("service", ["storage", "bigquery", "rates", "alerts", "postgresql"])
def test_nobody_enters_the_sandbox_from_another_namespace(service: str) -> None:
    port, labels = SERVICES[service], pod("loader").labels | {"component": "api-server"}

    for namespace in ("default", SANDBOX):
        assert not admits(cluster("kind"), Pod(namespace, labels), pod(service), port)


@pytest.mark.parametrize("service", ["storage", "bigquery", "rates", "alerts", "postgresql"])
def test_no_emulator_calls_out(service: str) -> None:
    assert not admits(cluster("kind"), pod(service), INTERNET, 443)
    assert not admits(cluster("kind"), pod(service), pod("api-server"), 8080)


@pytest.mark.parametrize(
    "who", ["scheduler", "dag-processor", "prepare-airflow", *KINDS, "prepare", "stranger"]
)
def test_nothing_enters_a_pod_that_serves_nothing(who: str) -> None:
    for source in (INTERNET, "172.18.0.1", Pod("default"), Pod("kube-system", {"k8s-app": "kube-dns"})):
        assert not admits(cluster("kind"), source, pod(who), 8080)


def test_the_sandbox_is_prepared_from_within() -> None:
    assert admits(cluster("kind"), pod("prepare"), pod("storage"), 4443)
    assert admits(cluster("kind"), pod("prepare"), pod("bigquery"), 9050)
    assert not admits(cluster("kind"), pod("prepare"), pod("postgresql"), 5432)


def test_on_kind_this_machine_reaches_the_api_server_through_the_mapped_port() -> None:
    assert admits(cluster("kind"), "172.18.0.1", pod("api-server"), 8080)
    assert not admits(cluster("kind"), "172.18.0.1", pod("triggerer"), 8794)
    assert not admits(cluster("kind"), INTERNET, pod("api-server"), 8080)


@pytest.mark.parametrize("place", GOOGLE_PLACES)
@pytest.mark.parametrize("who", KINDS)
def test_on_google_cloud_tasks_reach_googles_services_and_their_tokens(place: str, who: str) -> None:
    assert admits(cluster(place), pod(who, place), GOOGLE, 443)
    assert admits(cluster(place), pod(who, place), "169.254.169.252", 988)
    assert not admits(cluster(place), pod(who, place), "10.0.0.5", 443)


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_on_google_cloud_only_the_uploader_reaches_the_internet(place: str) -> None:
    reaching = {who for who in MAY_REACH if admits(cluster(place), pod(who, place), INTERNET, 443)}

    assert reaching == {"uploader"}
    for private in ("10.1.2.3", "172.16.0.2", "192.168.0.1", "169.254.169.254"):
        assert not admits(cluster(place), pod("uploader", place), private, 443)


@pytest.mark.parametrize(("place", "database"), [("staging", "10.60.0.3"), ("production", "10.70.0.3")])
def test_on_google_cloud_no_task_reaches_the_metadata_database(place: str, database: str) -> None:
    reaching = {who for who in MAY_REACH if admits(cluster(place), pod(who, place), database, 5432)}

    assert reaching == {*COMPONENTS, "prepare-airflow"}


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_on_google_cloud_only_who_runs_tasks_enters_the_api_server(place: str) -> None:
    entering = {
        who for who in MAY_REACH if admits(cluster(place), pod(who, place), pod("api-server", place), 8080)
    }

    assert entering == {*WORKERS, "scheduler"}
    assert not admits(cluster(place), "172.18.0.1", pod("api-server", place), 8080)


@pytest.mark.parametrize("place", PLACES)
def test_there_is_one_policy_for_each_row_and_each_end(place: str) -> None:
    rows = {*COMPONENTS, "prepare-airflow", "worker", *KINDS}

    assert {name for kind, name in names(render("platform", place)) if kind == "NetworkPolicy"} == {
        "default-deny",
        *(f"from-{who}" for who in rows),
        "to-api-server",
        "to-statsd",
        "to-triggerer",
        *(["to-metrics"] if place != "kind" else []),
    }


def test_a_row_that_names_an_unknown_destination_is_refused() -> None:
    with pytest.raises(RenderError, match='lets loader reach "bigqery"'):
        render("platform", "kind", network__table__loader=["bigqery"])


def test_a_row_for_unknown_pods_is_refused() -> None:
    with pytest.raises(RenderError, match="does not know exporter"):
        render("platform", "kind", network__table__exporter=["dns"])
