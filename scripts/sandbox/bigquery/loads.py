"""CSV and JSON load jobs in one pass: REQUIRED holds, a quoted "" stays an empty string, a lost object is notFound."""

from __future__ import annotations

import os
from typing import Any

from local_bigquery.catalog import datasets, tables
from local_bigquery.engine import types
from local_bigquery.engine.database import quote
from local_bigquery.errors import BigQueryError
from local_bigquery.jobs import load, runner
from local_bigquery.models import JobStatistics3, Table

from scripts.sandbox.bigquery import partitions


def install() -> None:
    """Apply the patches."""
    run, csv_options = load.run, load._csv

    def run_in_one_pass(cursor: Any, config: Any, upload: Any) -> Any:
        fields = (config.schema_ and config.schema_.fields) or []
        if not upload:
            _check_objects(cursor, config)
        if (config.sourceFormat or "CSV") in load.TEXT_FORMATS and fields:
            return _load(cursor, config, upload, fields)
        if partitions.split(config.destinationTable)[1]:
            message = "partition decorators need a CSV or JSON load with a schema"
            raise BigQueryError("notImplemented", message)
        return run(cursor, config, upload)

    load._csv = lambda config, fields: csv_options(config, fields) | {"allow_quoted_nulls": "false"}
    load.run = run_in_one_pass
    runner.HANDLERS["load"] = run_in_one_pass


def _check_objects(cursor: Any, config: Any) -> None:
    for uri in config.sourceUris or []:
        paths = load.paths(cursor, uri)
        if any(not path.startswith("gs://") and not os.path.exists(path) for path in paths):  # noqa: PTH110
            raise BigQueryError("notFound", f"Not found: URI {uri}")


def _load(cursor: Any, config: Any, upload: Any, fields: list[Any]) -> Any:
    target, partition = partitions.split(config.destinationTable)
    reference = tables.reference(target)
    datasets.get(*reference[:2])
    uris = config.sourceUris or []
    locations = {upload: None} if upload else {path: uri for uri in uris for path in load.paths(cursor, uri)}
    files = f"[{', '.join(map(load.literal, locations))}]"
    with load._reading(locations):
        total, rejected = _read(cursor, config, fields, files)
    try:
        if rejected > (config.maxBadRecords or 0):
            raise _too_many_errors(config, total, rejected, uris)
        select = f"SELECT {', '.join(quote(field.name) for field in fields)} FROM _load_rows WHERE NOT _bad"
        if partition:
            disposition = config.writeDisposition or "WRITE_APPEND"
            partitions.replace(cursor, reference, partition, select, disposition)
        else:
            _write(cursor, config, fields, reference, select, locations)
    finally:
        cursor.execute("DROP TABLE IF EXISTS _load_rows")
    [(count, size)] = cursor.sql(
        f"SELECT count(*), coalesce(sum(size), 0) FROM read_blob({files})"
    ).fetchall()
    return JobStatistics3(
        inputFiles=str(count),
        inputFileBytes=str(size),
        outputRows=str(total - rejected),
        outputBytes=str(tables.logical_bytes(total - rejected, len(fields))),
        badRecords=str(rejected),
    )


def _read(cursor: Any, config: Any, fields: list[Any], files: str) -> tuple[int, int]:
    """Read the files into _load_rows, each row typed and flagged; counts of all and of bad rows."""
    reader = load._reader(cursor, files, config, fields)
    flags = " OR ".join(_bad_condition(field) for field in fields)
    raw = ", ".join(f"{quote(field.name)} AS {quote('_raw_' + field.name)}" for field in fields)
    cursor.execute("DROP TABLE IF EXISTS _load_rows")
    cursor.execute(
        f"CREATE TEMP TABLE _load_rows AS SELECT _v.*, ({flags}) AS _bad FROM "
        f"(SELECT struct_pack({', '.join(map(_cast, fields))}) AS _v, {raw} FROM {reader})"
    )
    [(total, rejected)] = cursor.sql("SELECT count(*), count(*) FILTER (_bad) FROM _load_rows").fetchall()
    return total, rejected


def _bad_condition(field: Any) -> str:
    """True for a value that did not convert, or is missing although REQUIRED."""
    given = "" if field.mode == "REQUIRED" else f" AND {quote('_raw_' + field.name)} IS NOT NULL"
    return f"(_v.{quote(field.name)} IS NULL{given})"


def _cast(field: Any) -> str:
    column = quote(field.name)
    decoded = load._decoded(column, field)
    value = decoded if decoded == column else f"TRY({decoded})"
    return f"{column} := TRY_CAST({value} AS {types.duckdb_type(field)})"


def _too_many_errors(config: Any, total: int, rejected: int, uris: list[str]) -> BigQueryError:
    kind = load.TEXT_FORMATS[config.sourceFormat or "CSV"]
    file = f" File: {uris[0]}" if len(uris) == 1 else ""
    return BigQueryError(
        "invalid",
        f"Error while reading data, error message: {kind} table encountered too many errors, giving up. "
        f"Rows: {total}; errors: {rejected}. Please look into the errors[] collection for more details.{file}",
    )


def _write(
    cursor: Any, config: Any, fields: list[Any], reference: Any, select: str, locations: dict[Any, Any]
) -> None:
    mismatch = f"Provided Schema does not match Table {load.names.label(*reference)}. "
    with load._reading(locations):
        created = tables.write(cursor, select, None, reference, config, "WRITE_APPEND", mismatch)
    if not (created or config.writeDisposition == "WRITE_TRUNCATE"):
        return
    tables.annotate(reference, Table(schema=config.schema_))
    for field in fields:
        if field.mode == "REQUIRED":
            table, column = tables.name(*reference), quote(field.name)
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
