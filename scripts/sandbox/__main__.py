"""Start, stop or look at the sandbox."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from scripts.sandbox.lifecycle import DIRECTORY, Sandbox, start, status, stop
from scripts.sandbox.processes import SandboxError

console = Console()


def main() -> int:
    """Run one command; the exit code is 1 when it fails, or when `status` finds a service down."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "status"))
    parser.add_argument("--dir", type=Path, default=DIRECTORY, help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        return {"up": _up, "down": _down, "status": _status}[arguments.command](arguments)
    except SandboxError as error:
        console.print(f"[bold red]sandbox[/] {error}", highlight=False)
        return 1


def _up(arguments: argparse.Namespace) -> int:
    with console.status("starting the emulators"):
        place = start(arguments.dir)
    print_endpoints(place)
    return 0


def print_endpoints(place: Sandbox) -> None:
    """Show where the services listen and how to use them; keys stay in their file."""
    for name, url in (
        ("storage", place.storage_url),
        ("bigquery", place.bigquery_url),
        ("rates", place.rates_url),
    ):
        console.print(f"{name:<10}{url}", highlight=False)
    console.print(f"logs and keys: {place.directory}; stop with `make sandbox-down`", highlight=False)


def _down(arguments: argparse.Namespace) -> int:
    stopped = stop(arguments.dir)
    console.print(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    found = status(arguments.dir)
    for name, (process, healthy) in found.items():
        console.print(f"{name:<16}{'healthy' if healthy else 'DOWN':<9}{process.url}", highlight=False)
    if not found:
        console.print("nothing is running; start it with `make sandbox-up`")
    return 0 if found and all(healthy for _, healthy in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
