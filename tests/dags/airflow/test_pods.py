"""Rules of the pods: who each is, what it may touch, and what it must not be given."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.dags.airflow.conftest import IMAGE, parse
from tests.dags.airflow.pods_of import (
    BUILDS,
    LAYERS,
    UPLOADERS,
    all_pods,
    dbt_pod,
    environment,
    worker_pod,
)

ACCOUNTS = {
    "exchange_rates.fetch": "uploader",
    "uploads.upload": "uploader",
    "raw_load.suppress": "eraser",
    "raw_load.load": "loader",
    **dict.fromkeys(BUILDS, "dbt"),
    "reconcile": "dbt",
}
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
UNITS = {"m": 0.001, "": 1, "Mi": 2**20, "Gi": 2**30}


@pytest.fixture(scope="module")
def pods(dag: Any) -> dict[str, Any]:
    return all_pods(dag)


@pytest.fixture(scope="module")
def pods_on_kind(dag_on_kind: Any) -> dict[str, Any]:
    return all_pods(dag_on_kind)


def amount(quantity: str) -> float:
    """A quantity of Kubernetes as a number: cores or bytes."""
    number, unit = re.fullmatch(r"(\d+)(\D*)", quantity).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def test_every_pod_has_the_identity_of_its_kind_of_work(pods: dict[str, Any]) -> None:
    assert {name: pod.spec.service_account_name for name, pod in pods.items()} == ACCOUNTS


def test_no_pod_holds_a_token_of_kubernetes(pods: dict[str, Any]) -> None:
    mounted = {name: pod.spec.automount_service_account_token for name, pod in pods.items()}
    assert mounted == dict.fromkeys(ACCOUNTS, False)


def test_only_the_tasks_that_start_pods_run_beside_the_scheduler(dag: Any) -> None:
    assert {task.task_id for task in dag.tasks if task.executor == "LocalExecutor"} == set(BUILDS)
    assert {task.executor for task in dag.tasks if task.task_id not in BUILDS} == {None}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_pod_asks_for_what_it_needs_and_gets_no_more_than_its_limit(
    pods: dict[str, Any], name: str
) -> None:
    [container] = pods[name].spec.containers
    requests, limits = container.resources.requests, container.resources.limits
    assert set(requests) == set(limits) == {"cpu", "memory"}
    assert all(0 < amount(requests[unit]) <= amount(limits[unit]) for unit in requests)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_pod_that_works_is_not_evicted(pods: dict[str, Any], name: str) -> None:
    annotations = pods[name].metadata.annotations
    assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"


@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_labels_of_a_pod_tell_its_kind_and_commit(pods: dict[str, Any], name: str) -> None:
    labels = pods[name].metadata.labels
    assert labels["app.kubernetes.io/part-of"] == "customer-360"
    assert labels["app.kubernetes.io/component"] in ("uploader", "eraser", "loader", "reconciler", "dbt")
    assert labels["commit"] == "0123456789ab"


@pytest.mark.parametrize("commit", ["0123456789AB", "v1.2+dirty", "-", "x" * 80])
def test_a_label_is_valid_whatever_the_commit_is_called(monkeypatch: pytest.MonkeyPatch, commit: str) -> None:
    monkeypatch.setenv("C360_COMMIT", commit)
    dag = parse()
    for pod in (worker_pod(dag.get_task("reconcile")), dbt_pod(dag, "marts")):
        assert LABEL.fullmatch(pod.metadata.labels["commit"])


def test_the_labels_of_the_chart_stay_for_its_network_policies(pods: dict[str, Any]) -> None:
    workers = [pod for name, pod in pods.items() if name not in BUILDS]
    assert all(pod.metadata.labels["component"] == "worker" for pod in workers)


def test_a_worker_keeps_the_image_command_and_variables_of_the_chart(pods: dict[str, Any]) -> None:
    [container] = pods["uploads.upload"].spec.containers
    assert (container.image, container.args) == ("airflow:tag", ["work"])
    assert environment(pods["uploads.upload"])["FROM_TEMPLATE"] == "yes"


def test_a_dbt_pod_runs_the_image_of_the_settings_by_its_own_entry(pods: dict[str, Any]) -> None:
    for name in BUILDS:
        [container] = pods[name].spec.containers
        assert (container.image, container.command) == (IMAGE, [])


def test_uploads_run_lean(pods: dict[str, Any]) -> None:
    for name in UPLOADERS:
        assert (
            environment(pods[name]).items() >= {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}.items()
        )


def test_only_uploaders_see_the_landing_volume_and_cannot_write_to_it(pods_on_kind: dict[str, Any]) -> None:
    for name, pod in pods_on_kind.items():
        claims = [
            volume.persistent_volume_claim
            for volume in pod.spec.volumes or ()
            if volume.persistent_volume_claim
        ]
        mounts = [
            mount for mount in pod.spec.containers[0].volume_mounts or () if mount.mount_path == "/landing"
        ]
        count = 1 if name in UPLOADERS else 0
        assert [(claim.claim_name, claim.read_only) for claim in claims] == [("landing", True)] * count
        assert [mount.read_only for mount in mounts] == [True] * count


def test_without_a_claim_no_pod_has_a_landing_volume(pods: dict[str, Any]) -> None:
    names = {volume.name for pod in pods.values() for volume in pod.spec.volumes or ()}
    assert names == {"tmp"}


@pytest.fixture
def dag_among_secrets(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The Dag as a process parses it that has every secret in its environment."""
    for name in ("C360_HASH_KEY", "C360_CONTACT_KEY", "C360_ERASURE_KEY", "C360_ALERT_WEBHOOK"):
        monkeypatch.setenv(name, f"secret-{name}".ljust(40, "x"))
    return parse()


def test_no_secret_of_the_scheduler_stands_in_a_pod(dag_among_secrets: Any) -> None:
    assert [name for name, pod in all_pods(dag_among_secrets).items() if "secret-C360" in str(pod)] == []


def test_only_the_intermediate_pod_has_the_hash_keys_and_the_eraser_its_own_by_reference(
    dag_among_secrets: Any,
) -> None:
    references = {
        name: {
            variable: (value.name, value.key)
            for variable, value in environment(pod).items()
            if not isinstance(value, str)
        }
        for name, pod in all_pods(dag_among_secrets).items()
    }
    assert {name: found for name, found in references.items() if found} == {
        "dbt.intermediate": {
            "C360_HASH_KEY": ("hash-keys", "hash-key"),
            "C360_CONTACT_KEY": ("hash-keys", "contact-key"),
        },
        "raw_load.suppress": {"C360_ERASURE_KEY": ("erasure-key", "erasure-key")},
    }


def test_a_dbt_pod_hears_the_settings_of_the_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://bigquery:9050")
    heard = environment(dbt_pod(parse(), "staging"))
    assert heard == {
        "BIGQUERY_EMULATOR_HOST": "http://bigquery:9050",
        "C360_COMMIT": "0123456789ab",
        "C360_PROJECT": "customer-360-test",
        "C360_RAW_BUCKET": "raw",
        "C360_RUN_ID": "{{ run_name(run_id) }}",
    }


@pytest.mark.parametrize("name", BUILDS)
def test_a_dbt_pod_keeps_to_the_restricted_profile(pods: dict[str, Any], name: str) -> None:
    spec = pods[name].spec
    [container] = spec.containers
    assert spec.security_context.run_as_non_root is True
    assert spec.security_context.run_as_user > 0
    assert spec.security_context.seccomp_profile.type == "RuntimeDefault"
    assert container.security_context.allow_privilege_escalation is False
    assert container.security_context.capabilities.drop == ["ALL"]
    assert not any((spec.host_network, spec.host_pid, spec.host_ipc))


@pytest.mark.parametrize("name", BUILDS)
def test_a_dbt_pod_can_write_to_its_temporary_folder_alone(pods: dict[str, Any], name: str) -> None:
    spec = pods[name].spec
    [container] = spec.containers
    assert container.security_context.read_only_root_filesystem is True
    assert [mount.mount_path for mount in container.volume_mounts] == ["/tmp"]  # noqa: S108
    assert [volume.empty_dir is not None for volume in spec.volumes] == [True]


@pytest.mark.parametrize("layer", LAYERS)
def test_no_worker_waits_for_a_dbt_pod_which_is_always_a_new_one_and_always_removed(
    dag: Any, layer: str
) -> None:
    task = dag.get_task(f"dbt.{layer}")
    assert task.deferrable is True
    assert task.logging_interval is None  # each interval would be a worker pod
    assert task.reattach_on_restart is False
    assert (task.on_finish_action.value, task.on_kill_action.value) == ("delete_pod", "delete_pod")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_dbt_pod_that_fails_says_why_in_the_log_of_its_task(dag: Any, layer: str) -> None:
    task = dag.get_task(f"dbt.{layer}")
    assert task.log_events_on_failure is True
    assert task.log_pod_spec_on_failure is False
    assert task.termination_message_policy == "FallbackToLogsOnError"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_dbt_pod_runs_in_the_namespace_and_cluster_of_airflow(dag: Any, layer: str) -> None:
    task = dag.get_task(f"dbt.{layer}")
    assert (task.namespace, task.in_cluster, task.kubernetes_conn_id) == (None, True, None)
    assert task.startup_timeout_seconds >= 300


def test_a_small_node_s_request_holds_for_every_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C360_CPU_REQUEST", "10m")
    dag = parse()
    found = [worker_pod(dag.get_task(task)) for task in ("uploads.upload", "raw_load.load", "reconcile")]
    found += [dbt_pod(dag, layer) for layer in LAYERS]
    assert {pod.spec.containers[0].resources.requests["cpu"] for pod in found} == {"10m"}
