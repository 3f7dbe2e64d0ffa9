"""Who reads a model: models and exposures after it, and the groups that terraform/access.yaml lets into its dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

ACCESS = Path("terraform/access.yaml")


@dataclass(frozen=True)
class Consumers:
    """Readers of a model. `exposed`: whether one of them is outside of the project and reads the model itself."""

    groups: tuple[str, ...]
    exposures: tuple[str, ...]
    models: tuple[str, ...]
    exposed: bool


def consumers(name: str, manifest: Manifest, readers: dict[str, tuple[str, ...]]) -> Consumers:
    """Who reads a model of this name, directly or through other models."""
    (model,) = (n for n in manifest.nodes.values() if isinstance(n, ModelNode) and n.search_name == name)
    after = list(_after(model.unique_id, manifest))
    exposures = {key: exposure for key, exposure in manifest.exposures.items() if key in after}
    groups = readers.get(str(model.config.schema), ())
    direct = any(model.unique_id in exposure.depends_on.nodes for exposure in exposures.values())
    return Consumers(
        groups,
        tuple(sorted(f"{e.name} ({e.owner.name}, {e.owner.email})" for e in exposures.values())),
        tuple(sorted(manifest.nodes[key].name for key in after if key.startswith("model."))),
        bool(groups) or direct,
    )


def readers_of_layers(root: Path) -> dict[str, tuple[str, ...]]:
    """The groups that may read each layer's dataset, by layer."""
    matrix = yaml.safe_load((root / ACCESS).read_text("utf-8"))["matrix"]
    groups = {who.removeprefix("group:"): may for who, may in matrix.items() if who.startswith("group:")}
    layers = {layer for may in groups.values() for layer in may.get("datasets", {})}
    return {
        layer: tuple(sorted(group for group, may in groups.items() if layer in may.get("datasets", {})))
        for layer in layers
    }


def _after(start: str, manifest: Manifest) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for key in manifest.child_map[waiting.pop()]:
            if key not in seen:
                seen.add(key)
                waiting.append(key)
                yield key
