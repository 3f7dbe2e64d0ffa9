"""Look at the cluster: what runs, where the UI is, what a component says."""

from __future__ import annotations

import argparse
import json

from rich.console import Console
from rich.table import Table

from scripts.cluster import ClusterError, kind
from scripts.cluster.airflow_api import Airflow
from scripts.cluster.kind import kubeconfig, kubectl
from scripts.cluster.releases import helm
from scripts.cluster.secrets import AIRFLOW, SANDBOX, read

URL = f"http://localhost:{kind.API_PORT}"
LOG_LINES = 200


def connect() -> Airflow:
    """A client of the cluster's Airflow. Raises ClusterError when the cluster is down."""
    require()
    login = read(AIRFLOW, "airflow-admin")
    return Airflow(URL, login["username"], login["password"])


def require() -> None:
    """Raises ClusterError unless the cluster answers."""
    if not kubeconfig().exists() or not kind.is_ready():
        raise ClusterError("the cluster is not up: run `make up`")


def ui(_arguments: argparse.Namespace, console: Console) -> int:
    """Say where the UI is; the password stays in its secret."""
    require()
    show = "{.data.password}"
    console.print(f"Airflow   {URL}, user admin", highlight=False)
    console.print(
        f"password  KUBECONFIG={kubeconfig()} kubectl -n {AIRFLOW} get secret airflow-admin"
        f" -o jsonpath='{show}' | base64 -d",
        highlight=False,
        soft_wrap=True,
    )
    return 0


def status(_arguments: argparse.Namespace, console: Console) -> int:
    """Show releases and pods; the exit code is 1 when something is not well."""
    require()
    table = Table("namespace", "pod", "state", "restarts", box=None)
    well = True
    for namespace in (AIRFLOW, SANDBOX):
        for release in json.loads(helm("list", "--namespace", namespace, "--all", "--output", "json")):
            console.print(
                f"release {release['name']} {release['chart']}: {release['status']}", highlight=False
            )
            well &= release["status"] == "deployed"
        for pod in json.loads(kubectl("get", "pods", "--namespace", namespace, "--output", "json"))["items"]:
            containers = pod["status"].get("containerStatuses", [])
            ready = pod["status"]["phase"] == "Succeeded" or all(entry["ready"] for entry in containers)
            well &= ready
            state = pod["status"]["phase"] if ready else f"[red]{pod['status']['phase']}, not ready[/]"
            restarts = str(sum(entry["restartCount"] for entry in containers))
            table.add_row(namespace, pod["metadata"]["name"], state, restarts)
    console.print(table)
    return 0 if well else 1


def logs(arguments: argparse.Namespace, console: Console) -> int:
    """Show the last lines of a component's pods, found by label, or of one pod by its name."""
    require()
    namespaces = {name: _pods(name, arguments.name) for name in (AIRFLOW, SANDBOX)}
    if not any(namespaces.values()):
        raise ClusterError(f"no pod of {arguments.name!r}: `make status` lists the pods")
    for namespace, pods in namespaces.items():
        for pod in pods:
            console.rule(pod)
            lines = f"--tail={LOG_LINES}"
            found = kubectl("logs", "--namespace", namespace, pod, "--all-containers", "--prefix", lines)
            console.print(found, markup=False, highlight=False)
    return 0


def _pods(namespace: str, name: str) -> list[str]:
    found = json.loads(kubectl("get", "pods", "--namespace", namespace, "--output", "json"))["items"]
    return [
        pod["metadata"]["name"]
        for pod in found
        if name in (pod["metadata"]["labels"].get("component"), pod["metadata"]["labels"].get("app"))
        or pod["metadata"]["name"].startswith(name)
    ]
