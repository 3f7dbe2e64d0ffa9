"""Check the compiled SQL of the dbt project with Google's own analyzer; it needs Go, and no Google account."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from textwrap import indent

from rich.console import Console

from customer360.settings import from_environment
from customer360.warehouse import Warehouse
from scripts.lint_sql.analyzer import AnalyzerError, Query, Table, analyze, cached, provide
from scripts.lint_sql.project import CompileError, Project
from scripts.sandbox import SandboxError, running_sandbox

PREFIX = "olist_ci_lint_sql"
NO_GO = "lint-sql: skipped, because Go is not installed; get Go 1.25 or newer from https://go.dev/dl"

console = Console(stderr=True)


def main(arguments: list[str] | None = None) -> int:
    """Print every problem; the exit code is 1 when there is one, and 0 where Go is absent."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lint_sql", description=__doc__)
    parser.add_argument("--dbt", type=Path, default=Path("dbt"), help="project folder (default: %(default)s)")
    parser.add_argument("--build-only", action="store_true", help="build the analyzer and check nothing")
    options = parser.parse_args(arguments)
    go = shutil.which("go")
    if go is None:
        print(NO_GO)
        return 0
    try:
        program = _program(go)
        if options.build_only:
            return 0
        queries, tables = _compiled(options.dbt)
        problems = analyze(program, tables, queries)
    except (AnalyzerError, CompileError, SandboxError) as error:
        print(f"lint-sql: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"{problem.name}\n{indent(problem.message, '  ')}")
    print(f"lint-sql: {len(queries)} queries, {len(problems)} problems")
    return 1 if problems else 0


def _program(go: str) -> Path:
    if cached().exists():
        return cached()
    with console.status("building the analyzer"):
        print("lint-sql: building the analyzer, about 5 minutes the first time", flush=True)
        return provide(go)


def _compiled(directory: Path) -> tuple[list[Query], list[Table]]:
    # dbt asks the warehouse which tables there are, so it needs one that is empty and then one that is not.
    with (
        console.status("compiling the dbt project against the emulators"),
        tempfile.TemporaryDirectory() as scratch,
        running_sandbox(Path(scratch) / "sandbox") as sandbox,
    ):
        os.environ |= sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX}
        project = Project(directory, "sandbox", Path(scratch) / "target")
        warehouse = Warehouse.connect(from_environment())
        return [*project.queries(), *project.incremental_queries(warehouse)], list(project.tables())


if __name__ == "__main__":
    sys.exit(main())
