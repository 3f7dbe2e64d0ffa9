"""One run at a time changes data, and none waits for a run that has ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from customer360 import turn
from customer360.storage import Bucket, Generation
from customer360.turn import TurnTakenError, take

pytestmark = pytest.mark.sandbox


def never(_holder: str) -> bool:
    return False


def always(_holder: str) -> bool:
    return True


@pytest.fixture
def free(bucket: Bucket) -> Iterator[Bucket]:
    """A bucket in which it is nobody's turn."""
    _clear(bucket)
    yield bucket
    _clear(bucket)


def _clear(bucket: Bucket) -> None:
    for generation in bucket.generations(turn.TURN):
        bucket.delete(generation)


def holder(bucket: Bucket) -> str:
    return str(bucket.read_json(turn.TURN)["holder"])


def test_the_first_takes_it_and_keeps_it(free: Bucket) -> None:
    take(free, "etl/1", never)
    take(free, "etl/1", never)
    assert holder(free) == "etl/1"


def test_another_waits_while_the_holder_is_at_work(free: Bucket) -> None:
    take(free, "etl/1", never)
    with pytest.raises(TurnTakenError, match="etl/1 is at work"):
        take(free, "erase/1", never)
    assert holder(free) == "etl/1"


def test_the_turn_of_a_run_that_has_ended_passes_on_without_a_trace(free: Bucket) -> None:
    take(free, "etl/1", never)
    take(free, "erase/1", always)
    assert holder(free) == "erase/1"
    assert [entry.is_live for entry in free.generations(turn.TURN)] == [True]


def test_of_two_that_find_it_free_one_takes_it(free: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    take(free, "etl/1", never)
    seen = free.live(turn.TURN)
    take(free, "erase/1", always)

    def as_seen_before(_bucket: Bucket, _name: str) -> Generation | None:
        return seen

    monkeypatch.setattr(Bucket, "live", as_seen_before)
    with pytest.raises(TurnTakenError, match="another run was quicker"):
        take(free, "etl/2", always)
    assert holder(free) == "erase/1"
