"""The upload step: records, repeats, and bad files that leave nothing behind."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import asdict
from pathlib import Path

import pytest

from customer360 import manifest
from customer360.catalogue import source
from customer360.inspector import BadFileError
from customer360.steps.upload import upload
from customer360.storage import Bucket

pytestmark = pytest.mark.sandbox

DAY = "2026-01-31"
SELLERS = source("sellers")


def test_the_manifest_records_bytes_rows_and_hash(bucket: Bucket, sellers: Path, run_id: str) -> None:
    content = (sellers / SELLERS.file).read_bytes()
    record = upload(bucket, SELLERS, str(sellers), run_id, DAY)
    assert bucket.read_json(manifest.record_name(record)) == asdict(record)
    assert (record.bytes, record.rows) == (len(content), 500)
    assert record.sha256 == hashlib.sha256(content).hexdigest()


def test_a_repeat_in_the_same_run_sends_nothing_and_returns_the_same_record(
    bucket: Bucket, sellers: Path, run_id: str
) -> None:
    first = upload(bucket, SELLERS, str(sellers), run_id, DAY)
    sent: list[int] = []
    assert upload(bucket, SELLERS, str(sellers), run_id, DAY, sent.append) == first
    assert sent == []


def test_a_compressed_delivery_is_stored_plain(bucket: Bucket, sellers: Path, run_id: str) -> None:
    plain = (sellers / SELLERS.file).read_bytes()
    (sellers / f"{SELLERS.file}.gz").write_bytes(gzip.compress(plain))
    (sellers / SELLERS.file).unlink()
    assert upload(bucket, SELLERS, str(sellers), run_id, DAY).sha256 == hashlib.sha256(plain).hexdigest()


def test_a_bad_row_leaves_no_object_and_no_record(bucket: Bucket, sellers: Path, run_id: str) -> None:
    with (sellers / SELLERS.file).open("a") as file:
        file.write("short,row\n")
    with pytest.raises(BadFileError, match=r"olist_sellers_dataset.csv, row 501"):
        upload(bucket, SELLERS, str(sellers), run_id, DAY)
    assert bucket.describe(manifest.object_name("sellers", DAY, run_id, SELLERS.file)) is None
    assert bucket.describe(f"manifests/run_id={run_id}/{SELLERS.file}.json") is None
