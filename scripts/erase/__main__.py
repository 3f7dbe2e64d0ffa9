"""Erase a person from the running sandbox, or from the kind cluster.

The person is read from the variable PERSON, which make hands on, so that it stands in no list of processes. Exit codes:
0 the person is erased or was before, 1 something failed and the same command goes on from there, 2 no such person.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from google.api_core.exceptions import GoogleAPIError
from rich.console import Console

from customer360.dbt_session import DbtError
from customer360.errors import PermanentError
from customer360.steps.erase import NoSuchPersonError
from customer360.storage import StorageError
from scripts.cluster import ClusterError
from scripts.commands import CommandError
from scripts.erase.cluster import erase_there
from scripts.erase.sandbox import erase_here
from scripts.sandbox import DIRECTORY, SandboxError

ERRORS = (
    ClusterError,
    CommandError,
    DbtError,
    GoogleAPIError,
    PermanentError,
    SandboxError,
    StorageError,
)
FAILED, NOBODY = 1, 2


def main() -> int:
    """Erase the person; the exit code."""
    parser = argparse.ArgumentParser(prog="make erase PERSON=customer_unique_id", description=__doc__)
    parser.add_argument(
        "--on", choices=("sandbox", "cluster"), default="sandbox", help="default: %(default)s"
    )
    parser.add_argument("--dir", type=Path, default=DIRECTORY, help="default: %(default)s")
    arguments = parser.parse_args()
    console = Console()
    person = os.environ.pop("PERSON", "").strip()
    if not person:
        console.print("[bold red]erase[/] say who: PERSON=customer_unique_id")
        return NOBODY
    try:
        if arguments.on == "cluster":
            return erase_there(person, getpass.getuser(), console)
        return erase_here(person, getpass.getuser(), arguments.dir, console)
    except NoSuchPersonError as error:
        console.print(f"[bold red]erase[/] {error}", highlight=False)
        return NOBODY
    except ERRORS as error:
        console.print(f"[bold red]{type(error).__name__}[/] {error}", highlight=False)
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
