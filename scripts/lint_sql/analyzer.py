"""Google's analyzer as a program: built once per version of its sources, then asked over a pipe."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent

Columns = tuple[dict[str, str], ...]


class AnalyzerError(RuntimeError):
    """The analyzer could not be built or did not run; the message says what to do."""


@dataclass(frozen=True)
class Table:
    """A table as queries name it: ([project,] dataset, name), and columns as {"name", "type"}."""

    path: tuple[str, ...]
    columns: Columns


@dataclass(frozen=True)
class Query:
    """A statement under a name to report it by; columns is what it must return, None for anything."""

    name: str
    sql: str
    columns: Columns | None = None


@dataclass(frozen=True)
class Problem:
    """Why BigQuery would refuse a query, or how its columns differ from the contract."""

    name: str
    message: str


@dataclass(frozen=True)
class Reads:
    """What a query reads: columns by table, `project.dataset.name`, and how many `windows` of it span all rows."""

    name: str
    tables: dict[str, list[str]]
    windows: int


def analyze(program: Path, tables: Iterable[Table], queries: Iterable[Query]) -> tuple[Problem, ...]:
    """What is wrong with the queries; nothing for good ones. Raises AnalyzerError when the program failed."""
    return tuple(Problem(**problem) for problem in _ask(program, tables, queries)["problems"])


def reads(program: Path, tables: Iterable[Table], queries: Iterable[Query]) -> tuple[Reads, ...]:
    """What each query reads. Raises AnalyzerError when one is wrong, or the program failed."""
    answer = _ask(program, tables, queries)
    for problem in answer["problems"]:
        raise AnalyzerError(f"{problem['name']}: {problem['message']}")
    return tuple(Reads(**entry) for entry in answer["reads"])


def _ask(program: Path, tables: Iterable[Table], queries: Iterable[Query]) -> dict[str, Any]:
    request = {
        "tables": [asdict(table) for table in tables],
        "queries": [asdict(query) for query in queries],
    }
    done = subprocess.run([program], input=json.dumps(request), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AnalyzerError(f"the analyzer stopped: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def cached() -> Path:
    """Where the program of these sources is, or will be once it is built."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.glob("*.go")) + sorted(SOURCES.glob("go.*")):
        digest.update(path.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "customer360" / "lint_sql" / digest.hexdigest()[:16] / "lint_sql"


def provide(go: str) -> Path:
    """The program, built where it is missing, once however many ask. Raises AnalyzerError with the compiler's words."""
    program = cached()
    program.parent.mkdir(parents=True, exist_ok=True)
    with program.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build(go, program)
    return program


def _build(go: str, program: Path) -> None:
    # Built under another name, so that an interrupted build leaves nothing that looks whole.
    unfinished = program.with_suffix(".part")
    done = subprocess.run(
        [go, "build", "-o", unfinished, "."],
        cwd=SOURCES,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AnalyzerError(f"go build failed; it needs Go 1.25 or newer:\n{done.stderr.strip()}")
    unfinished.replace(program)
