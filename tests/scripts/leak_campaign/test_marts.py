"""Groups and links are counted in a real warehouse: what is planted is found, and what is shared by many is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from google.cloud.bigquery import SchemaField

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.leak_campaign.anonymity import measure
from scripts.leak_campaign.linkage import Link, links

pytestmark = pytest.mark.sandbox

K = 3
CUSTOMERS = ("customer_key", "masked_name", "city", "state", "region", "latitude", "longitude")
PROFILES = ("customer_key", "cohort_month", "rfm_segment")
CONTACTS = ("contact_key", "real_name", "email", "phone", "city", "state", "rfm_segment")


def fill(
    warehouse: Warehouse, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> None:
    schema = [SchemaField(name, "STRING") for name in columns]
    warehouse.replace_from_rows(table, schema, [dict(zip(columns, row, strict=True)) for row in rows])


@pytest.fixture
def marts(warehouse: Warehouse, settings: Settings) -> Warehouse:
    """Three persons of one city and one contact, who could be any of them."""
    tables = settings.dataset("marts")
    people = [(key * 64, "A***", "campinas", "SP", "Southeast", "-22.9", "-47.1") for key in "abc"]
    fill(warehouse, f"{tables}.dim_customers", CUSTOMERS, people)
    fill(warehouse, f"{tables}.customer_360", PROFILES, [(key * 64, "2018-01", "Promising") for key in "abc"])
    contact = ("f" * 64, "Ana", "ana@example.com", "+5511987654321", "Campinas", "SP", "Promising")
    fill(warehouse, f"{settings.dataset('restricted')}.customer_contacts", CONTACTS, [contact])
    return warehouse


def add(warehouse: Warehouse, settings: Settings, *person: str | None) -> None:
    values = ", ".join("null" if value is None else f"'{value}'" for value in person)
    warehouse.client.query(
        f"insert into {settings.dataset('marts')}.dim_customers values ({values})"
    ).result()


def test_persons_of_whom_many_are_alike_are_not_exposed(marts: Warehouse, settings: Settings) -> None:
    found = measure(marts, settings, K)
    assert [(group.smallest, group.exposed) for group in found.groups] == [(3, 0), (3, 0), (3, 0)]


def test_a_person_of_a_rare_place_is_exposed(marts: Warehouse, settings: Settings) -> None:
    add(marts, settings, "d" * 64, None, None, "AC", "North", None, None)
    assert [group.exposed for group in measure(marts, settings, K).groups] == [1, 1, 1]


def test_a_person_of_whom_nothing_is_shown_is_not_exposed(marts: Warehouse, settings: Settings) -> None:
    add(marts, settings, "d" * 64, None, None, None, None, None, None)
    found = measure(marts, settings, K)
    assert [(group.below, group.exposed) for group in found.groups] == [(1, 0), (1, 0), (1, 0)]


def test_no_way_leads_from_a_contact_to_one_of_many(marts: Warehouse, settings: Settings) -> None:
    ways, found = links(marts, settings, K)
    assert found == []
    assert ways > 15


def test_a_contact_whose_initials_are_rare_is_linked(marts: Warehouse, settings: Settings) -> None:
    fill(
        marts,
        f"{settings.dataset('marts')}.dim_customers",
        CUSTOMERS,
        [("a" * 64, "A***", None, None, None, None, None)],
    )
    assert Link("a join on initials", 1) in links(marts, settings, K)[1]


def test_an_identifying_value_in_an_open_mart_is_a_link(marts: Warehouse, settings: Settings) -> None:
    add(marts, settings, "f" * 64, None, None, None, None, None, None)
    table = f"{settings.dataset('marts')}.dim_customers"
    assert links(marts, settings, K)[1] == [Link(f"an identifying value in {table}.customer_key", 1)]
