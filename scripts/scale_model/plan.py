"""What each of dbt's queries reads, and what that costs at a number of orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scripts.lint_sql.analyzer import Query, Reads
from scripts.scale_model.tables import Growth


@dataclass(frozen=True)
class Cost:
    """A query at a size, in logical bytes; `windows`: how many of its windows span all rows."""

    name: str
    read: float
    billed: float
    windows: int


def with_views_inlined(queries: Iterable[Query], views: Mapping[str, str]) -> list[Query]:
    """The queries as BigQuery plans them: a view is the query behind it. `views`: SQL by `project.dataset.name`."""
    behind = {"`" + name.replace(".", "`.`") + "`": f"(\n{sql}\n)" for name, sql in views.items()}
    pattern = re.compile("|".join(map(re.escape, behind)) or "(?!)")  # of nothing, one that never matches
    return [
        replace(query, sql=pattern.sub(lambda found: behind[found.group()], query.sql)) for query in queries
    ]


def cost(reads: Reads, growth: Mapping[str, Growth], orders: int, least: int) -> Cost:
    """What a query reads at a number of orders; a table that it reads is billed as `least` bytes at least."""
    parts = [growth[table].bytes(orders, columns) for table, columns in reads.tables.items()]
    return Cost(reads.name, sum(parts), sum(max(part, least) for part in parts), reads.windows)
