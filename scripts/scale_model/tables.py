"""How large BigQuery's tables are at any number of orders: a straight line through two measured sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customer360.settings import LAYERS, Settings
from customer360.warehouse import Warehouse

# Logical bytes of a value, by type; text and bytes are as long as they are and two more, NULL is nothing.
BYTES = {"INTEGER": 8, "FLOAT": 8, "NUMERIC": 16, "BOOLEAN": 1, "DATE": 8, "TIMESTAMP": 8, "DATETIME": 8}
TEXT_BYTES = 2


@dataclass(frozen=True)
class Size:
    """A table as it is: rows, and logical bytes by column."""

    rows: int
    bytes: Mapping[str, int]


@dataclass(frozen=True)
class Growth:
    """A table at any size: rows are `fixed` and so many for each order; logical bytes of a row by column."""

    fixed: float
    per_order: float
    row_bytes: Mapping[str, float]

    @classmethod
    def through(cls, orders: tuple[int, int], small: Size, large: Size) -> Growth:
        """The line through a small and a large size; the large one says how long a row is."""
        slope = (large.rows - small.rows) / (orders[1] - orders[0])
        rows = max(large.rows, 1)
        row_bytes = {column: total / rows for column, total in large.bytes.items()}
        return cls(small.rows - slope * orders[0], slope, row_bytes)

    def rows(self, orders: int) -> float:
        return max(self.fixed + self.per_order * orders, 0)

    def bytes(self, orders: int, columns: list[str] | None = None) -> float:
        """Logical bytes of some columns, or of all."""
        chosen = self.row_bytes if columns is None else columns
        return self.rows(orders) * sum(self.row_bytes[column] for column in chosen)


def sizes(warehouse: Warehouse, settings: Settings) -> dict[str, Size]:
    """Every table of every layer by `project.dataset.name`. Raises GoogleAPIError."""
    found = {}
    for dataset in map(settings.dataset, LAYERS):
        for entry in warehouse.client.list_tables(dataset):
            schema = warehouse.client.get_table(entry.reference).schema
            name = f"{dataset}.{entry.table_id}"
            found[f"{settings.project}.{name}"] = _size(
                warehouse, name, {f.name: f.field_type for f in schema}
            )
    return found


def _size(warehouse: Warehouse, table: str, types: Mapping[str, str]) -> Size:
    sums = ", ".join(f"sum({_bytes(name, kind)}) as {name}" for name, kind in types.items())
    (row,) = warehouse.rows(f"select count(*) as all_rows, {sums} from {table}")
    return Size(row["all_rows"], {name: int(row[name] or 0) for name in types})


def _bytes(column: str, kind: str) -> str:
    if kind in ("STRING", "BYTES"):
        return f"{TEXT_BYTES} + byte_length({column})"
    return f"if({column} is null, 0, {BYTES[kind]})"
