"""A new release during a run: the run finishes, a rollback works, a bad release leaves the old one serving."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cluster import chart
from scripts.cluster.kind import REPOSITORY, kubectl
from scripts.cluster.releases import Release, helm, releases
from scripts.cluster.secrets import AIRFLOW
from scripts.commands import CommandError
from scripts.docker import docker
from scripts.images.catalogue import IMAGES
from tests.e2e.conftest import Done
from tests.e2e.place import Place, differences, landed

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

OTHER_TAG, ABSENT_TAG = "0123456789ab", "ffffffffffff"


def airflow_release(tag: str) -> Release:
    return next(entry for entry in releases(REPOSITORY, tag, chart.provide()) if entry.name == "airflow")


def serving_image() -> str:
    """The image that the scheduler runs."""
    found = json.loads(
        kubectl("get", "deployment/airflow-scheduler", "--namespace", AIRFLOW, "--output", "json")
    )
    image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


@pytest.fixture
def other_release(place: Place) -> Iterator[Release]:
    """The same images under another tag, and afterwards the release of before."""
    assert place.airflow.url
    before = serving_image()
    tag = before.rpartition(":")[2]
    for image in IMAGES:
        docker("tag", f"{REPOSITORY}/{image.name}:{tag}", f"{REPOSITORY}/{image.name}:{OTHER_TAG}")
        docker("push", "--quiet", f"{REPOSITORY}/{image.name}:{OTHER_TAG}")
    yield airflow_release(OTHER_TAG)
    if serving_image() != before:
        airflow_release(tag).install()


def test_a_run_finishes_through_an_upgrade_and_a_rollback_brings_the_old_image_back(
    place: Place, delivery: Path, done: Done, other_release: Release
) -> None:
    before = serving_image()
    run_id = place.trigger(landed(delivery), full_refresh=True)
    place.wait_until(run_id, "uploads.upload", "running")
    other_release.install()
    assert serving_image().endswith(OTHER_TAG)
    assert place.finish(run_id) == "success"
    assert differences(done.marts, place.marts()) == {}
    helm("rollback", "airflow", "--namespace", AIRFLOW, "--wait", "--timeout", "5m")
    assert serving_image() == before


def test_a_release_whose_image_is_missing_leaves_the_old_one_serving(place: Place) -> None:
    before = serving_image()
    with pytest.raises(CommandError):
        airflow_release(ABSENT_TAG).install("--atomic", "--timeout", "60s")
    assert serving_image() == before
    assert place.airflow.has_dag("olist_etl_pipeline")
