"""Whether somebody who reads the restricted mart and the open ones can tell which persons are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan.scanner import open_columns

IDENTIFYING = ("contact_key", "real_name", "email", "phone")
# What both sides tell of a person, as written on the restricted side and on the open one.
MASK = r"upper(regexp_replace(regexp_replace(trim(real_name), r'\s+', ' '), r'([^\s])[^\s]*', r'\1***'))"
CITY = "translate(lower(city), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn')"
SHARED = {
    "state": ("state", "customers.state"),
    "city": (CITY, "customers.city"),
    "segment": ("rfm_segment", "profiles.rfm_segment"),
    "initials": (MASK, "customers.masked_name"),
}


@dataclass(frozen=True)
class Link:
    """A way from the restricted mart to the open ones; `contacts`: persons it leads to fewer than k persons."""

    way: str
    contacts: int


def links(warehouse: Warehouse, settings: Settings, k: int) -> tuple[int, list[Link]]:
    """How many ways were tried, and those that lead somewhere. Raises GoogleAPIError.

    A path of joins has to leave the restricted mart by a value that both sides hold. So every identifying column is
    compared with every column of the open marts, and every set of the attributes that both sides have is joined.
    """
    tried = [*_values(warehouse, settings), *_attributes(warehouse, settings, k)]
    return len(tried), [link for link in tried if link.contacts]


def _values(warehouse: Warehouse, settings: Settings) -> Iterator[Link]:
    contacts = f"{settings.dataset('restricted')}.customer_contacts"
    secrets = " union distinct ".join(f"select {column} as value from {contacts}" for column in IDENTIFYING)
    for column in open_columns(warehouse, settings):
        (row,) = warehouse.rows(
            f"select count(*) as found from ({secrets}) as secrets "
            f"inner join (select distinct {column.name} as value from {column.table}) as shown "
            "on secrets.value = shown.value"
        )
        yield Link(f"an identifying value in {column}", row["found"])


def _attributes(warehouse: Warehouse, settings: Settings, k: int) -> Iterator[Link]:
    marts, restricted = settings.dataset("marts"), settings.dataset("restricted")
    for count in range(1, len(SHARED) + 1):
        for names in combinations(SHARED, count):
            closed = ", ".join(f"{SHARED[name][0]} as {name}" for name in names)
            opened = ", ".join(f"{SHARED[name][1]} as {name}" for name in names)
            matches = " and ".join(f"closed.{name} = opened.{name}" for name in names)
            (row,) = warehouse.rows(f"""
                with opened as (
                    select {", ".join(names)}, count(*) as persons
                    from (
                        select {opened}
                        from {marts}.dim_customers as customers
                        left join {marts}.customer_360 as profiles on customers.customer_key = profiles.customer_key
                    )
                    group by {", ".join(names)}
                )
                select count(*) as found
                from (select {closed} from {restricted}.customer_contacts) as closed
                inner join opened on {matches}
                where opened.persons < {k}
            """)
            yield Link(f"a join on {', '.join(names)}", row["found"])
