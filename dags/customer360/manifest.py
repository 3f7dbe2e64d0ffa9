"""What was uploaded: one record a file, kept in the bucket beside the data."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from customer360.fingerprint import Fingerprint
from customer360.storage import Bucket, ObjectExistsError


@dataclass(frozen=True)
class Record:
    """One uploaded file: `bytes` and `rows` (header excluded) as sent, crc32c in base64, sha256 in hex."""

    run_id: str
    table: str
    source: str
    uri: str
    bytes: int
    rows: int
    crc32c: str
    sha256: str

    @classmethod
    def of(cls, run_id: str, table: str, source: str, uri: str, rows: int, content: Fingerprint) -> Record:
        """The record of a file whose bytes went by."""
        return cls(run_id, table, source, uri, content.bytes, rows, content.crc32c, content.sha256)


def save(bucket: Bucket, record: Record) -> None:
    """Write the record once; a repeat of the same run keeps the first."""
    try:
        bucket.create_json(_name(record.run_id, record.table), asdict(record))
    except ObjectExistsError:
        return


def read(bucket: Bucket, run_id: str, table: str) -> Record:
    """Read a record. Raises google.api_core's NotFound when the upload did not finish."""
    return Record(**bucket.read_json(_name(run_id, table)))


def object_name(table: str, ingest_date: str, run_id: str, file: str) -> str:
    """Where a delivered file lives in the raw bucket; a rerun of the same day gets its own folder."""
    return f"olist/{table}/ingest_date={ingest_date}/run_id={run_id}/{file}"


def _name(run_id: str, table: str) -> str:
    return f"manifests/run_id={run_id}/{table}.json"
