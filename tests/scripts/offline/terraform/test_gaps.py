"""What is added to a schema out of bindings."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.offline.terraform.gaps import GapsError, fill


@pytest.fixture
def schema() -> dict[str, Any]:
    shelf = {"nesting_mode": "list", "block": {"attributes": {"lock": {"type": "string"}}, "block_types": {}}}
    attributes = {
        "name": {"type": "string", "required": True},
        "size": {"type": "number", "computed": True},
        "address": {"type": "string", "computed": True},
        "project": {"type": "string", "optional": True, "computed": True},
    }
    block = {"attributes": attributes, "block_types": {"shelf": shelf}}
    return {"resource_schemas": {"shop": {"block": block}}, "data_source_schemas": {"shop": {"block": block}}}


def gaps(**found: Any) -> dict[str, Any]:
    return {"sensitive": {}, "computed_blocks": {}, "known": {}, **found}


def test_entries_change_what_they_name(schema: dict[str, Any]) -> None:
    known = {"shop": {"address": "{name}@{project}"}}
    fill(schema, gaps(sensitive={"shop": ["shelf.lock"]}, computed_blocks={"shop": ["shelf"]}, known=known))
    shop = schema["resource_schemas"]["shop"]["block"]
    assert shop["block_types"]["shelf"]["computed"]
    assert shop["block_types"]["shelf"]["block"]["attributes"]["lock"]["sensitive"]
    assert shop["attributes"]["address"]["known"] == "{name}@{project}"


def test_a_project_that_a_plan_decides_is_the_provider_s(schema: dict[str, Any]) -> None:
    fill(schema, gaps())
    assert schema["resource_schemas"]["shop"]["block"]["attributes"]["project"]["known"] == "{project}"


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (gaps(sensitive={"shop": ["shelf.key"]}), "shop.shelf.key names nothing: there is no 'key'"),
        (gaps(sensitive={"shop": ["door.lock"]}), "shop.door.lock names nothing: there is no 'door'"),
        (gaps(sensitive={"data.stall": ["name"]}), "data.stall.name names nothing: there is no 'stall'"),
        (gaps(computed_blocks={"shop": ["name"]}), "shop.name names nothing: there is no 'name'"),
        (gaps(known={"shop": {"street": "here"}}), "shop.street names nothing: there is no 'street'"),
        (gaps(known={"shop": {"address": "{street}"}}), "shop.street names nothing: there is no 'street'"),
        (gaps(known={"shop": {"size": "7"}}), "shop.size cannot be known"),
        (gaps(known={"shop": {"shelf.lock": "7"}}), r"shop.shelf.lock cannot be known"),
    ],
)
def test_an_entry_that_names_nothing_is_refused(
    schema: dict[str, Any], entries: dict[str, Any], named: str
) -> None:
    with pytest.raises(GapsError, match=named):
        fill(schema, entries)
