"""Look for personal data in the open marts of the warehouse that the environment names, or of the running sandbox.

Exit codes: 0 nothing found, 1 personal data found, 2 there was nothing to look at or to look for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from customer360.settings import SettingsError, from_environment
from customer360.warehouse import Warehouse
from scripts.leak_scan.scanner import LeakReport, scan
from scripts.sandbox import DIRECTORY, SandboxError, use_running

console = Console()


def main(arguments: list[str] | None = None) -> int:
    """Scan and print counts; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.leak_scan", description=__doc__)
    parser.add_argument(
        "--source", type=Path, help="folder of the delivery; its ledger.jsonl is used as well"
    )
    parser.add_argument(
        "--ledger", type=Path, help="what the generator planted where, one JSON object a line"
    )
    parser.add_argument("--sandbox", type=Path, default=DIRECTORY, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        use_running(options.sandbox)
        settings = from_environment()
        with console.status("scanning the open marts"):
            report = scan(Warehouse.connect(settings), settings, _ledger(options))
    except (SandboxError, SettingsError, OSError) as error:
        console.print(f"[bold red]leak scan[/] {error}", highlight=False)
        return 2
    _print(report)
    return exit_code(report)


def exit_code(report: LeakReport) -> int:
    """1 for any finding, 2 when the scan proves nothing, else 0."""
    if report.leaks:
        return 1
    return 2 if report.is_empty else 0


def _ledger(options: argparse.Namespace) -> Path | None:
    if options.ledger:
        return Path(options.ledger)
    beside = options.source / "ledger.jsonl" if options.source else None
    return beside if beside and beside.exists() else None


def _print(report: LeakReport) -> None:
    console.print(
        f"{report.columns} columns, {report.values:,} distinct texts, {report.known:,} known contact values: "
        f"{report.leaks:,} leaks",
        highlight=False,
    )
    if report.is_empty:
        console.print("That proves nothing: load the contact file and build the marts first.")
    if report.findings:
        table = Table("column", "kind", "values")
        for finding in report.findings:
            table.add_row(finding.column, finding.kind, str(finding.count))
        console.print(table)


if __name__ == "__main__":
    sys.exit(main())
