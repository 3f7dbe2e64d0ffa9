"""A new release: a rollback works, a bad release leaves the old one serving, one that was cut off is repaired.

That a run finishes through an upgrade is tested where Flux upgrades: gitops/test_promotion.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cluster import programs
from scripts.cluster.kind import REPOSITORY, kubeconfig
from scripts.cluster.releases import Release, helm
from scripts.cluster.secrets import AIRFLOW
from scripts.commands import CommandError, run
from scripts.docker import docker
from scripts.images.catalogue import IMAGES
from tests.e2e.place import Place, wait_for
from tests.e2e.serving import airflow_release, serving_image

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
OTHER_TAG, ABSENT_TAG = "0123456789ab", "ffffffffffff"


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


def test_a_rollback_brings_the_old_image_back(other_release: Release) -> None:
    before = serving_image()
    other_release.install()
    assert serving_image().endswith(OTHER_TAG)
    helm("rollback", "airflow", "--namespace", AIRFLOW, "--wait", "--timeout", "5m")
    assert serving_image() == before


def test_a_release_whose_image_is_missing_leaves_the_old_one_serving(place: Place) -> None:
    before = serving_image()
    with pytest.raises(CommandError):
        airflow_release(ABSENT_TAG).install("--atomic", "--timeout", "60s")
    assert serving_image() == before
    assert place.airflow.has_dag("olist_etl_pipeline")


def test_bringing_up_what_is_up_changes_no_release(place: Place) -> None:
    assert place.airflow.url
    up = (sys.executable, "-m", "scripts.cluster", "up")
    run(*up, cwd=ROOT)
    before = revisions()
    run(*up, cwd=ROOT)
    assert revisions() == before


def test_an_upgrade_that_was_cut_off_is_repaired(place: Place, other_release: Release) -> None:
    with subprocess.Popen(
        [programs.path("helm"), *other_release.arguments(), "--wait"],
        env={**os.environ, "KUBECONFIG": str(kubeconfig())},
    ) as cut:
        wait_for(lambda: "pending-upgrade" in statuses(), 60)
        cut.kill()
    airflow_release(serving_image().rpartition(":")[2]).provide()
    assert statuses() == ["deployed"]
    assert place.airflow.has_dag("olist_etl_pipeline")


def revisions() -> set[tuple[str, str]]:
    """Name and revision of every release."""
    listed = json.loads(helm("list", "--all-namespaces", "--all", "--output", "json"))
    return {(entry["name"], entry["revision"]) for entry in listed}


def statuses() -> list[str]:
    """The status of the Airflow release's last revision."""
    listed = json.loads(
        helm("list", "--namespace", AIRFLOW, "--all", "--filter", "^airflow$", "--output", "json")
    )
    return [entry["status"] for entry in listed]
