"""Partition decorators, `table$20180101`, in load and copy jobs; upstream would make another table."""

from __future__ import annotations

from typing import Any

from local_bigquery.catalog import tables
from local_bigquery.engine import database
from local_bigquery.engine.database import quote
from local_bigquery.errors import BigQueryError
from local_bigquery.jobs import copy, runner
from local_bigquery.models import JobStatistics5

# By kind of partitioning: length of the partition id, and its strftime format.
KINDS = {"HOUR": (10, "%Y%m%d%H"), "DAY": (8, "%Y%m%d"), "MONTH": (6, "%Y%m"), "YEAR": (4, "%Y")}


def install() -> None:
    """Apply the patch."""
    run = copy.run

    def run_with_partitions(cursor: Any, config: Any, upload: Any) -> Any:
        sources = config.sourceTables or [config.sourceTable]
        if not any("$" in table.tableId for table in [*sources, config.destinationTable]):
            return run(cursor, config, upload)
        select = " UNION ALL BY NAME ".join(_select(table) for table in sources)
        [(copied,)] = cursor.sql(f"SELECT count(*) FROM ({select})").fetchall()
        target, partition = split(config.destinationTable)
        reference = tables.reference(target)
        if partition:
            disposition = config.writeDisposition or "WRITE_EMPTY"
            replace(cursor, reference, partition, select, disposition)
        else:
            tables.write(cursor, select, None, reference, config)
        return JobStatistics5(copiedRows=str(copied), copiedLogicalBytes="0")

    copy.run = run_with_partitions
    runner.HANDLERS["copy"] = run_with_partitions


def split(reference: Any) -> tuple[Any, str]:
    """A table reference without its decorator, and the partition id (empty when there is none)."""
    table, _, partition = reference.tableId.partition("$")
    return reference.replace(tableId=table), partition


def replace(cursor: Any, reference: Any, partition: str, select: str, disposition: str) -> None:
    """Write the selected rows into one partition; WRITE_TRUNCATE empties it first, in one transaction."""
    condition = _condition(tables.load(*reference), partition)
    with database.writing(*reference):
        cursor.execute("BEGIN")
        try:
            if disposition == "WRITE_TRUNCATE":
                cursor.execute(f"DELETE FROM {tables.name(*reference)} WHERE {condition}")
            cursor.execute(f"INSERT INTO {tables.name(*reference)} BY NAME {select}")
            cursor.execute("COMMIT")
        except Exception:
            cursor.execute("ROLLBACK")
            raise


def _select(table: Any) -> str:
    plain, partition = split(table)
    reference = tables.reference(plain)
    where = f" WHERE {_condition(tables.load(*reference), partition)}" if partition else ""
    return f"SELECT * FROM {tables.name(*reference)}{where}"


def _condition(table: Any, partition: str) -> str:
    partitioning = table.timePartitioning
    if not partitioning or not partitioning.field or not partition.isdigit():
        raise BigQueryError(
            "invalid", f"partition decorator ${partition}: only time partitioning on a column is emulated"
        )
    kind = (partitioning.type or "DAY").upper()
    width, form = KINDS[kind]
    if len(partition) != width:
        raise BigQueryError("invalid", f"Invalid partition id {partition} for {kind} partitioning")
    return f"strftime({quote(partitioning.field)}, '{form}') = '{partition}'"
