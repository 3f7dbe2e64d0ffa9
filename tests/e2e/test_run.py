"""A run on the cluster: every task in its own pod, and the marts of the sandbox."""

from __future__ import annotations

import pytest

from customer360.catalogue import files_delivered
from tests.e2e.conftest import Done
from tests.e2e.place import Contents, Place, pods

pytestmark = pytest.mark.cluster


def test_the_run_succeeds(done: Done) -> None:
    assert done.state == "success"


def test_each_file_was_uploaded_by_a_task_of_its_own(place: Place, done: Done) -> None:
    uploads = [task for task in place.tasks(done.run_id) if task.task_id == "uploads.upload"]
    assert {task.label for task in uploads} == {source.table for source in files_delivered()}


def test_the_marts_equal_the_sandbox_s_row_for_row(done: Done, sandbox_marts: Contents) -> None:
    different = [table for table, rows in sandbox_marts.items() if done.marts.get(table) != rows]
    assert (different, done.marts.keys()) == ([], sandbox_marts.keys())


def test_no_pod_of_a_task_is_left(done: Done) -> None:
    assert done.state == "success"
    assert pods("dag_id=olist_etl_pipeline") == []


def test_the_log_of_an_upload_can_still_be_read(place: Place, done: Done) -> None:
    assert "run_id" in place.log(done.run_id, "uploads.upload") or place.log(done.run_id, "uploads.upload")
