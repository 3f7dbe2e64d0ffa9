"""What was uploaded: one record a file, kept in the bucket beside the data."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath

from customer360.fingerprint import Fingerprint
from customer360.storage import Bucket, ObjectExistsError


@dataclass(frozen=True)
class Record:
    """One uploaded file: `bytes` and `rows` (header excluded) as sent, crc32c in base64, sha256 in hex.

    is_multiline: whether a value holds a line end; records of earlier versions do not tell.
    """

    run_id: str
    table: str
    source: str
    uri: str
    bytes: int
    rows: int
    crc32c: str
    sha256: str
    is_multiline: bool = True

    @classmethod
    def of(
        cls,
        run_id: str,
        table: str,
        source: str,
        uri: str,
        rows: int,
        content: Fingerprint,
        is_multiline: bool,
    ) -> Record:
        """The record of a file whose bytes went by."""
        return cls(
            run_id, table, source, uri, content.bytes, rows, content.crc32c, content.sha256, is_multiline
        )


def save(bucket: Bucket, record: Record) -> None:
    """Write the record once; a repeat of the same run keeps the first. Nothing is read, which the uploader may not."""
    with suppress(ObjectExistsError):
        bucket.create_json(record_name(record), asdict(record))


def of_run(bucket: Bucket, run_id: str) -> list[Record]:
    """Every record of a run, none when the bucket knows no such run."""
    return [Record(**bucket.read_json(name)) for name in bucket.names(f"manifests/run_id={run_id}/")]


def object_name(table: str, ingest_date: str, run_id: str, file: str) -> str:
    """Where a delivered file lives in the raw bucket; a rerun of the same day gets its own folder."""
    return f"olist/{table}/ingest_date={ingest_date}/run_id={run_id}/{file}"


def record_name(record: Record) -> str:
    """Where a record lives: by its object's name, so that each object of a run has its own."""
    return f"manifests/run_id={record.run_id}/{PurePosixPath(record.uri).name}.json"


def read(bucket: Bucket, record: Record) -> Record:
    """The record as it stands in the bucket now. Raises google.api_core's NotFound."""
    return Record(**bucket.read_json(record_name(record)))


def change(bucket: Bucket, object_name: str, rows: int, content: Fingerprint) -> None:
    """Let the record of an object say what the object is about to hold; one without a record stays so."""
    *_, run, file = object_name.split("/")
    live = bucket.live(f"manifests/{run}/{file}.json")
    if live is None:
        return  # its upload broke off after the object
    before = Record(**bucket.read_json(live.name))
    after = replace(before, rows=rows, bytes=content.bytes, crc32c=content.crc32c, sha256=content.sha256)
    if after != before:
        bucket.replace_json(live, asdict(after))
