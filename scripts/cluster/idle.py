"""What Airflow's components cost while nothing runs, by kubelet's own count."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scripts.cluster.kind import NODE, kubectl
from scripts.cluster.secrets import AIRFLOW

SECONDS = 60


def idle_cores(seconds: float = SECONDS) -> dict[str, float]:
    """Mean cores that each component uses over some seconds. Raises CommandError."""
    names = components(json.loads(kubectl("get", "pods", "--namespace", AIRFLOW, "--output", "json")))
    before = _stats()
    time.sleep(seconds)
    return used(before, _stats(), names)


def components(pods: Mapping[str, Any]) -> dict[str, str]:
    """The component that each pod of Airflow is, by the pod's name; pods of tasks are none."""
    labels = {entry["metadata"]["name"]: entry["metadata"].get("labels", {}) for entry in pods["items"]}
    return {name: found["component"] for name, found in labels.items() if "component" in found}


def used(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float]:
    """Cores by component between two summaries of kubelet, which tell when they looked at a pod."""
    first, second = _cpu(before), _cpu(after)
    found = {}
    for pod in first.keys() & second.keys() & names.keys():
        (start, cpu_before), (end, cpu_after) = first[pod], second[pod]
        found[names[pod]] = round((cpu_after - cpu_before) / (end - start), 3)
    return dict(sorted(found.items()))


def _cpu(summary: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """When kubelet looked at a pod, and the CPU seconds it had used by then, by the pod's name."""
    return {
        pod["podRef"]["name"]: (
            datetime.fromisoformat(pod["cpu"]["time"]).timestamp(),
            pod["cpu"]["usageCoreNanoSeconds"] / 1e9,
        )
        for pod in summary["pods"]
        if pod["podRef"]["namespace"] == AIRFLOW
    }


def _stats() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kubectl("get", "--raw", f"/api/v1/nodes/{NODE}/proxy/stats/summary"))
    return found
