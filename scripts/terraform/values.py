"""Terraform's facts in the charts' values: projects, buckets, identities and ranges, written where each belongs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scripts.terraform import TerraformError

CHARTS = Path("charts")


def chart_values(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Values by chart, from the output of that name. Raises TerraformError where only an apply can tell them."""
    output = plan["planned_values"]["outputs"]["chart_values"]
    if "value" not in output:
        raise TerraformError(
            "output chart_values is not known in a plan; build its values from variables and names"
        )
    found: dict[str, Any] = output["value"]
    return found


def applied_values(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Values by chart, from what `terraform output -json` prints after an apply; they hold the policy tags too."""
    found: dict[str, Any] = outputs["chart_values"]["value"]
    tags = json.dumps(outputs["dbt_policy_tags"]["value"], sort_keys=True)
    found["airflow"]["customer360"]["environment"]["C360_POLICY_TAGS"] = tags
    return found


def files(
    environment: str, values: Mapping[str, Any], charts: Path = CHARTS
) -> Iterator[tuple[Path, str, str]]:
    """For each chart its values file, what it says now and what it is to say; comments and all else stay."""
    for chart, facts in values.items():
        path = charts / chart / f"values-{environment}.yaml"
        before = path.read_text()
        yield path, before, _merged(before, facts)


def _merged(text: str, facts: Mapping[str, Any]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(text)
    _merge(tree, facts)
    written = StringIO()
    yaml.dump(tree, written)
    return written.getvalue()


def _merge(tree: Any, facts: Mapping[str, Any]) -> None:
    for key, value in facts.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), Mapping):
            _merge(tree[key], value)
        elif tree.get(key) != value:
            tree[key] = value
