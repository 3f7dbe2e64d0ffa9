"""Answers of Frankfurter itself: github.com/lineofflight/frankfurter at 60541ad was run and asked.

Its database held made rates for the European Central Bank's working days from 2017-03-01 to 2018-01-12.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import web

FILE = Path(__file__).with_name("frankfurter_v1.jsonl")


@dataclass(frozen=True)
class Recorded:
    """An answer to a path with its query; body: the JSON that it held."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: Any


def recorded() -> list[Recorded]:
    """Every answer."""
    return [Recorded(**json.loads(line)) for line in FILE.read_text().splitlines()]


def playing() -> AbstractContextManager[str]:
    """Address of a server that gives these answers, and to any other path that of a path that is none."""
    known = {entry.path: entry for entry in recorded()}

    def answer(path: str) -> web.Answer:
        entry = known.get(path, known["/v1/elsewhere"])
        return entry.status, entry.headers, json.dumps(entry.body).encode()

    return web.answering(answer)
