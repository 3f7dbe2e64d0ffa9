"""Load step: every uploaded object replaces its raw table, all tables at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from customer360 import manifest
from customer360.catalogue import source
from customer360.storage import Bucket, ForeignObjectError
from customer360.warehouse import LoadError, Warehouse

CONCURRENT_LOADS = 8


def load_all(
    warehouse: Warehouse,
    bucket: Bucket,
    records: Iterable[manifest.Record],
    dataset: str,
    commit: str,
    on_loaded: Callable[[str, int], None] = lambda _table, _rows: None,
) -> dict[str, int]:
    """Load every record's object; rows by table. All loads end before the first error is raised.

    Raises LoadError and ForeignObjectError; the tables they name are as they were.
    """

    def one(record: manifest.Record) -> int:
        rows = load(warehouse, bucket, record, dataset, commit)
        on_loaded(record.table, rows)
        return rows

    with ThreadPoolExecutor(CONCURRENT_LOADS) as pool:
        futures = {record.table: pool.submit(one, record) for record in records}
    return {table: future.result() for table, future in futures.items()}


def load(warehouse: Warehouse, bucket: Bucket, record: manifest.Record, dataset: str, commit: str) -> int:
    """Replace one raw table by its object; the number of rows. Raises LoadError and ForeignObjectError."""
    stored = bucket.describe(record.uri.removeprefix(f"gs://{bucket.name}/"))
    if stored is None or stored.crc32c != record.crc32c:
        raise ForeignObjectError(
            f"{record.uri}: the object is not the file that was delivered; start a new run to upload it again"
        )
    rows = warehouse.replace_from_csv(
        table=f"{dataset}.{record.table}",
        columns=source(record.table).header,
        uri=record.uri,
        is_multiline=record.is_multiline,
        # The content is part of the name: rates fetched anew in the same run are another object, and another job.
        job_id=f"c360-load-{dataset}-{record.table}-{record.run_id}-{record.sha256[:8]}",
        labels={"step": "load", "table": record.table, "run_id": record.run_id, "commit": commit},
    )
    if rows != record.rows:
        raise LoadError(f"{record.table}: {record.rows} rows were delivered and {rows} loaded; run again")
    return rows
