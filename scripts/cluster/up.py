"""Up and down: every piece in order, each left as it is when it is there already."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from rich.console import Console

from scripts.cluster import (
    base_images,
    chart,
    engine,
    kind,
    our_images,
    programs,
    releases,
    room,
    schemas,
    secrets,
)
from scripts.cluster.delivery import remove_deliveries
from scripts.cluster.kind import REPOSITORY
from scripts.cluster.status import ui
from scripts.image_tag import image_tag
from scripts.progress import Progress


def up(arguments: argparse.Namespace, console: Console) -> int:
    """Bring everything up. Raises ClusterError and CommandError; run it again to go on where it stopped."""
    tag = image_tag()  # once: who edits meanwhile gets what stood here at the start
    with Progress(console) as progress:
        for title, provide in _pieces(tag).items():
            progress.start(title)
            progress.result(provide())
        progress.start("Airflow chart")
        airflow_chart = chart.provide()
        progress.result(str(airflow_chart))
        for release in releases.releases(REPOSITORY, tag, airflow_chart):
            progress.start(f"release {release.name}")
            progress.result(release.provide())
    return ui(arguments, console)


def tools(_arguments: argparse.Namespace, console: Console) -> int:
    """Bring what the tests of the charts need. Raises ClusterError and CommandError."""
    for name in ("helm", "kubectl", "promtool", "statsd_exporter"):
        console.print(programs.provide(name), highlight=False)
    console.print(schemas.provide("external-secrets"), highlight=False)
    console.print(str(chart.provide()), highlight=False)
    return 0


def down(_arguments: argparse.Namespace, console: Console) -> int:
    """Remove the cluster, its registry and the delivered files."""
    kind.remove()
    remove_deliveries()
    console.print("the cluster is gone; what was built for it stays in the cache")
    return 0


def _pieces(tag: str) -> dict[str, Callable[[], str]]:
    """What the releases stand on, in order: what is shown while it is provided, and what provides it."""
    return {
        "Docker engine": engine.provide,
        "room on disk": room.provide,
        "kind": partial(programs.provide, "kind"),
        "kubectl": partial(programs.provide, "kubectl"),
        "helm": partial(programs.provide, "helm"),
        "base image": partial(base_images.provide, "base"),
        "node image": partial(base_images.provide, "node"),
        "registry image": partial(base_images.provide, "registry"),
        "cluster": kind.provide,
        "our images": partial(our_images.provide, tag),
        "namespaces": partial(releases.provide_namespaces, secrets.AIRFLOW, secrets.SANDBOX),
        "secrets": secrets.provide,
    }
