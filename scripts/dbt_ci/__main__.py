"""Build a pull request's dbt project in datasets of its own, and drop them; `main` builds what they are compared with.

The warehouse is the one that the environment names, else the running sandbox.
Exit codes: 0 all went well, 1 a model or a test failed, 2 the arguments or the environment are wrong, 3 personal data
reached an open mart.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
from pathlib import Path

from google.api_core.exceptions import GoogleAPIError
from rich.console import Console

from customer360.dbt_session import DbtError, DbtSession
from customer360.settings import Settings, SettingsError, from_environment
from customer360.steps.load_keys import load_keys
from customer360.warehouse import LoadError, Warehouse
from scripts.commands import CommandError, run
from scripts.contracts import ProjectError
from scripts.contracts.projects import PROJECT, invoke, parsed
from scripts.dbt_ci.datasets import MAIN, create, drop, prefix_of
from scripts.dbt_ci.delivery import deliver
from scripts.dbt_ci.errors import UsageError
from scripts.dbt_ci.state import TARGET, missing_tables, state_of
from scripts.leak_scan import scan
from scripts.progress import Progress
from scripts.sandbox import DIRECTORY, SandboxError, use_running

FAILED, WRONG_USAGE, LEAKED = 1, 2, 3
MODIFIED = "state:modified+"
NO_EXPOSURES = ("--exclude-resource-type", "exposure")
TITLES = {
    "state": "Compare with main",
    "datasets": "Make the datasets",
    "raw": "Load a synthetic delivery and random keys",
    "build": "dbt build",
    "leaks": "Scan the open marts for personal data",
    "drop": "Drop the datasets",
}

console = Console()


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _arguments(arguments)
    try:
        _set_environment(options.name, options.root)
        if options.command == "drop":
            dropped = drop(Warehouse.connect(from_environment()).client, options.name)
            console.print(f"dropped {', '.join(dropped) or 'nothing: no dataset was there'}", highlight=False)
            return 0
        with Progress(console, TITLES) as progress:
            return build(options, progress)
    except (UsageError, SandboxError, SettingsError, ProjectError) as error:
        return _refused(error, WRONG_USAGE)
    except (DbtError, LoadError, GoogleAPIError) as error:
        return _refused(error, FAILED)


def build(options: argparse.Namespace, progress: Progress) -> int:
    """Build what the pull request changes, scan it, and drop it again; main is built whole and stays. The exit code."""
    settings = from_environment()
    warehouse = Warehouse.connect(settings)
    place = (options.root / "build" / "dbt-ci" / options.name).resolve()
    shutil.rmtree(place, ignore_errors=True)
    progress.start("state")
    selection = () if options.name == MAIN else _selection(options, warehouse, place)
    if selection is None:
        progress.result("Nothing to build: no model, seed, snapshot or test differs from main")
        return 0
    try:
        progress.start("datasets")
        if options.name != MAIN:
            drop(warehouse.client, options.name)  # an earlier run may have been killed
        create(warehouse.client, options.name, settings.commit, settings.location)
        progress.start("raw")
        # The scan looks for the contacts of the delivery, so it is loaded whatever dbt reads.
        deliver(warehouse, settings, place / "data", options.orders, options.seed)
        load_keys(warehouse, settings)
        progress.start("build")
        with DbtSession(options.root / PROJECT, TARGET, place, place / "dbt.out") as session:
            outcome = session.run("build", *NO_EXPOSURES, *selection)
        progress.result(f"dbt build: {outcome.models} models, {outcome.passed} tests passed")
        progress.start("leaks")
        return _scan(warehouse, settings)
    finally:
        if options.name != MAIN and not options.keep:
            progress.start("drop")
            drop(warehouse.client, options.name)


def _selection(options: argparse.Namespace, warehouse: Warehouse, place: Path) -> tuple[str, ...] | None:
    """Arguments that narrow a build to what differs from main; empty when main is not built, None for no difference."""
    state = options.state and options.state.resolve()
    if state is None:
        # dbt reads the environment when it parses: for once it names main's datasets.
        os.environ["C360_DATASET_PREFIX"] = prefix_of(MAIN)
        state = state_of(options.root, options.base, place / MAIN)
        os.environ["C360_DATASET_PREFIX"] = prefix_of(options.name)
    if missing := missing_tables(warehouse.client, state):
        console.print(
            f"Everything is built: {len(missing)} tables of main are missing, such as {missing[0]}; "
            "`make dbt-ci PR=main` makes them",
            highlight=False,
        )
        return ()
    project = options.root / PROJECT
    manifest = parsed(project, TARGET, place)
    chosen = ("--select", MODIFIED, "--state", str(state))
    listed = ("list", *chosen, *NO_EXPOSURES)
    return (*chosen, "--defer") if invoke(listed, project, TARGET, place, manifest) else None


def _scan(warehouse: Warehouse, settings: Settings) -> int:
    report = scan(warehouse, settings)
    for finding in report.findings:
        console.print(
            f"[bold red]leak[/] {finding.column}: {finding.count} x {finding.kind}", highlight=False
        )
    return LEAKED if report.leaks else 0


def _set_environment(name: str, root: Path) -> None:
    use_running(DIRECTORY)
    os.environ |= {
        "C360_DATASET_PREFIX": prefix_of(name),
        "C360_DBT_TARGET": TARGET,
        "C360_COMMIT": _commit(root),
        "C360_RAW_BUCKET": "none",  # CI may read no bucket
        "C360_HASH_KEY": secrets.token_hex(32),
        "C360_CONTACT_KEY": secrets.token_hex(32),
    }


def _commit(root: Path) -> str:
    try:
        return run("git", "-C", root, "rev-parse", "--short=12", "HEAD").strip()
    except CommandError as error:
        raise UsageError(f"{root} is no git checkout: {error}") from None


def _refused(error: Exception, code: int) -> int:
    console.print(f"[bold red]dbt-ci[/] {error}", highlight=False, soft_wrap=True)
    return code


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.dbt_ci", description=__doc__)
    parser.add_argument("command", choices=("build", "drop"))
    parser.add_argument("name", metavar="pr", help="number of the pull request, or main")
    parser.add_argument("--base", default="origin/main", help="commit that main is at (default: %(default)s)")
    parser.add_argument(
        "--state", type=Path, help="folder with the manifest of main's last run, instead of --base"
    )
    parser.add_argument(
        "--orders", type=int, default=10_000, help="orders to generate (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=360, help="seed of the generator (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the datasets, which expire after a day")
    parser.add_argument("--root", type=Path, default=Path(), help="a git checkout (default: here)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
