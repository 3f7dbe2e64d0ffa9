"""What each account may do on the cluster, what a pod may be, and where no secret may stand."""

from __future__ import annotations

import json

import pytest

from scripts.cluster.kind import kubectl
from scripts.cluster.secrets import AIRFLOW, SANDBOX, read
from scripts.commands import CommandError
from tests.e2e.conftest import Done
from tests.e2e.place import Place, pods

pytestmark = pytest.mark.cluster

QUESTIONS = (
    "get secrets",
    "list secrets",
    "get configmaps",
    "create pods",
    "get pods",
    "delete pods",
    "get pods/log",
    "create pods/exec",
    "create serviceaccounts/token",
    "create rolebindings",
    "patch networkpolicies",
)
LAUNCHES = {"create pods", "get pods", "delete pods", "get pods/log"}
# Accounts of the tasks ask Kubernetes for nothing; Airflow's scheduler and triggerer start and watch pods.
MATRIX = {
    "uploader": set[str](),
    "eraser": set[str](),
    "loader": set[str](),
    "dbt": set[str](),
    "airflow-worker": set[str](),
    "airflow-scheduler": LAUNCHES,
    "airflow-triggerer": LAUNCHES,
    "airflow-dag-processor": set[str](),
    "default": set[str](),
}
# Names of users are no secrets.
HARMLESS = {"username"}

PRIVILEGED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "privileged", "namespace": AIRFLOW},
    "spec": {"containers": [{"name": "base", "image": "any", "securityContext": {"privileged": True}}]},
}


@pytest.mark.parametrize("account", MATRIX)
def test_an_account_may_do_what_the_table_says_and_nothing_more(place: Place, account: str) -> None:
    assert place.airflow.url
    assert {question for question in QUESTIONS if _may(account, question)} == MATRIX[account]


def _may(account: str, question: str) -> bool:
    who = f"system:serviceaccount:{AIRFLOW}:{account}"
    # Without the option kubectl takes pods/log for a pod of the name log.
    asked, _, part = question.partition("/")
    within = ["--subresource", part] if part else []
    try:
        kubectl("auth", "can-i", *asked.split(), *within, "--as", who, "--namespace", AIRFLOW, "--quiet")
    except CommandError:
        return False
    return True


@pytest.mark.parametrize("namespace", [AIRFLOW, SANDBOX])
def test_a_privileged_pod_is_refused(place: Place, namespace: str) -> None:
    assert place.airflow.url
    pod = {**PRIVILEGED, "metadata": {"name": "privileged", "namespace": namespace}}
    with pytest.raises(CommandError, match="violates PodSecurity"):
        kubectl("create", "--dry-run=server", "--filename", "-", text=json.dumps(pod))


def test_only_components_that_ask_kubernetes_hold_a_token(place: Place) -> None:
    assert place.airflow.url
    holders = {
        pod["metadata"]["labels"].get("component", pod["metadata"]["name"])
        for pod in pods("")
        if any("projected" in volume for volume in pod["spec"].get("volumes", []))
    }
    assert holders <= {"api-server", "webserver", "scheduler", "triggerer"}


def test_no_secret_value_stands_in_a_pod_s_description(place: Place) -> None:
    assert place.airflow.url
    described = "".join(
        kubectl("get", "pods,jobs,configmaps", "--namespace", namespace, "--output", "yaml")
        for namespace in (AIRFLOW, SANDBOX)
    )
    assert _found_in(described) == []


def test_no_secret_value_stands_in_a_log(place: Place, done: Done) -> None:
    logs = [
        kubectl("logs", "--namespace", namespace, pod["metadata"]["name"], "--all-containers", "--tail=-1")
        for namespace in (AIRFLOW, SANDBOX)
        for pod in pods(
            "!dag_id", namespace
        )  # those of tasks come and go; what they said is in Airflow's logs
    ]
    logs += [
        place.log(done.run_id, task_id) for task_id in {task.task_id for task in place.tasks(done.run_id)}
    ]
    assert _found_in("\n".join(logs)) == []


def _found_in(text: str) -> list[str]:
    """Names of the secrets whose values stand in a text; never the values."""
    names = kubectl(
        "get", "secrets", "--namespace", AIRFLOW, "--output", "jsonpath={..metadata.name}"
    ).split()
    ours = [name for name in names if not name.startswith("sh.helm.release")]
    return [
        f"{name}/{key}"
        for name in ours
        for key, value in read(AIRFLOW, name).items()
        if key not in HARMLESS and value in text
    ]
