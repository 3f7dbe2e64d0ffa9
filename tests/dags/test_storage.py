"""Resumable uploads against the emulator, with connections that break on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import requests

from customer360 import storage
from customer360.fingerprint import Crc32c
from customer360.settings import Settings
from customer360.storage import Bucket, ObjectExistsError, StorageError

pytestmark = pytest.mark.sandbox

QUANTUM = 256 * 1024
DATA = os.urandom(5 * QUANTUM + 1000)


def chunks(size: int = 2 * QUANTUM) -> Iterator[bytes]:
    for start in range(0, len(DATA), size):
        yield DATA[start : start + size]


def stored_bytes(sandbox_url: str, bucket: Bucket, name: str) -> bytes:
    return requests.get(f"{sandbox_url}/{bucket.name}/{name}", timeout=10).content


@pytest.fixture(scope="module")
def bucket(settings: Settings) -> Bucket:
    """The raw bucket with small chunks."""
    found = Bucket.connect(settings)
    found.chunk_bytes = 2 * QUANTUM
    return found


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LONGEST_WAIT_SECONDS", 0.05)


def test_an_object_arrives_whole_in_chunks(bucket: Bucket, run_id: str) -> None:
    checksum = Crc32c()
    checksum.update(DATA)
    stored = bucket.upload(run_id, chunks())
    assert (stored.size, stored.crc32c) == (len(DATA), str(checksum))


@pytest.mark.parametrize("size", [4 * QUANTUM, 2 * QUANTUM, 0])
def test_an_object_of_nothing_but_full_chunks_is_finished_too(bucket: Bucket, run_id: str, size: int) -> None:
    full = [DATA[start : start + 2 * QUANTUM] for start in range(0, size, 2 * QUANTUM)]
    assert bucket.upload(run_id, full).size == size


def test_a_short_chunk_before_the_last_is_refused_and_leaves_no_object(bucket: Bucket, run_id: str) -> None:
    with pytest.raises(ValueError, match="a chunk of 5 bytes, not 524288, is not the last one"):
        bucket.upload(run_id, [b"short", DATA[: 2 * QUANTUM]])
    assert bucket.describe(run_id) is None


def test_a_second_upload_of_the_same_name_is_refused_before_a_byte_is_read(
    bucket: Bucket, run_id: str
) -> None:
    bucket.upload(run_id, chunks())

    def untouched() -> Iterator[bytes]:
        pytest.fail("the source was read")
        yield b""

    with pytest.raises(ObjectExistsError):
        bucket.upload(run_id, untouched())


@pytest.mark.parametrize("after_bytes", [0, QUANTUM + 17, 2 * QUANTUM - 1])
def test_a_connection_dropped_within_a_chunk_resumes_where_the_server_stopped(
    bucket: Bucket, run_id: str, storage_fault: str, after_bytes: int
) -> None:
    order = {"mode": "drop_mid_chunk", "times": 1, "after_bytes": after_bytes}
    requests.post(storage_fault, json=order, timeout=5)
    assert bucket.upload(run_id, chunks()).size == len(DATA)


def test_a_lost_answer_does_not_store_a_chunk_twice(bucket: Bucket, run_id: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "drop_answer", "times": 1}, timeout=5)
    assert bucket.upload(run_id, chunks()).size == len(DATA)


def test_a_lost_last_answer_finds_the_finished_object(
    bucket: Bucket, run_id: str, storage_fault: str
) -> None:
    requests.post(storage_fault, json={"mode": "drop_answer", "times": 1}, timeout=5)
    assert bucket.upload(run_id, [DATA]).size == len(DATA)


def test_a_server_that_answers_503_is_tried_again(bucket: Bucket, run_id: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "503", "times": 3}, timeout=5)
    assert bucket.upload(run_id, chunks()).size == len(DATA)


def test_a_server_that_stays_away_is_named_and_leaves_no_object(
    bucket: Bucket, run_id: str, storage_fault: str
) -> None:
    requests.post(storage_fault, json={"mode": "503", "times": 50}, timeout=5)
    with pytest.raises(StorageError, match="answered 503"):
        bucket.upload(run_id, chunks())
    requests.post(storage_fault, json={"mode": "none"}, timeout=5)
    assert bucket.describe(run_id) is None


def test_a_source_that_breaks_leaves_no_object(bucket: Bucket, run_id: str) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA[: 2 * QUANTUM]
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        bucket.upload(run_id, broken())
    assert bucket.describe(run_id) is None


def test_an_empty_object_can_be_stored(bucket: Bucket, run_id: str) -> None:
    assert bucket.upload(run_id, []).size == 0
