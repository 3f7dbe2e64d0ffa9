"""Columns with personal data carry the policy tag of their kind, where the warehouse has tags."""

from __future__ import annotations

import json

import pytest

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from tests.dbt.conftest import RunDbt

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline]

CONTACT = "projects/acme/locations/us/taxonomies/1/policyTags/2"


def tags(warehouse: Warehouse, settings: Settings) -> dict[str, tuple[str, ...]]:
    """Names of the tags of each column of the restricted mart that has any."""
    table = warehouse.client.get_table(
        f"{settings.project}.{settings.dataset('restricted')}.customer_contacts"
    )
    return {
        field.name: field.policy_tags.names
        for field in table.schema
        if field.policy_tags and field.policy_tags.names
    }


def test_without_tags_nothing_is_tagged(warehouse: Warehouse, settings: Settings) -> None:
    assert tags(warehouse, settings) == {}


def test_columns_carry_the_tag_of_what_they_say_of_a_person(
    run_dbt: RunDbt, warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("C360_POLICY_TAGS", json.dumps({"contact": CONTACT}))

    run_dbt("run", "--select", "customer_contacts")

    assert tags(warehouse, settings) == dict.fromkeys(("real_name", "email", "phone"), (CONTACT,))
