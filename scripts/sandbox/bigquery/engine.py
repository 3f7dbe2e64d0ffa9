"""The DuckDB engine: a copied data folder opens where it lies now, and SANDBOX_THREADS bounds the threads of a query.

DuckLake records the absolute path of a project's files, which lie elsewhere in a copy.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

from local_bigquery.engine import database

THREADS = int(os.environ.get("SANDBOX_THREADS", "0"))


def install() -> None:
    """Apply the patches. Raises RuntimeError where upstream's text is another one."""
    _replace(database._attach, "INLINING_ROW_LIMIT 0)", "INLINING_ROW_LIMIT 0, OVERRIDE_DATA_PATH true)")
    if THREADS:
        _replace(database._connect, '{"TimeZone": "UTC"}', f'{{"TimeZone": "UTC", "threads": {THREADS}}}')


def _replace(function: Callable[..., Any], old: str, new: str) -> None:
    source = inspect.getsource(function)
    if old not in source:
        raise RuntimeError(f"local-bigquery's {function.__name__} has no {old}")
    exec(source.replace(old, new), database.__dict__)  # noqa: S102 - one constant of it
