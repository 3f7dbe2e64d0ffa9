"""Upload step: a delivered file goes to the bucket in 10 MiB chunks, inspected while it streams by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from customer360 import delivery, manifest
from customer360.catalogue import Source
from customer360.fingerprint import Fingerprint
from customer360.inspector import CsvInspector
from customer360.storage import Bucket, ObjectExistsError


def upload(
    bucket: Bucket,
    source: Source,
    base: str,
    run_id: str,
    ingest_date: str,
    on_sent: Callable[[int], None] = lambda _: None,
) -> manifest.Record:
    """Upload one source's file from the folder or URL `base` and record it in the run's manifest.

    A repeat in the same run sends nothing and returns the same record. Raises BadFileError for a file that
    cannot be taken in; no object exists then. Raises StorageError when the bucket does not answer.
    """
    url = delivery.locate(base, source)
    name = manifest.object_name(source.table, ingest_date, run_id, source.file)
    meter = _Meter(source)
    chunks = meter.read(delivery.read_chunks(url, source.file, bucket.chunk_bytes))
    try:
        bucket.upload(name, _read_ahead(chunks), on_sent)
    except ObjectExistsError:
        # The uploader may not read the bucket: measure the file, and let the loader compare.
        for _ in chunks:
            pass
    record = manifest.Record.of(
        run_id,
        source.table,
        url,
        f"gs://{bucket.name}/{name}",
        meter.rows,
        meter.fingerprint,
        meter.is_multiline,
    )
    manifest.save(bucket, record)
    return record


class _Meter:
    """Inspects, counts and hashes the bytes that pass through it."""

    def __init__(self, source: Source):
        self._inspector = CsvInspector(source.file, source.header)
        self.fingerprint = Fingerprint()

    @property
    def rows(self) -> int:
        return self._inspector.rows

    @property
    def is_multiline(self) -> bool:
        return self._inspector.is_multiline

    def read(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._inspector.feed(chunk)
            self.fingerprint.update(chunk)
            yield chunk
        self._inspector.finish()


def _read_ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Prepare the next chunk while the current one is on the wire; at most two are in memory."""
    with ThreadPoolExecutor(1) as reader:
        upcoming = reader.submit(next, chunks, None)
        while (chunk := upcoming.result()) is not None:
            upcoming = reader.submit(next, chunks, None)
            yield chunk
