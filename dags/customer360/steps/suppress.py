"""Suppress step: a delivery that still holds erased persons loses them before any table sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from customer360 import manifest, strangers
from customer360.register import Entry, Register
from customer360.settings import Settings
from customer360.storage import Bucket, Generation
from customer360.strangers import BY_TABLE, LEADS, PERSONS, RULES, Rewriting, Trail
from customer360.warehouse import Warehouse


@dataclass(frozen=True)
class Cleaned:
    """Live objects that were rewritten, and old generations that were deleted."""

    objects: int = 0
    generations: int = 0


def suppress(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, records: Iterable[manifest.Record]
) -> list[manifest.Record]:
    """Take erased persons out of the objects of a run; its records as they stand then.

    Where nobody was ever erased it looks no further. A second try ends what the first began. Raises SettingsError.
    """
    found = list(records)
    register = Register(warehouse, settings)
    entries = register.entries()
    if not entries:
        return found
    names = [record.uri.removeprefix(f"gs://{bucket.name}/") for record in found if record.table in BY_TABLE]
    generations = [entry for name in names for entry in bucket.generations(name) if entry.name == name]
    trail = erased(bucket, generations, register, entries)
    if trail:
        for table in LEADS:
            follow(bucket, generations, table, trail)
        clean(bucket, generations, trail)
    return [manifest.read(bucket, record) if record.table in BY_TABLE else record for record in found]


def erased(
    bucket: Bucket, generations: Iterable[Generation], register: Register, entries: Mapping[str, Entry]
) -> Trail:
    """The erased persons who stand in objects, each with its salt."""
    trail = Trail()
    for table in PERSONS:
        column = BY_TABLE[table].found_by
        for generation in of_table(generations, table):
            rows = strangers.table(table, bucket.read(generation))
            persons = {row[column].strip(strangers.BLANKS) for _, row in rows if row}
            trail |= {
                person: entry.salt for person in persons if (entry := entries.get(register.hash(person)))
            }
    return trail


def follow(bucket: Bucket, generations: Iterable[Generation], table: str, trail: Trail) -> int:
    """Add to the trail what the persons' rows of a table lead to; the number of rows in all objects."""
    rule = BY_TABLE[table]
    return sum(
        strangers.follow(rule, bucket.read(generation), trail) for generation in of_table(generations, table)
    )


def clean(bucket: Bucket, generations: Iterable[Generation], trail: Trail) -> Cleaned:
    """Rewrite live objects that hold rows on the trail, and delete old generations that do."""
    objects = deleted = 0
    for rule in RULES:
        for generation in of_table(generations, rule.table):
            seen = Rewriting(rule, trail)
            for _ in seen.read(bucket.read(generation)):
                pass  # most objects stay as they are: the first look only counts
            if not seen.found:
                continue
            if generation.is_live:
                # The record first: a second try finds the object's rows, and mends what broke off in between.
                manifest.change(bucket, generation.name, seen.rows, seen.content)
                rows = Rewriting(rule, trail).read(bucket.read(generation))
                bucket.replace(generation, strangers.in_chunks(rows, bucket.chunk_bytes))
                objects += 1
            else:
                bucket.delete(generation)
            deleted += 1
    return Cleaned(objects, deleted)


def of_table(generations: Iterable[Generation], table: str) -> Iterator[Generation]:
    """The generations of a table's objects."""
    return (entry for entry in generations if entry.name.startswith(f"olist/{table}/"))
