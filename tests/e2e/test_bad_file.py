"""A bad file fails its own task with a clear message; nothing after it runs, and yesterday's marts stand."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.kind import kubectl
from scripts.cluster.secrets import SANDBOX
from scripts.generate.spoil import Defect, spoil
from scripts.marts import Contents, differences
from tests.e2e.conftest import Done
from tests.e2e.place import Place, landed

pytestmark = pytest.mark.cluster


@dataclass(frozen=True)
class Failure:
    """A run of a delivery with one short row."""

    defect: Defect
    run_id: str
    state: str
    tasks: list[TaskInstance]
    marts: Contents


@pytest.fixture(scope="module")
def failure(place: Place, delivery: Path, done: Done, tmp_path_factory: pytest.TempPathFactory) -> Failure:
    assert done.state == "success"
    bad = tmp_path_factory.mktemp("bad") / "files"
    shutil.copytree(delivery, bad)
    defect = spoil(bad, "short_row")
    run_id = place.trigger(landed(bad))
    state = place.finish(run_id)
    return Failure(defect, run_id, state, place.tasks(run_id), place.marts())


def test_the_run_fails(failure: Failure) -> None:
    assert failure.state == "failed"


def test_only_the_upload_of_that_file_fails_and_at_its_first_try(failure: Failure) -> None:
    failed = [task for task in failure.tasks if task.state == "failed"]
    assert [(task.task_id, task.try_number) for task in failed] == [("uploads.upload", 1)]


def test_its_log_names_file_row_and_remedy(place: Place, failure: Failure) -> None:
    log = place.log(failure.run_id, "uploads.upload")
    assert f"{failure.defect.file}, row {failure.defect.row}" in log
    assert "Mend the row" in log


def test_the_webhook_is_told_once_with_the_remedy_and_where_to_look(failure: Failure) -> None:
    said = kubectl("logs", "deployment/alerts", "--namespace", SANDBOX).splitlines()
    told = [alert for alert in map(json.loads, said) if alert["run"] == failure.run_id]
    assert [(alert["task"], alert["try"], alert["error"]) for alert in told] == [
        ("uploads.upload", 1, "BadFileError")
    ]
    assert "Mend the row" in told[0]["message"]
    assert told[0]["pod"] in told[0]["events"]


def test_nothing_after_the_uploads_runs(failure: Failure) -> None:
    started = {task.task_id for task in failure.tasks if task.start and task.state != "upstream_failed"}
    assert started == {"uploads.upload", "exchange_rates.fetch"}


def test_yesterday_s_marts_stand(done: Done, failure: Failure) -> None:
    assert differences(done.marts, failure.marts) == {}
