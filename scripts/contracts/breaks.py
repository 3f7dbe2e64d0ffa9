"""What changed between two states of the project that a reader of its tables would notice.

dbt itself compares contracts (`state:modified.contract`): it knows versions, deprecation dates, and which constraints
BigQuery enforces. Compared here is only what dbt does not tell: where tables stand, and facts that must be built anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from dbt.exceptions import ContractBreakingChangeError

from scripts.contracts.projects import ProjectError, invoke, parsed

# What production runs: there, and only there, staging models are views.
TARGET = "prod"


@dataclass(frozen=True)
class Change:
    """One model, and what about it changed, in dbt's words."""

    model: str
    file: str
    what: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Changes of contracts, facts that need a full refresh, and both manifests."""

    broken: tuple[Change, ...]
    to_refresh: tuple[Change, ...]
    before: Manifest
    after: Manifest


def compare(base: Path, project: Path, scratch: Path) -> Comparison:
    """Compare two folders of the project; `scratch` takes what dbt writes. Raises ProjectError."""
    before = parsed(base, TARGET, scratch / "base")
    after = parsed(project, TARGET, scratch / "here")
    found: dict[str, list[str]] = defaultdict(list)
    was, now = _contracted(before), _models(after)
    # A model that got versions, or another name, and still writes the same table takes nothing from its readers.
    tables = {(model.relation_name, model.contract.checksum) for model in now.values()}
    for name, texts in _told_by_dbt(project, after, scratch).items():
        if name in now or (was[name].relation_name, was[name].contract.checksum) not in tables:
            found[name] += map(_in_one_line, texts)
    for name in was.keys() & now.keys():
        if was[name].relation_name != now[name].relation_name:
            found[name].append(
                f"Moved: {was[name].relation_name} -> {now[name].relation_name}".replace("`", "")
            )
    broken = tuple(Change(name, was[name].original_file_path, tuple(found[name])) for name in sorted(found))
    return Comparison(broken, tuple(_to_refresh(was, now)), before, after)


def _told_by_dbt(project: Path, after: Manifest, scratch: Path) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}

    def listen(event: Any) -> None:
        if event.info.name == "UnversionedBreakingChange":
            told[event.data.model_name] = list(event.data.breaking_changes)

    command = ("list", "--select", "state:modified.contract", "--state", str(scratch / "base"))
    try:
        invoke(command, project, TARGET, scratch / "here", after, listen)
    except ProjectError as error:
        cause = error.__cause__
        if not isinstance(cause, ContractBreakingChangeError):
            raise
        told[cause.node.search_name] = list(
            cause.breaking_changes
        )  # a versioned model; dbt stops at the first
    return told


def _to_refresh(was: dict[str, ModelNode], now: dict[str, ModelNode]) -> list[Change]:
    return [
        Change(name, now[name].original_file_path, tuple(different))
        for name in sorted(was.keys() & now.keys())
        if now[name].config.on_schema_change == "fail"
        and {was[name].config.materialized, now[name].config.materialized} == {"incremental"}
        and (different := _different_columns(was[name], now[name]))
    ]


def _different_columns(was: ModelNode, now: ModelNode) -> list[str]:
    before, after = ({name: column.data_type for name, column in m.columns.items()} for m in (was, now))
    return [
        f"Column {name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _contracted(manifest: Manifest) -> dict[str, ModelNode]:
    return {name: model for name, model in _models(manifest).items() if model.contract.enforced}


def _models(manifest: Manifest) -> dict[str, ModelNode]:
    return {node.search_name: node for node in manifest.nodes.values() if isinstance(node, ModelNode)}


def _in_one_line(text: str) -> str:
    """dbt's list below a heading as one line."""
    head, *items = text.split("\n    - ")
    return f"{head.strip().rstrip(':')}: {', '.join(items)}" if items else head
