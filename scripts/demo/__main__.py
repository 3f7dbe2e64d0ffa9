"""The demo: the sandbox, the data, every step, then a summary and a report.

Exit codes: 0 all went well, 1 a step failed, 2 the input cannot be used, 3 personal data reached an open mart.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.api_core.exceptions import GoogleAPIError
from rich.console import Console

from customer360.dbt_session import DbtError, DbtSession
from customer360.inspector import BadFileError
from customer360.rates import RatesError
from customer360.settings import SettingsError, from_environment
from customer360.steps.reconcile import ReconcileError
from customer360.storage import StorageError
from customer360.warehouse import LoadError
from scripts.chaos.outcomes import ON_KIND, remembered
from scripts.demo.delivery import delivered
from scripts.demo.pipeline import Pipeline, Run
from scripts.demo.queries import collect
from scripts.demo.report import write_report
from scripts.demo.summary import build_summary, print_summary, write_docs, write_summary
from scripts.leak_scan import scan
from scripts.memory import peak_rss_mb
from scripts.progress import Progress
from scripts.sandbox import SandboxError, running_sandbox
from scripts.sandbox.__main__ import print_endpoints

# dbt takes a relative path from its own project folder.
BUILD = Path("build").resolve()
CHAOS = BUILD / "chaos" / "summary.json"
STEP_ERRORS = (
    DbtError,
    GoogleAPIError,
    LoadError,
    RatesError,
    ReconcileError,
    SandboxError,
    SettingsError,
    StorageError,
)
# What the progress display calls each step.
TITLES = {
    "sandbox": "Start the emulators",
    "data": "Generate the data",
    "upload": "Upload the files",
    "rates": "Fetch exchange rates",
    "suppress": "Keep erased persons out",
    "load": "Load the raw layer",
    "dbt staging": "dbt: staging and quarantine",
    "dbt intermediate": "dbt: intermediate",
    "dbt marts": "dbt: marts",
    "reconcile": "Reconcile rows and amounts",
    "leaks": "Scan the open marts for personal data",
    "docs": "Write the dbt docs",
    "report": "Write the report",
}
FAILED, BAD_INPUT, LEAKED = 1, 2, 3


def main() -> int:
    """Run the demo; the exit code."""
    arguments = parser().parse_args()
    console = Console(stderr=False)
    try:
        return run(arguments, console, new_run())
    except BadFileError as error:
        console.print(f"[bold red]Input refused[/] {error}", highlight=False)
        return BAD_INPUT
    except STEP_ERRORS as error:
        console.print(f"[bold red]{type(error).__name__}[/] {error}", highlight=False)
        return FAILED


def new_run() -> Run:
    """The record of a run that starts now."""
    now = datetime.now(UTC)
    return Run(f"demo-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}", f"{now:%Y-%m-%d}")


def run(arguments: argparse.Namespace, console: Console, record: Run, build: Path = BUILD) -> int:
    """Run every step with live progress, then write summary, docs and report below `build`; the exit code.

    `record` is filled with what the run did. Raises BadFileError and STEP_ERRORS.
    """
    demo = build / "demo"
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console, TITLES))
        wait_for_files = stack.enter_context(
            delivered(arguments.source, arguments.orders, arguments.seed, build / "data")
        )
        progress.start("sandbox")
        place = stack.enter_context(running_sandbox(build / "sandbox", fresh=True, keep=arguments.keep))
        os.environ.update(place.environment())
        os.environ.setdefault("C360_COMMIT", _commit())
        settings = from_environment()
        dbt = stack.enter_context(
            DbtSession(
                settings.dbt_directory, settings.dbt_target, demo / "target", demo / "logs" / "dbt.out"
            )
        )
        progress.start("data")
        source = wait_for_files()
        pipeline = Pipeline(settings, record, progress.start, progress.note)
        pipeline.create_datasets()
        pipeline.execute(str(source), dbt)
        # dbt is a process of its own: it writes its documentation while this one scans.
        docs = stack.enter_context(ThreadPoolExecutor(1)).submit(
            write_docs, dbt, demo / "target", demo / "docs"
        )
        progress.start("leaks")
        leaks = scan(pipeline.warehouse, settings, _ledger(source)).leaks
        progress.start("docs")
        docs.result()
        summary = build_summary(pipeline, leaks, {"dbt": peak_rss_mb(dbt.pid), **place.rss_mb()})
        write_summary(demo / "summary.json", summary)
        progress.start("report")
        write_report(
            demo / "report.html",
            summary | _last_campaign(),
            collect(pipeline.warehouse.client, settings.dataset_prefix),
        )
        progress.stop()
        print_summary(console, summary, demo)
        if arguments.keep:
            print_endpoints(place)
    return LEAKED if leaks else 0


def _last_campaign() -> dict[str, Any]:
    """What `make chaos` found here, if it ever ran, and what the cluster's tests did."""
    if not CHAOS.exists():
        return {}
    found = json.loads(CHAOS.read_text())
    return {"chaos": found | {"faults": found["faults"] + remembered(ON_KIND)}}


def _ledger(source: Path) -> Path | None:
    ledger = source / "ledger.jsonl"
    return ledger if ledger.exists() else None


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    found = argparse.ArgumentParser(prog="make demo", description=__doc__)
    found.add_argument(
        "--source", default="", help="folder, zip file or https:// URL with the nine files (gzip accepted)"
    )
    found.add_argument(
        "--orders", type=_positive, default=10_000, help="orders to generate (default: %(default)s)"
    )
    found.add_argument("--seed", type=int, default=360, help="seed of the generator (default: %(default)s)")
    found.add_argument("--keep", action="store_true", help="leave the sandbox up and print its endpoints")
    return found


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of orders, 1 or more")
    return int(text)


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - whichever git is on PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
