"""Rotation of the hash keys: everything that holds a hash is built beside what is read, then replaced at once.

A run whose keys are not those of the warehouse keeps the new ones in `hash_keys__next`. While that table is there, dbt
builds `<table>__next` for every table with hashes, and tests them. One transaction then puts all rows in place, so
that no reader ever joins hashes of two keys. A run that dies before leaves everything as it was, and the next one
begins anew. Tables of a raw delivery, of staging and the quarantine hold no hash.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from customer360.settings import Settings
from customer360.steps.load_keys import KEYS, load_keys, stored_keys, wanted_keys
from customer360.warehouse import Warehouse

SUFFIX = "__next"
LAYERS = ("keys", "intermediate", "marts", "restricted")
HISTORY = "customer_segment_history"


def prepare_keys(warehouse: Warehouse, settings: Settings) -> bool:
    """Load the keys; whether the warehouse has others, so that a rotation begins. Raises SettingsError, LoadError."""
    wanted, stored = wanted_keys(settings), stored_keys(warehouse, settings)
    drop_next(warehouse, settings)  # of a run that died
    rotates = bool(stored) and stored != wanted and _is_built(warehouse, settings)
    load_keys(warehouse, settings, KEYS + SUFFIX if rotates else KEYS)
    return rotates


def is_rotating(warehouse: Warehouse, settings: Settings) -> bool:
    """Whether a rotation has begun and its rows are not in place yet."""
    coming = stored_keys(warehouse, settings, KEYS + SUFFIX)
    if coming and coming == stored_keys(warehouse, settings):
        drop_next(warehouse, settings)  # it died while it cleared up
        return False
    return bool(coming)


def finish(warehouse: Warehouse, settings: Settings) -> None:
    """Put the rows of all next tables in place, also the keys'. Raises GoogleAPIError, and nothing changed."""
    _carry_history_over(warehouse, settings)
    tables = list(_next_tables(warehouse, settings))
    for table in tables:
        if not _exists(warehouse, table):  # a new model, which nobody reads yet
            warehouse.client.copy_table(table + SUFFIX, table).result()
    replace_rows(warehouse, tables)
    drop_next(warehouse, settings)


def replace_rows(warehouse: Warehouse, tables: list[str]) -> None:
    """Replace the rows of each `dataset.table` by those of its next table, all in one transaction."""
    statements = [statement for table in tables for statement in _replacement(warehouse, table)]
    warehouse.rows(";\n".join(["begin transaction", *statements, "commit transaction"]))


def drop_next(warehouse: Warehouse, settings: Settings) -> None:
    """Drop every next table; the keys' last, for while they are there the rotation goes on."""
    for table in reversed(list(_next_tables(warehouse, settings))):
        warehouse.client.delete_table(table + SUFFIX, not_found_ok=True)


def _replacement(warehouse: Warehouse, table: str) -> tuple[str, str]:
    columns = ", ".join(field.name for field in warehouse.client.get_table(table + SUFFIX).schema)
    return (
        f"delete from {table} where true",
        f"insert into {table} ({columns}) select {columns} from {table}{SUFFIX}",
    )


def _carry_history_over(warehouse: Warehouse, settings: Settings) -> None:
    """The history of segments under the new keys. Who is no longer delivered has no new key, and no history then."""
    history = f"{settings.dataset('marts')}.{HISTORY}"
    if not _exists(warehouse, history):
        return
    persons = f"{settings.dataset('intermediate')}.int_person_keys"
    warehouse.rows(f"""
        create or replace table {history}{SUFFIX} as
        select * except (old_key, new_key) replace (
            new_key as customer_key,
            -- As dbt makes it.
            to_hex(md5(concat(new_key, '|', cast(dbt_updated_at as string)))) as dbt_scd_id
        )
        from {history}
        inner join (
            select persons.customer_key as old_key, renamed.customer_key as new_key
            from {persons} as persons
            inner join {persons}{SUFFIX} as renamed using (customer_unique_id)
        ) on customer_key = old_key
    """)


def _next_tables(warehouse: Warehouse, settings: Settings) -> Iterator[str]:
    """Tables that have a next one, as `dataset.table`, layer by layer."""
    for layer in LAYERS:
        dataset = settings.dataset(layer)
        try:
            names = sorted(entry.table_id for entry in warehouse.client.list_tables(dataset))
        except NotFound:
            continue
        yield from (f"{dataset}.{name.removesuffix(SUFFIX)}" for name in names if name.endswith(SUFFIX))


def _is_built(warehouse: Warehouse, settings: Settings) -> bool:
    return _exists(warehouse, f"{settings.dataset('intermediate')}.int_person_keys")


def _exists(warehouse: Warehouse, table: str) -> bool:
    try:
        warehouse.client.get_table(bigquery.TableReference.from_string(f"{warehouse.client.project}.{table}"))
    except NotFound:
        return False
    return True
