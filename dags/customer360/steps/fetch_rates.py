"""Rates step: BRL/USD from the first order to today, from the API or from a file of the delivery, to the bucket."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta

from customer360 import delivery, manifest, rates
from customer360.catalogue import RATES_TABLE, source
from customer360.fingerprint import Fingerprint
from customer360.inspector import BadFileError
from customer360.steps.upload import upload
from customer360.storage import Bucket, ObjectExistsError

# A first order on a holiday still finds the rate of the working day before it.
DAYS_BEFORE_FIRST_ORDER = 7
LONGEST_SHAPE = 30  # characters


def fetch_rates(bucket: Bucket, base: str, url: str, run_id: str, ingest_date: str) -> manifest.Record:
    """Store the rates of every working day from the first order in `base` up to `ingest_date`.

    Where the delivery holds a file of rates, that file is uploaded as it is, and the API is not asked.

    The object is named by its content: a repeat in the same run with the same rates finds its object there, one
    with other rates makes another, and none is read, which the uploader may not. Raises RatesError and BadFileError.
    """
    if delivery.find(base, source(RATES_TABLE)):
        return upload(bucket, source(RATES_TABLE), base, run_id, ingest_date)
    start = first_order_date(base) - timedelta(days=DAYS_BEFORE_FIRST_ORDER)
    found = rates.fetch(url, start, date.fromisoformat(ingest_date))
    content = _csv(found)
    fingerprint = Fingerprint(content)
    file = f"{RATES_TABLE}.{fingerprint.crc32c_hex}.csv"
    name = manifest.object_name(RATES_TABLE, ingest_date, run_id, file)
    with suppress(ObjectExistsError):
        bucket.upload(name, [content])
    uri = f"gs://{bucket.name}/{name}"
    record = manifest.Record.of(run_id, RATES_TABLE, url, uri, len(found), fingerprint, is_multiline=False)
    manifest.save(bucket, record)
    return record


def first_order_date(base: str) -> date:
    """Day of the first purchase in the orders file under `base`. Raises BadFileError when there is none."""
    orders = source("orders")
    place = orders.header.index("order_purchase_timestamp")
    rows = _rows(delivery.locate(base, orders), orders.file)
    next(rows, None)  # the header
    first: str | None = None
    strange: tuple[int, str] | None = None
    for number, row in enumerate(rows, 1):
        value = row[place] if len(row) > place else ""
        if _is_date(value[:10]):
            first = min(first or value[:10], value[:10])
        elif value:
            strange = strange or (number, value)
    if first is None:
        at = strange[0] if strange else None
        found = f"; this value has the shape {shape(strange[1])}" if strange else ""
        remedy = "Deliver purchase timestamps as YYYY-MM-DD HH:MM:SS."
        raise BadFileError(orders.file, f"no row has a date{found}", remedy, at, "order_purchase_timestamp")
    return date.fromisoformat(first)


def shape(value: str) -> str:
    """A value with 9 for every digit and a for every letter, so that it says nothing of a person."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value[:LONGEST_SHAPE]))


def _rows(url: str, file: str) -> Iterator[list[str]]:
    chunks = delivery.read_chunks(url, file, 1024 * 1024)
    yield from csv.reader(_lines(chunks))


def _lines(chunks: Iterable[bytes]) -> Iterable[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", errors="replace") for line in lines)
    if rest:
        yield rest.decode("utf-8", errors="replace")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _csv(found: Iterable[rates.Rate]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(source(RATES_TABLE).header)
    writer.writerows((rate.day.isoformat(), rate.source, rate.target, rate.value) for rate in found)
    return text.getvalue().encode()
