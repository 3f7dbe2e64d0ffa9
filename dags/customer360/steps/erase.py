"""Erase step: a person goes from every raw object, every raw table and the history; dbt then builds the rest anew.

Who is meant stands in a request, an object of the raw bucket that goes with the person: a parameter, a message or the
text of a query would stay in Airflow's database or in the history of jobs. What is asked of the warehouse joins a table
of the trail, which is loaded and dropped.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud.bigquery import SchemaField

from customer360.errors import PermanentError
from customer360.privacy import hmac_pads
from customer360.register import Entry, Register
from customer360.settings import Settings
from customer360.steps.suppress import clean, follow
from customer360.storage import Bucket
from customer360.strangers import BLANKS, BY_TABLE, ID_CHARACTERS, LEADS, PERSONS, RULES, Rule, Trail
from customer360.warehouse import Warehouse

SALT_BYTES = 32
HISTORY = "customer_segment_history"  # the one table that dbt never builds anew
TRAIL = (
    SchemaField("id", "STRING", mode="REQUIRED"),
    SchemaField("inner_pad", "BYTES", mode="REQUIRED"),
    SchemaField("outer_pad", "BYTES", mode="REQUIRED"),
)
TRAIL_LIVES = timedelta(days=1)  # should the step be killed
TRIM = "trim({}, ' \\t\\r\\n\\u00a0')"


class NoSuchRequestError(PermanentError, ValueError):
    """No request of that name is there."""


class NoSuchPersonError(PermanentError, ValueError):
    """The request names nobody who was ever delivered."""


@dataclass(frozen=True)
class Erasure:
    """What was done for a request: counts, never values."""

    request: str
    asked_by: str
    objects: int
    generations: int
    rows: dict[str, int]


def ask(bucket: Bucket, person: str, asked_by: str) -> str:
    """Write a request to erase a person; its name."""
    request = f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"
    bucket.create_json(_object(request), {"customer_unique_id": person, "asked_by": asked_by})
    return request


def erase(
    warehouse: Warehouse,
    bucket: Bucket,
    settings: Settings,
    request: str,
    on_step: Callable[[str], None] = lambda _: None,
) -> Erasure | None:
    """Erase whom a request names from objects, raw tables and history; None when that was done before.

    Until `finish` the request stays, and a second try ends what the first began. Raises NoSuchRequestError,
    NoSuchPersonError, after which the request is gone and nothing has changed, and SettingsError.
    """
    asked = _asked(bucket, request)
    person = asked["customer_unique_id"]
    register = Register(warehouse, settings)
    entry = register.entries().get(register.hash(person))
    is_finished = entry is not None and register.is_finished(entry.request)
    trail: Trail = {person: entry.salt if entry else secrets.token_bytes(SALT_BYTES)}
    on_step("look")
    generations = bucket.generations("olist/")
    found = sum(follow(bucket, generations, table, trail) for table in PERSONS)
    with _Tables(warehouse, settings) as tables:
        found += sum(tables.follow(BY_TABLE[table], trail) for table in PERSONS)
        if not found and (entry is None or is_finished):
            _forget(bucket, person)
            if is_finished:
                return None
            raise NoSuchPersonError("no such person; nothing changed. Is it the customer_unique_id?")
        for table in LEADS:
            follow(bucket, generations, table, trail)
            tables.follow(BY_TABLE[table], trail)
        tables.load(trail)
        rows = {HISTORY: tables.delete_history()}
        if entry is None:
            # From here on no run brings the person back, whatever becomes of this one.
            register.enter(person, Entry(trail[person], request))
        on_step("objects")
        cleaned = clean(bucket, generations, trail)
        on_step("tables")
        rows |= {rule.table: tables.clean(rule) for rule in RULES}
    name = entry.request if entry and not is_finished else request
    return Erasure(name, asked["asked_by"], cleaned.objects, cleaned.generations, rows)


def finish(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, request: str, erasure: Erasure, run_id: str
) -> None:
    """Once dbt has built every layer anew: put the erasure on record, and let go of the request. Raises LoadError."""
    facts = {
        "request": erasure.request,
        "asked_by": erasure.asked_by,
        "run_id": run_id,
        "commit": settings.commit,
        "finished_at": datetime.now(UTC).isoformat(),
        "objects": erasure.objects,
        "generations": erasure.generations,
        "rows_by_table": json.dumps(erasure.rows, sort_keys=True),
    }
    Register(warehouse, settings).record(facts)
    with suppress(NoSuchRequestError):  # an earlier try let go of it
        _forget(bucket, _asked(bucket, request)["customer_unique_id"])


class _Tables:
    """The tables of the warehouse that the eraser changes, and the trail beside them, for the length of a block."""

    def __init__(self, warehouse: Warehouse, settings: Settings):
        self._warehouse = warehouse
        self._settings = settings
        self._trail = f"{settings.dataset('erasures')}.trail"

    def __enter__(self) -> _Tables:
        return self

    def __exit__(self, *_error: object) -> None:
        self._warehouse.drop(self._trail)

    def load(self, trail: Trail) -> None:
        """Replace the table of the trail."""
        rows = [{"id": found} | _pads(salt) for found, salt in trail.items()]
        self._warehouse.replace_from_rows(self._trail, TRAIL, rows)
        self._warehouse.expire(self._trail, datetime.now(UTC) + TRAIL_LIVES)

    def follow(self, rule: Rule, trail: Trail) -> int:
        """Add to the trail what the persons' rows of a raw table lead to; the number of rows."""
        if not self._warehouse.has_table(self._raw(rule)):
            return 0
        self.load(trail)
        leads_to = TRIM.format(f"found.{rule.leads_to or rule.found_by}")
        rows = self._warehouse.rows(
            f"select {leads_to} as leads_to, trail.id from {self._raw(rule)} as found "
            f"inner join {self._trail} as trail on {TRIM.format(f'found.{rule.found_by}')} = trail.id"
        )
        trail |= {row["leads_to"]: trail[row["id"]] for row in rows if row["leads_to"]}
        return len(rows)

    def clean(self, rule: Rule) -> int:
        """Do to the rows of a raw table what its rule says; the number of rows."""
        found_by = TRIM.format(f"found.{rule.found_by}")
        if not self._warehouse.has_table(self._raw(rule)):
            return 0
        if rule.is_deletion:
            return self._warehouse.change(
                f"delete from {self._raw(rule)} as found where {found_by} in (select id from {self._trail})"
            )
        changes = [f"{column} = {_substituted(f'found.{column}')}" for column in rule.replaced]
        changes += [f"{column} = nullif('{value}', '')" for column, value in rule.fixed.items()]
        return self._warehouse.change(
            f"update {self._raw(rule)} as found set {', '.join(changes)} "
            f"from {self._trail} as trail where {found_by} = trail.id"
        )

    def delete_history(self) -> int:
        """Delete the persons' rows of the history, by the keys that the hash keys in use give; how many."""
        history = f"{self._settings.dataset('marts')}.{HISTORY}"
        keys = f"{self._settings.dataset('keys')}.hash_keys"
        if not (self._warehouse.has_table(history) and self._warehouse.has_table(keys)):
            return 0
        return self._warehouse.change(
            f"delete from {history} where customer_key in ("
            f"select {_hashed('trail.id', 'hash_keys')} from {self._trail} as trail "
            f"cross join {keys} as hash_keys where hash_keys.purpose = 'analytics')"
        )

    def _raw(self, rule: Rule) -> str:
        return f"{self._settings.dataset('raw')}.{rule.table}"


def _hashed(column: str, key: str) -> str:
    """HMAC-SHA256 in SQL, as dbt's keyed_hash: the pads are a row's, so no key stands in the text."""
    inner = f"sha256(concat({key}.inner_pad, cast({column} as bytes)))"
    return f"to_hex(sha256(concat({key}.outer_pad, {inner})))"


def _substituted(column: str) -> str:
    """`strangers.substitute` in SQL."""
    return f"substr({_hashed(TRIM.format(column), 'trail')}, 1, {ID_CHARACTERS})"


def _pads(salt: bytes) -> dict[str, str]:
    inner, outer = (base64.b64encode(pad).decode() for pad in hmac_pads(salt))
    return {"inner_pad": inner, "outer_pad": outer}


def _object(request: str) -> str:
    return f"erasures/{request}.json"


def _asked(bucket: Bucket, request: str) -> dict[str, str]:
    """What a request says. Raises NoSuchRequestError, and NoSuchPersonError where it says nothing."""
    try:
        asked = bucket.read_json(_object(request))
    except NotFound:
        raise NoSuchRequestError(f"no request {request} is there; ask with `make erase`") from None
    except ValueError:
        raise NoSuchRequestError(f"request {request} is no JSON; ask with `make erase`") from None
    if not (person := _person(asked)):
        raise NoSuchPersonError(f"request {request} names nobody; nothing changed")
    return {"customer_unique_id": person, "asked_by": str(asked.get("asked_by", ""))}


def _person(asked: dict[str, Any]) -> str:
    return str(asked.get("customer_unique_id", "")).strip(BLANKS)


def _forget(bucket: Bucket, person: str) -> None:
    """Delete every request that names a person, those of tries that were given up too, in all generations."""
    for generation in bucket.generations("erasures/"):
        with suppress(ValueError):  # no JSON names nobody
            if _person(json.loads(b"".join(bucket.read(generation)))) == person:
                bucket.delete(generation)
