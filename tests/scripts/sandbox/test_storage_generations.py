"""Old generations as Cloud Storage keeps them in a bucket with versioning, through the client library."""

from __future__ import annotations

import pytest

from customer360.storage import Bucket, Generation, ObjectExistsError

pytestmark = pytest.mark.sandbox


@pytest.fixture
def name(run_id: str) -> str:
    """An object in a folder, as its path must survive."""
    return f"generations/{run_id}/a file.csv"


def contents(bucket: Bucket, name: str) -> list[tuple[bool, bytes]]:
    """Whether live, and the bytes, of each generation; the oldest first."""
    return [(entry.is_live, b"".join(bucket.read(entry))) for entry in bucket.generations(name)]


def live(bucket: Bucket, name: str) -> Generation:
    found = bucket.live(name)
    assert found is not None
    return found


def test_an_overwrite_leaves_an_old_generation(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    bucket.upload(name, [b"two"], generation=live(bucket, name).number)
    assert contents(bucket, name) == [(False, b"one"), (True, b"two")]


def test_a_deletion_leaves_an_old_generation(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    bucket._client.bucket(bucket.name).blob(name).delete()
    assert contents(bucket, name) == [(False, b"one")]
    assert bucket.describe(name) is None


def test_a_generation_that_is_deleted_by_its_number_is_gone(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    bucket.upload(name, [b"two"], generation=live(bucket, name).number)
    for entry in bucket.generations(name):
        bucket.delete(entry)
    assert bucket.generations(name) == []


def test_an_old_generation_goes_and_the_live_one_stays(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    bucket.upload(name, [b"two"], generation=live(bucket, name).number)
    bucket.delete(bucket.generations(name)[0])
    assert contents(bucket, name) == [(True, b"two")]


def test_what_is_replaced_leaves_nothing(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    bucket.replace(live(bucket, name), [b"two"])
    assert contents(bucket, name) == [(True, b"two")]


def test_only_the_generation_that_was_read_is_replaced(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])
    read = live(bucket, name)
    bucket.replace(read, [b"two"])
    with pytest.raises(ObjectExistsError):
        bucket.replace(read, [b"three"])
    assert contents(bucket, name) == [(True, b"two")]


def test_an_overwrite_that_fails_leaves_one_generation(bucket: Bucket, name: str) -> None:
    bucket.upload(name, [b"one"])

    def broken() -> object:
        raise RuntimeError("the source broke off")
        yield b""

    with pytest.raises(RuntimeError, match="broke off"):
        bucket.upload(name, broken(), generation=live(bucket, name).number)  # type: ignore[arg-type]
    assert contents(bucket, name) == [(True, b"one")]


def test_a_generation_that_never_was_is_no_error_to_delete(bucket: Bucket, name: str) -> None:
    bucket.delete(Generation(name, "1", False))
    assert bucket.generations(name) == []
