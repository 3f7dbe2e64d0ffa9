"""What breaks during a run is mended by the platform: the run ends well, and the marts are those of a quiet one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.chaos.faults import OUTLASTED, STOPPED
from scripts.chaos.outcomes import BAD, ON_KIND, WELL, Outcome, remember
from scripts.cluster.delivery import MOUNT
from scripts.cluster.forward import forwarded
from scripts.cluster.kind import NODE, is_ready, kubectl, landing
from scripts.cluster.pods import PodWatch
from scripts.cluster.run import DAG
from scripts.cluster.secrets import AIRFLOW, SANDBOX
from scripts.docker import docker
from scripts.marts import differences
from tests.e2e.conftest import Done
from tests.e2e.place import Place, landed, pods, wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

DOWN_SECONDS = 30
# On the node, as kubelet names it: sets a container's memory limit to what it holds, in either version of cgroups.
STARVE = """
set -eu
process=$(grep --files-with-matches --no-messages "$1" /proc/[0-9]*/cgroup | head -1 | cut -d/ -f3)
group=$(grep --extended-regexp ':memory:|^0::' "/proc/$process/cgroup" | head -1 | cut -d: -f3)
if [ -d "/sys/fs/cgroup/memory$group" ]; then
  cd "/sys/fs/cgroup/memory$group" && cat memory.usage_in_bytes > memory.limit_in_bytes
else
  cd "/sys/fs/cgroup$group" && cat memory.current > memory.max
fi
"""

Disturbed = Callable[[str, str, Callable[[], None]], None]


@pytest.fixture
def disturbed(place: Place, delivery: Path, done: Done, request: pytest.FixtureRequest) -> Disturbed:
    """Start a run, wait for a task's state, break something, compare what comes out, and keep it for the report."""

    def run(task_id: str, state: str, fault: Callable[[], None]) -> None:
        run_id = place.trigger(landed(delivery), full_refresh=True)
        place.wait_until(run_id, task_id, state)
        fault()
        lifted = time.monotonic()
        state = place.finish(run_id)
        seconds = round(time.monotonic() - lifted, 1)
        differing = differences(done.marts, place.marts()) if state == "success" else {}
        is_well = (state, differing) == ("success", {})
        name = "on kind: " + request.node.originalname.removeprefix("test_").replace("_", " ")
        seen = OUTLASTED if state == "success" else STOPPED
        remember(ON_KIND, Outcome(name, OUTLASTED, seen, seconds, WELL if is_well else BAD, tuple(differing)))
        assert (state, differing) == ("success", {})

    return run


@pytest.fixture
def slow_storage() -> Iterator[None]:
    """Each chunk's answer comes a second late, so that an upload can be met in the middle."""
    plant("storage", 4443, {"mode": "slow", "times": 200})
    yield
    plant("storage", 4443, {"mode": "none"})


def plant(service: str, port: int, fault: dict[str, object]) -> None:
    """Plant a fault in one of the sandbox's services."""
    with forwarded(SANDBOX, service, port) as url:
        requests.post(f"{url}/_fault", json=fault, timeout=10).raise_for_status()


def delete_pod(selector: str, namespace: str = AIRFLOW) -> None:
    """Kill the first pod that a selector finds, once it is there."""
    wait_for(lambda: bool(pods(selector, namespace)), 120)
    name = pods(selector, namespace)[0]["metadata"]["name"]
    kubectl("delete", "pod", name, "--namespace", namespace, "--grace-period=0", "--force")


def running_pod(selector: str) -> dict[str, Any]:
    """The first pod that a selector finds, once its container works."""
    wait_for(lambda: any(pod["status"]["phase"] == "Running" for pod in pods(selector)), 120)
    return next(pod for pod in pods(selector) if pod["status"]["phase"] == "Running")


def evict_pod(selector: str) -> None:
    """Ask for the eviction of a pod, as the drain of a node does."""
    name = running_pod(selector)["metadata"]["name"]
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": AIRFLOW},
    }
    path = f"/api/v1/namespaces/{AIRFLOW}/pods/{name}/eviction"
    kubectl("create", "--raw", path, "--filename", "-", text=json.dumps(eviction))


def starve_pod(selector: str) -> None:
    """Leave a pod no more memory than it holds, so that the kernel kills it for the next page it asks for."""
    container = running_pod(selector)["status"]["containerStatuses"][0]["containerID"].partition("://")[2]
    docker("exec", NODE, "sh", "-c", STARVE, "sh", container)


def ends(watch: PodWatch) -> set[str]:
    """Why containers of tasks ended."""
    states = [
        entry["state"] for pod in watch.seen.values() for entry in pod["status"].get("containerStatuses", ())
    ]
    return {state["terminated"]["reason"] for state in states if "terminated" in state}


@pytest.mark.usefixtures("slow_storage")
def test_an_upload_whose_pod_is_deleted_is_tried_again(
    disturbed: Disturbed,
) -> None:
    disturbed("uploads.upload", "running", lambda: delete_pod("task_id=uploads.upload"))


def test_a_deleted_scheduler_picks_the_run_up_again(
    disturbed: Disturbed,
) -> None:
    disturbed("uploads.upload", "running", lambda: delete_pod("component=scheduler"))


def test_a_dbt_pod_killed_while_it_builds_is_started_again(
    disturbed: Disturbed,
) -> None:
    disturbed("dbt.intermediate", "deferred", lambda: delete_pod("layer=intermediate"))


def test_an_evicted_dbt_pod_is_started_again(
    disturbed: Disturbed,
) -> None:
    disturbed("dbt.marts", "deferred", lambda: evict_pod("layer=marts"))


def test_a_dbt_pod_that_runs_out_of_memory_is_started_again(
    disturbed: Disturbed,
) -> None:
    with PodWatch() as watch:
        disturbed("dbt.intermediate", "deferred", lambda: starve_pod("layer=intermediate"))
    assert "OOMKilled" in ends(watch)


def test_a_run_that_is_started_twice_waits_for_the_first(place: Place, disturbed: Disturbed) -> None:
    second = ""

    def start_again() -> None:
        nonlocal second
        (folder,) = landing().iterdir()
        second = place.trigger(str(MOUNT / folder.name), full_refresh=True)
        assert place.airflow.run_state(DAG, second) == "queued"

    disturbed("uploads.upload", "running", start_again)
    assert place.finish(second) == "success"


def test_a_restart_of_bigquery_during_the_load_is_outlasted(
    disturbed: Disturbed,
) -> None:
    disturbed("raw_load.load", "running", lambda: delete_pod("app=bigquery", SANDBOX))


def test_an_absence_of_cloud_storage_is_outlasted(
    disturbed: Disturbed,
) -> None:
    def away() -> None:
        kubectl("scale", "deployment/storage", "--replicas=0", "--namespace", SANDBOX)
        time.sleep(DOWN_SECONDS)
        kubectl("scale", "deployment/storage", "--replicas=1", "--namespace", SANDBOX)

    disturbed("uploads.upload", "running", away)


def test_a_rates_api_that_recovers_is_asked_again(disturbed: Disturbed) -> None:
    plant("rates", 8090, {"mode": "503", "times": 3})
    disturbed("exchange_rates.fetch", "running", lambda: None)


def test_a_restarted_api_server_is_outlasted_by_running_tasks(
    disturbed: Disturbed,
) -> None:
    disturbed("uploads.upload", "running", lambda: delete_pod("component in (api-server, webserver)"))


def test_a_restarted_node_finishes_the_run(
    disturbed: Disturbed,
) -> None:
    def restart() -> None:
        docker("restart", NODE)
        wait_for(is_ready, 180)

    disturbed("dbt.staging", "deferred", restart)
