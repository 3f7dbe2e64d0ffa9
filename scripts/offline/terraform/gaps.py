"""What bindings lack, from gaps.yaml, put into a schema."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from scripts.terraform import TerraformError

GAPS = Path(__file__).with_name("gaps.yaml")
OF_THE_PROVIDER = {"project", "region", "zone"}


class GapsError(TerraformError):
    """An entry of gaps.yaml names nothing that is in the schema."""


def fill(schema: dict[str, Any], gaps: dict[str, Any]) -> None:
    """Set `sensitive` and `known` of attributes and `computed` of blocks, in place. A project is known everywhere.

    `gaps` is {"sensitive", "computed_blocks": {resource: [path]}, "known": {resource: {attribute: template}}}; the
    resource of a data source begins with `data.`. Raises GapsError.
    """
    for table in ("resource_schemas", "data_source_schemas"):
        for found in schema[table].values():
            project = found["block"]["attributes"].get("project", {})
            if project.get("optional") and project.get("computed"):
                project["known"] = "{project}"
    for resource, paths in gaps["sensitive"].items():
        for path in paths:
            _find(schema, resource, path, "attributes")["sensitive"] = True
    for resource, paths in gaps["computed_blocks"].items():
        for path in paths:
            _find(schema, resource, path, "block_types")["computed"] = True
    for resource, templates in gaps["known"].items():
        for name, template in templates.items():
            _check_template(schema, resource, name, template)
            _find(schema, resource, name, "attributes")["known"] = template


def load() -> dict[str, Any]:
    """gaps.yaml as it stands."""
    found: dict[str, Any] = yaml.safe_load(GAPS.read_text())
    return found


def _check_template(schema: dict[str, Any], resource: str, name: str, template: str) -> None:
    if "." in name or _find(schema, resource, name, "attributes")["type"] != "string":
        raise GapsError(f"gaps.yaml: {resource}.{name} cannot be known: it is no text of the resource itself")
    for _, argument, _, _ in Formatter().parse(template):
        if argument is not None and argument not in OF_THE_PROVIDER:
            _find(schema, resource, argument, "attributes")


def _find(schema: dict[str, Any], resource: str, path: str, table: str) -> dict[str, Any]:
    kind = "data_source_schemas" if resource.startswith("data.") else "resource_schemas"
    *blocks, name = path.split(".")
    try:
        block = schema[kind][resource.removeprefix("data.")]["block"]
        for part in blocks:
            block = block["block_types"][part]["block"]
        found: dict[str, Any] = block[table][name]
    except KeyError as error:
        raise GapsError(f"gaps.yaml: {resource}.{path} names nothing: there is no {error}") from None
    return found
