"""A run on the cluster: every task in its own pod, and the marts of the sandbox."""

from __future__ import annotations

import pytest

from customer360.catalogue import files_delivered
from scripts.cluster.run import DAG
from scripts.marts import Contents, differences
from tests.e2e.conftest import Done
from tests.e2e.place import Place, pods, wait_for

pytestmark = pytest.mark.cluster


def test_the_run_succeeds(done: Done) -> None:
    assert done.state == "success"


def test_no_task_needed_a_second_try(place: Place, done: Done) -> None:
    assert place.tried_again(done.run_id) == {}


def test_each_file_was_uploaded_in_a_pod_of_its_own_as_uploader(done: Done) -> None:
    uploads = [pod for pod in done.pods if pod.task_id == "uploads.upload"]
    assert sorted(int(pod.map_index) for pod in uploads) == list(range(len(files_delivered())))
    assert {pod.account for pod in uploads} == {"uploader"}


def test_each_layer_was_built_in_a_pod_of_the_dbt_image_as_dbt(done: Done) -> None:
    built = [pod for pod in done.pods if pod.kind == "dbt"]
    assert sorted(pod.task_id for pod in built) == ["dbt.intermediate", "dbt.marts", "dbt.staging"]
    assert {(pod.account, pod.image.rpartition(":")[0].rpartition("/")[2]) for pod in built} == {
        ("dbt", "dbt")
    }


def test_at_most_17_pods_worked(done: Done) -> None:
    assert len(done.pods) <= 17, sorted((pod.task_id, pod.map_index, pod.try_number) for pod in done.pods)


def test_the_marts_equal_the_sandbox_s_row_for_row(done: Done, sandbox_marts: Contents) -> None:
    assert differences(sandbox_marts, done.marts) == {}


def test_no_pod_of_a_task_is_left(done: Done) -> None:
    assert done.state == "success"
    wait_for(lambda: pods("dag_id") == [], 60)


def test_each_task_left_a_log_in_the_bucket_that_tells_its_end(place: Place, done: Done) -> None:
    silent = [
        task.task_id
        for task in place.tasks(done.run_id)
        if "Post Execute" not in "\n".join(place.airflow.log(DAG, done.run_id, task))
    ]
    assert silent == []


def test_the_log_of_a_dbt_task_holds_what_its_pod_said(place: Place, done: Done) -> None:
    assert '"layer": "marts", "passed"' in place.log(done.run_id, "dbt.marts")
