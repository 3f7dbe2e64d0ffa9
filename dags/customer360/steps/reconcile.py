"""Reconcile step: nothing was lost on the way from the files to the marts, neither a row nor a cent."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from customer360.errors import PermanentError
from customer360.manifest import Record
from customer360.metrics import Gauge
from customer360.settings import Settings
from customer360.warehouse import Warehouse


class ReconcileError(PermanentError, RuntimeError):
    """Rows or amounts went missing; the message lists each table and what differs."""


@dataclass(frozen=True)
class Balance:
    """Rows of one table at each station; rows delivered = raw = staging + quarantined."""

    table: str
    delivered: int
    raw: int
    staging: int
    quarantined: int

    @property
    def is_even(self) -> bool:
        return self.delivered == self.raw == self.staging + self.quarantined


@dataclass(frozen=True)
class Amount:
    """One amount in BRL: raw = marts + quarantined."""

    name: str
    raw: Decimal
    marts: Decimal
    quarantined: Decimal

    @property
    def is_even(self) -> bool:
        return self.raw == self.marts + self.quarantined


# Amounts that must come through: raw table and column, fact and column.
AMOUNTS = (
    ("order_items", "price", "fct_order_items", "price_brl"),
    ("order_items", "freight_value", "fct_order_items", "freight_brl"),
    ("order_payments", "payment_value", "fct_payments", "amount_brl"),
)
# What staging takes for an amount: cleaned_text() and convert() in dbt/macros/convert.sql.
BLANKS = r" \t\r\n\u00a0"
AMOUNT_SHAPE = "[+-]?[0-9]{1,18}([.][0-9]{1,9})?"
# Marts whose rows are watched: one for each thing that customers do, and the customers themselves.
WATCHED_MARTS = ("customer_360", "fct_order_items", "fct_orders", "fct_payments", "fct_reviews")


def reconcile(
    warehouse: Warehouse, settings: Settings, records: Iterable[Record]
) -> tuple[list[Balance], list[Amount]]:
    """Compare rows and amounts at every station. Raises ReconcileError that lists what differs."""
    with ThreadPoolExecutor(2) as pool:
        rows = pool.submit(balances, warehouse, settings, list(records))
        money = pool.submit(amounts, warehouse, settings)
    uneven: list[Balance | Amount] = [entry for entry in rows.result() if not entry.is_even]
    uneven += [entry for entry in money.result() if not entry.is_even]
    if uneven:
        raise ReconcileError("rows or amounts went missing:\n  " + "\n  ".join(map(str, uneven)))
    return rows.result(), money.result()


def balances(warehouse: Warehouse, settings: Settings, records: list[Record]) -> list[Balance]:
    """Rows of every table at each station."""
    selects = [
        f"select '{record.table}' as table_name, "
        f"(select count(*) from {settings.dataset('raw')}.{record.table}) as raw_rows, "
        f"(select count(*) from {settings.dataset('staging')}.stg_{record.table}) as staging_rows, "
        f"(select count(*) from {settings.dataset('quarantine')}.quarantined_rows "
        f"where source_table = '{record.table}') as quarantined_rows"
        for record in records
    ]
    found = {row["table_name"]: row for row in warehouse.rows(" union all ".join(selects))}
    return [
        Balance(record.table, record.rows, row["raw_rows"], row["staging_rows"], row["quarantined_rows"])
        for record in records
        for row in [found[record.table]]
    ]


def parsed(text: str) -> str:
    """SQL for the amount that a delivered text holds, by the rule of staging; NULL where it holds none."""
    trimmed = f"trim({text}, '{BLANKS}')"
    return f"if(regexp_contains({trimmed}, r'^{AMOUNT_SHAPE}$'), safe_cast({trimmed} as numeric), null)"


def amounts(warehouse: Warehouse, settings: Settings) -> list[Amount]:
    """The money of items and payments, raw and in the marts."""
    # A quarantined amount counts only when it is a number at all.
    selects = [
        f"select '{table}.{column}' as name, "
        f"(select sum({parsed(column)}) from {settings.dataset('raw')}.{table}) as raw, "
        f"(select sum({fact_column}) from {settings.dataset('marts')}.{fact}) as marts, "
        f"(select sum({parsed(f"json_value(raw_row, '$.{column}')")}) "
        f"from {settings.dataset('quarantine')}.quarantined_rows "
        f"where source_table = '{table}') as quarantined"
        for table, column, fact, fact_column in AMOUNTS
    ]
    return [
        Amount(row["name"], *(Decimal(row[station] or 0) for station in ("raw", "marts", "quarantined")))
        for row in warehouse.rows(" union all ".join(selects))
    ]


def gauges(warehouse: Warehouse, settings: Settings, rows: list[Balance], now: float) -> list[Gauge]:
    """Metrics of a run that came out even: when, and the rows of each table in each layer."""
    layers = [
        *((entry.table, "delivered", entry.delivered) for entry in rows),
        *((entry.table, "raw", entry.raw) for entry in rows),
        *((entry.table, "staging", entry.staging) for entry in rows),
        *((entry.table, "quarantine", entry.quarantined) for entry in rows),
        *((mart, "marts", count) for mart, count in mart_rows(warehouse, settings).items()),
    ]
    return [
        Gauge("customer_360_reconciled_at_seconds", int(now)),
        *(
            Gauge("customer_360_rows", count, {"layer": layer, "table": table})
            for table, layer, count in layers
        ),
    ]


def mart_rows(warehouse: Warehouse, settings: Settings) -> dict[str, int]:
    """Rows of each watched mart."""
    marts = settings.dataset("marts")
    selects = [
        f"select '{mart}' as name, (select count(*) from {marts}.{mart}) as row_count"
        for mart in WATCHED_MARTS
    ]
    return {row["name"]: row["row_count"] for row in warehouse.rows(" union all ".join(selects))}
