"""What the Dag's tasks run: steps between values that a message can carry, with clients as the environment says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from customer360 import metrics, turn
from customer360.catalogue import source
from customer360.manifest import Record
from customer360.settings import from_environment
from customer360.steps import erase as erasing
from customer360.steps.fetch_rates import fetch_rates
from customer360.steps.load import load_all
from customer360.steps.reconcile import gauges, reconcile
from customer360.steps.suppress import suppress
from customer360.steps.upload import upload
from customer360.storage import Bucket
from customer360.warehouse import Warehouse

Message = dict[str, Any]  # a manifest's record


def fetch(base: str, run: str, day: str) -> Message:
    """Store the rates up to `day`, YYYY-MM-DD; their record. Raises as the step does, as all of these do."""
    settings = from_environment()
    return asdict(fetch_rates(Bucket.connect(settings), base, settings.rates_url, run, day))


def send(table: str, base: str, run: str, day: str) -> Message:
    """Upload the file of one table; its record."""
    return asdict(upload(Bucket.connect(from_environment()), source(table), base, run, day))


def keep_out(messages: Iterable[Message], holder: str, has_ended: Callable[[str], bool]) -> list[Message]:
    """Once it is the holder's turn, take erased persons out of what was uploaded; the records as they are then."""
    settings = from_environment()
    warehouse, bucket = Warehouse.connect(settings), Bucket.connect(settings)
    turn.take(bucket, holder, has_ended)
    return [asdict(record) for record in suppress(warehouse, bucket, settings, _records(messages))]


def erase(request: str, holder: str, has_ended: Callable[[str], bool]) -> Message | None:
    """Once it is the holder's turn, erase whom a request names; what was done, None when it was done before."""
    settings = from_environment()
    warehouse, bucket = Warehouse.connect(settings), Bucket.connect(settings)
    turn.take(bucket, holder, has_ended)
    done = erasing.erase(warehouse, bucket, settings, request)
    return asdict(done) if done else None


def record(request: str, done: Message, run: str) -> None:
    """Put a finished erasure on record, and let go of its request."""
    settings = from_environment()
    warehouse, bucket = Warehouse.connect(settings), Bucket.connect(settings)
    erasing.finish(warehouse, bucket, settings, request, erasing.Erasure(**done), run)


def replace(messages: Iterable[Message]) -> dict[str, int]:
    """Replace the raw tables that the records name; rows by table."""
    settings = from_environment()
    warehouse, bucket = Warehouse.connect(settings), Bucket.connect(settings)
    return load_all(warehouse, bucket, _records(messages), settings.dataset("raw"), settings.commit)


def balance(messages: Iterable[Message]) -> list[str]:
    """Count rows and money at every station, and tell statsd where there is one; a line for each table and amount."""
    settings = from_environment()
    warehouse = Warehouse.connect(settings)
    rows, amounts = reconcile(warehouse, settings, _records(messages))
    if settings.statsd:
        metrics.send(settings.statsd, gauges(warehouse, settings, rows, time.time()))
    return [str(entry) for entry in (*rows, *amounts)]


def _records(messages: Iterable[Message]) -> list[Record]:
    return [Record(**message) for message in messages]
