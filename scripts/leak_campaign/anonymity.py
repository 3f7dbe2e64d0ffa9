"""How many persons share what the open marts show of one."""

from __future__ import annotations

from dataclasses import dataclass

from customer360.settings import Settings
from customer360.warehouse import Warehouse

# What an outsider may know of somebody, from the least to the most.
SETS = (
    ("state", "cohort_month", "rfm_segment"),
    ("region", "state", "city", "cohort_month", "rfm_segment"),
    ("region", "state", "city", "latitude", "longitude", "masked_name", "cohort_month", "rfm_segment"),
)
SHOWN = ("region", "state", "city", "masked_name")


@dataclass(frozen=True)
class Group:
    """Persons by a set of columns; `exposed`: persons in groups below k although something is shown of them."""

    columns: tuple[str, ...]
    smallest: int
    below: int
    exposed: int


@dataclass(frozen=True)
class Anonymity:
    """Groups by set of columns, and the share of persons of whom a column is shown."""

    k: int
    persons: int
    groups: tuple[Group, ...]
    shown: dict[str, float]


def measure(warehouse: Warehouse, settings: Settings, k: int) -> Anonymity:
    """Count the groups of dim_customers beside customer_360. Raises GoogleAPIError."""
    marts = settings.dataset("marts")
    persons = (
        f"select customers.*, profiles.cohort_month, profiles.rfm_segment from {marts}.dim_customers as customers "
        f"left join {marts}.customer_360 as profiles on customers.customer_key = profiles.customer_key"
    )
    shares = ", ".join(f"countif({column} is not null) / count(*) as {column}" for column in SHOWN)
    (row,) = warehouse.rows(f"select count(*) as persons, {shares} from {marts}.dim_customers")
    groups = tuple(_group(warehouse, persons, columns, k) for columns in SETS)
    return Anonymity(k, row["persons"], groups, {column: round(row[column], 4) for column in SHOWN})


def _group(warehouse: Warehouse, persons: str, columns: tuple[str, ...], k: int) -> Group:
    place = [column for column in columns if column not in ("cohort_month", "rfm_segment")]
    shown = " or ".join(f"{column} is not null" for column in place)
    sizes = f"select {', '.join(columns)}, count(*) as size from ({persons}) group by {', '.join(columns)}"
    (row,) = warehouse.rows(
        f"select min(size) as smallest, sum(if(size < {k}, size, 0)) as below, "
        f"sum(if(size < {k} and ({shown}), size, 0)) as exposed from ({sizes})"
    )
    return Group(columns, row["smallest"], row["below"], row["exposed"])
