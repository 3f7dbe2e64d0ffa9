"""Bring the cluster up, run the Dag on it, look at it, take it down.

Exit codes: 0 all went well, 1 something failed, 2 the input cannot be used, 3 personal data reached an open mart.
"""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from customer360.inspector import BadFileError
from scripts.cluster import ClusterError
from scripts.cluster.bench import bench
from scripts.cluster.run import run
from scripts.cluster.status import logs, status, ui
from scripts.cluster.up import down, tools, up
from scripts.commands import CommandError

FAILED, BAD_INPUT = 1, 2
VERBS = {
    "tools": tools,
    "up": up,
    "run": run,
    "bench": bench,
    "status": status,
    "ui": ui,
    "logs": logs,
    "down": down,
}


def main() -> int:
    """Run one verb; the exit code."""
    arguments = _arguments()
    console = Console()
    try:
        return VERBS[arguments.verb](arguments, console)
    except BadFileError as error:
        console.print(f"[bold red]Input refused[/] {error}", highlight=False)
        return BAD_INPUT
    except (ClusterError, CommandError) as error:
        console.print(f"[bold red]{arguments.verb}[/] {error}", highlight=False, markup=True)
        return FAILED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.cluster", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("tools", help="bring helm and the official chart; nothing is started")
    verbs.add_parser("up", help="bring everything up; what is up stays as it is")
    for verb, text in (
        ("run", "deliver files, run the Dag, show its tasks, write the report"),
        ("bench", "measure a run against the sandbox's"),
    ):
        runner = verbs.add_parser(verb, help=text)
        runner.add_argument(
            "--source",
            default="",
            help="folder, zip file or https:// URL with the nine files (gzip accepted)",
        )
        runner.add_argument("--orders", type=int, default=10_000, help="default: %(default)s")
        runner.add_argument("--seed", type=int, default=360, help="of the generator (default: %(default)s)")
        runner.add_argument("--full-refresh", action="store_true", help="build the facts anew")
    verbs.add_parser("status", help="what runs, and whether it is well")
    verbs.add_parser("ui", help="where the Airflow UI is and how to log in")
    logger = verbs.add_parser("logs", help="the last lines of a component or of a task's pod")
    logger.add_argument("name", nargs="?", default="scheduler", help="scheduler, api-server, triggerer, ...")
    verbs.add_parser("down", help="remove the cluster; what was built for it stays cached")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
