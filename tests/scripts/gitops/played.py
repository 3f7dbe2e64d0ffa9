"""A cluster that answers what a test says: Flux's states without a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.gitops.health import Cluster

TAG = "0123456789ab"


def entry(
    status: str = "True", reason: str = "Succeeded", revision: str = "", generation: int = 1
) -> dict[str, Any]:
    """An object of Flux: its Ready condition, what it applied, and the generation that its status is behind of."""
    condition = {"type": "Ready", "status": status, "reason": reason, "message": "as it is"}
    seen: dict[str, Any] = {"conditions": [condition], "observedGeneration": 1}
    if revision:
        seen["lastAppliedRevision"] = revision
    return {"metadata": {"generation": generation}, "status": seen}


class Played(Cluster):
    """A cluster that is well with a release, but for what a test says otherwise."""

    def __init__(self, changed: Mapping[str, dict[str, Any]] | None = None, tag: str = TAG):
        super().__init__()
        well = {"release": entry(revision=f"{tag}@sha256:0"), "platform": entry(), "airflow": entry()}
        object.__setattr__(self, "entries", {**well, **_with_revision(changed or {}, tag)})

    def get(self, _kind: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.entries[name]  # type: ignore[attr-defined]
        return found


def _with_revision(changed: Mapping[str, dict[str, Any]], tag: str) -> dict[str, dict[str, Any]]:
    for name, value in changed.items():
        if name == "release":
            value["status"].setdefault("lastAppliedRevision", f"{tag}@sha256:0")
    return dict(changed)
