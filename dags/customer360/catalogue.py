"""The source catalogue: what is delivered, column by column; the facts stand in sources.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from customer360.errors import PermanentError

TYPES = ("string", "integer", "numeric", "float", "timestamp", "date")
PII_CLASSES = ("contact", "identifier", "free_text")


class CatalogueError(PermanentError, ValueError):
    """sources.yaml contradicts itself; the message names the entry and what to change."""


@dataclass(frozen=True)
class Column:
    """One column as delivered, and what a row must satisfy to pass into staging."""

    name: str
    type: str
    description: str
    required: bool = True
    min: float | None = None
    max: float | None = None
    parent: str | None = None
    pii: str | None = None


@dataclass(frozen=True)
class Freshness:
    """Hours after which a raw table is stale."""

    warn: int
    error: int


@dataclass(frozen=True)
class Source:
    """One delivered file and the raw table it becomes."""

    table: str
    file: str
    description: str
    key: tuple[str, ...]
    freshness: Freshness
    columns: tuple[Column, ...] = field(repr=False)

    @property
    def header(self) -> tuple[str, ...]:
        """Column names in the order of the file."""
        return tuple(column.name for column in self.columns)


@cache
def sources() -> tuple[Source, ...]:
    """Every source in delivery order. Raises CatalogueError when sources.yaml contradicts itself."""
    document = yaml.safe_load(files(__package__).joinpath("sources.yaml").read_text("utf-8"))
    return parse(document)


def source(table: str) -> Source:
    """The source of one raw table. Raises CatalogueError for a table that is not in the catalogue."""
    for candidate in sources():
        if candidate.table == table:
            return candidate
    known = ", ".join(candidate.table for candidate in sources())
    raise CatalogueError(f"no source has the raw table {table!r}; sources.yaml knows: {known}")


def files_delivered() -> tuple[Source, ...]:
    """The sources that arrive as files; the exchange rates come from an API."""
    return tuple(candidate for candidate in sources() if candidate.table != RATES_TABLE)


RATES_TABLE = "exchange_rates"


def parse(document: dict[str, Any]) -> tuple[Source, ...]:
    """Build and check the catalogue from the parsed YAML."""
    parsed = tuple(_source(entry) for entry in document["sources"])
    _check_parents(parsed)
    return parsed


def _source(entry: dict[str, Any]) -> Source:
    table = entry.get("table", "?")
    try:
        result = Source(
            table=entry["table"],
            file=entry["file"],
            description=entry["description"],
            key=tuple(entry["key"]),
            freshness=Freshness(**entry["freshness"]),
            columns=tuple(Column(**column) for column in entry["columns"]),
        )
    except (KeyError, TypeError) as error:
        raise CatalogueError(f"sources.yaml, table {table}: {error}") from error
    for column in result.columns:
        if column.type not in TYPES:
            raise CatalogueError(f"{table}.{column.name}: type {column.type!r} is none of {', '.join(TYPES)}")
        if column.pii not in (None, *PII_CLASSES):
            raise CatalogueError(
                f"{table}.{column.name}: pii {column.pii!r} is none of {', '.join(PII_CLASSES)}"
            )
    if unknown := set(result.key) - set(result.header):
        raise CatalogueError(f"{table}: key names {', '.join(sorted(unknown))}, which the file does not have")
    return result


def _check_parents(parsed: tuple[Source, ...]) -> None:
    known = {f"{source.table}.{name}" for source in parsed for name in source.header}
    for source in parsed:
        for column in source.columns:
            if column.parent is not None and column.parent not in known:
                raise CatalogueError(
                    f"{source.table}.{column.name}: parent {column.parent} is not in the catalogue"
                )
