"""Our sandbox chart, for kind alone: services where the tasks look for them, and data that outlives a pod."""

from __future__ import annotations

import pytest

from tests.charts.releases import SANDBOX, render
from tests.charts.rendering import Document, RenderError, find, names, search

SERVICES = {"storage": 4443, "bigquery": 9050, "rates": 8090, "alerts": 8070, "postgresql": 5432}


def pod_of(name: str) -> Document:
    """The pod of a service."""
    kind = "StatefulSet" if name == "postgresql" else "Deployment"
    found: Document = find(render("sandbox", "kind"), kind, name)["spec"]["template"]
    return found


def test_it_makes_these_objects_and_no_others() -> None:
    assert names(render("sandbox", "kind")) == {
        *(("Deployment", name) for name in ("storage", "bigquery", "rates", "alerts")),
        ("StatefulSet", "postgresql"),
        *(("Service", name) for name in SERVICES),
        *(("PersistentVolumeClaim", name) for name in ("storage", "bigquery", "postgresql", "landing")),
        ("PersistentVolume", "customer-360-landing"),
        ("Job", "prepare"),
        ("NetworkPolicy", "default-deny"),
        ("NetworkPolicy", "from-prepare"),
        *(("NetworkPolicy", f"to-{name}") for name in SERVICES),
    }


@pytest.mark.parametrize(("name", "port"), SERVICES.items())
def test_each_service_leads_to_its_pods(name: str, port: int) -> None:
    service = find(render("sandbox", "kind"), "Service", name)["spec"]
    pod = pod_of(name)

    assert search("ports[].port", service) == [port]
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    assert port in search("spec.containers[].ports[].containerPort", pod)


@pytest.mark.parametrize(
    ("variable", "service"),
    [
        ("STORAGE_EMULATOR_HOST", "storage"),
        ("BIGQUERY_EMULATOR_HOST", "bigquery"),
        ("C360_RATES_URL", "rates"),
        ("C360_ALERT_WEBHOOK", "alerts"),
    ],
)
def test_airflow_looks_for_a_service_where_it_is(variable: str, service: str) -> None:
    scheduler = find(render("airflow", "kind"), "Deployment", "airflow-scheduler")["spec"]["template"]
    told = search(f"spec.containers[0].env[?name=='{variable}'].value | [0]", scheduler)

    assert told == f"http://{service}.{SANDBOX}:{SERVICES[service]}"


def test_links_to_objects_lead_back_through_the_gateway() -> None:
    server = pod_of("storage")["spec"]["containers"][0]

    assert {"-host=127.0.0.1", f"-public-host=storage.{SANDBOX}:4443"} <= set(server["args"])


def test_the_warehouse_reads_the_buckets_files() -> None:
    storage, bigquery = pod_of("storage")["spec"], pod_of("bigquery")["spec"]
    mounted = search("volumeMounts[?name=='storage'] | [0]", bigquery["containers"][0])
    root = search("env[?name=='GCS_LOCAL_ROOT'].value | [0]", bigquery["containers"][0])
    claim = "volumes[?name=='storage'].persistentVolumeClaim.claimName"

    assert (mounted["mountPath"], mounted["readOnly"]) == (root, True)
    assert f"-filesystem-root={root}" in storage["containers"][0]["args"]
    assert search(claim, storage) == search(claim, bigquery) == ["storage"]


@pytest.mark.parametrize("name", ["storage", "bigquery"])
def test_a_volume_has_one_writer_also_during_an_upgrade(name: str) -> None:
    assert find(render("sandbox", "kind"), "Deployment", name)["spec"]["strategy"] == {"type": "Recreate"}


def test_the_landing_volume_is_for_one_claim_and_to_read() -> None:
    volume = find(render("sandbox", "kind"), "PersistentVolume", "customer-360-landing")["spec"]
    claim = find(render("sandbox", "kind"), "PersistentVolumeClaim", "landing")

    assert volume["claimRef"] == {key: claim["metadata"][key] for key in ("namespace", "name")}
    assert claim["spec"]["volumeName"] == "customer-360-landing"
    assert volume["accessModes"] == claim["spec"]["accessModes"] == ["ReadOnlyMany"]
    assert volume["hostPath"] == {"path": "/landing", "type": "Directory"}


def test_the_bucket_and_datasets_are_made_where_the_tasks_look_for_them() -> None:
    prepare = find(render("sandbox", "kind"), "Job", "prepare")["spec"]["template"]["spec"]["containers"][0]
    scheduler = find(render("airflow", "kind"), "Deployment", "airflow-scheduler")["spec"]["template"]["spec"]
    told = {entry["name"]: entry.get("value") for entry in scheduler["containers"][0]["env"]}
    made = {entry["name"]: entry["value"] for entry in prepare["env"]}

    assert made.items() <= told.items()


def test_the_job_that_prepares_is_made_anew_each_time() -> None:
    annotations = find(render("sandbox", "kind"), "Job", "prepare")["metadata"]["annotations"]

    assert annotations == {
        "helm.sh/hook": "post-install,post-upgrade",
        "helm.sh/hook-delete-policy": "before-hook-creation",
    }


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"image__tag": ""}, "/image/tag"),
        ({"image__tag": "latest"}, "/image/tag"),
        ({"image__repository": "somebody/else"}, "/image/repository"),
        ({"volumes__storage": "20G"}, "/volumes/storage"),
        ({"landing__path": "landing"}, "/landing/path"),
        ({"resources__rates__requests__cpu": "0.5"}, "/resources/rates/requests/cpu"),
        ({"callers__storage": {"app": ["x"]}}, "/callers/storage"),
        ({"callers__redis": {"component": ["worker"]}}, "/callers"),
        ({"replicas": 2}, "replicas"),
    ],
)
def test_bad_values_are_refused(setting: dict[str, object], problem: str) -> None:
    with pytest.raises(RenderError, match=problem):
        render("sandbox", "kind", **setting)
