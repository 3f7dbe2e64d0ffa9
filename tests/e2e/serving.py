"""The release of Airflow that serves, and others to put in its place."""

from __future__ import annotations

import json

from scripts.cluster import chart
from scripts.cluster.kind import REPOSITORY, kubectl
from scripts.cluster.releases import Release, releases
from scripts.cluster.secrets import AIRFLOW


def airflow_release(tag: str) -> Release:
    """The release of a tag, as `make up` would install it."""
    return next(entry for entry in releases(REPOSITORY, tag, chart.provide()) if entry.name == "airflow")


def serving_image() -> str:
    """The image that the scheduler runs."""
    found = json.loads(
        kubectl("get", "deployment/airflow-scheduler", "--namespace", AIRFLOW, "--output", "json")
    )
    image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
    return image
