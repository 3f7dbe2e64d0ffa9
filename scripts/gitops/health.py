"""What an environment really runs, as Flux in its cluster says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.cluster import programs
from scripts.commands import run

HELM_RELEASES = ("platform", "airflow")


@dataclass(frozen=True)
class Cluster:
    """How to reach an environment's cluster: kubectl's own configuration, unless a file or a context is named."""

    namespace: str = "customer-360"
    kubeconfig: Path | None = None
    context: str = ""

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        """What a kubectl command in the environment's namespace printed. Raises CommandError."""
        where = ["--namespace", self.namespace, *(["--context", self.context] if self.context else [])]
        env = {"KUBECONFIG": str(self.kubeconfig)} if self.kubeconfig else {}
        return run(programs.path("kubectl"), *where, *arguments, text=text, env=env)

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """An object. Raises CommandError."""
        found: dict[str, Any] = json.loads(self.kubectl("get", kind, name, "--output", "json"))
        return found


def complaints(cluster: Cluster, tag: str) -> list[str]:
    """Why an environment is not a healthy one of this release; empty when it is. Raises CommandError."""
    release = cluster.get("kustomizations.kustomize.toolkit.fluxcd.io", "release")
    applied = release.get("status", {}).get("lastAppliedRevision", "nothing")
    found = list(_not_ready("the release", release))
    if not applied.startswith(f"{tag}@"):
        found.append(f"it runs {applied.partition('@')[0]}, not {tag}")
    for name in HELM_RELEASES:
        found += _not_ready(name, cluster.get("helmreleases.helm.toolkit.fluxcd.io", name))
    return found


def _not_ready(name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    status = entry.get("status", {})
    ready = next((c for c in status.get("conditions", ()) if c["type"] == "Ready"), None)
    if ready is None:
        yield f"{name} has not been looked at yet"
    elif ready["status"] != "True":
        yield f"{name} is not ready: {ready['reason']}: {ready['message']}"
    elif status.get("observedGeneration", 0) < entry["metadata"]["generation"]:
        yield f"{name} is being changed"
