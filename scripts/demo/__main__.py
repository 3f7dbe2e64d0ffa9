"""The demo: the sandbox, the data, every step, then a summary and a report.

Exit codes: 0 all went well, 1 a step failed, 2 the input cannot be used, 3 personal data reached an open mart.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from google.api_core.exceptions import GoogleAPIError
from rich.console import Console

from customer360.dbt_session import DbtError, DbtSession
from customer360.delivery import locate
from customer360.inspector import BadFileError
from customer360.rates import RatesError
from customer360.settings import Settings, SettingsError, from_environment
from customer360.steps.reconcile import ReconcileError
from customer360.storage import StorageError
from customer360.warehouse import LoadError
from scripts import sandbox
from scripts.demo.pipeline import Pipeline, Run
from scripts.demo.progress import Progress
from scripts.demo.summary import finish

BUILD = Path("build")
DEMO = BUILD / "demo"
STEP_ERRORS = (DbtError, GoogleAPIError, LoadError, RatesError, ReconcileError, SettingsError, StorageError)
FAILED, BAD_INPUT, LEAKED = 1, 2, 3


def main() -> int:
    """Run the demo; the exit code."""
    arguments = _arguments()
    console = Console(stderr=False)
    try:
        return run(arguments, console)
    except BadFileError as error:
        console.print(f"[bold red]Input refused[/] {error}", highlight=False)
        return BAD_INPUT
    except STEP_ERRORS as error:
        console.print(f"[bold red]{type(error).__name__}[/] {error}", highlight=False, markup=True)
        return FAILED


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run every step with live progress, then write summary, docs and report."""
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(console))
        progress.start("sandbox")
        place = stack.enter_context(_sandbox(arguments))
        os.environ.update(place.environment())
        os.environ.setdefault("C360_COMMIT", _commit())
        settings = from_environment()
        dbt = stack.enter_context(
            DbtSession(
                settings.dbt_directory, settings.dbt_target, DEMO / "target", DEMO / "logs" / "dbt.out"
            )
        )
        progress.start("data")
        source = _source(arguments, progress)
        now = datetime.now(UTC)
        record = Run(run_id=f"demo-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}", ingest_date=f"{now:%Y-%m-%d}")
        pipeline = Pipeline(settings, record, progress.start)
        pipeline.create_datasets()
        pipeline.execute(source, dbt)
        leaks = finish(pipeline, dbt, place, source, DEMO, progress)
        progress.stop()
        _closing_words(console, settings, place, arguments.keep)
    return LEAKED if leaks else 0


def _sandbox(arguments: argparse.Namespace) -> sandbox.Running:
    rates = _rates_file(arguments.source)
    return sandbox.running_sandbox(BUILD / "sandbox", rates_file=rates, fresh=True, keep=arguments.keep)


def _rates_file(source: str) -> Path | None:
    """Rates that came with the delivery: the stub then serves these."""
    found = [path for path in Path(source).glob("exchange_rates.csv*")] if source else []
    return found[0] if found else None


def _source(arguments: argparse.Namespace, progress: Progress) -> str:
    """The folder to take files from: the given one, else generated data, made once per size and seed."""
    from scripts.generate import generate
    from scripts.generate.contacts import write_contacts

    if not arguments.source:
        directory = BUILD / "data" / f"orders-{arguments.orders}-seed-{arguments.seed}"
        generate(directory, arguments.orders, arguments.seed)
        return str(directory)
    return _with_contacts(arguments.source, arguments.seed, write_contacts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--source", default="", help="folder or URL with the nine files (gzip accepted)")
    parser.add_argument(
        "--orders", type=int, default=10_000, help="orders to generate (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=360, help="seed of the generator (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the sandbox up and print its endpoints")
    return parser.parse_args()


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
