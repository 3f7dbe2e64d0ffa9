"""Erase a person where the environment names, or in the running sandbox, with the steps of the Dag in its order."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from customer360.dbt_session import DbtSession
from customer360.settings import from_environment
from customer360.steps.erase import ask, erase, finish
from customer360.steps.transform import SELECTIONS, build
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.progress import Progress
from scripts.sandbox import running

BUILD = Path("build").resolve()
TITLES = {
    "look": "Look for the person",
    "objects": "Clean the objects of the bucket",
    "tables": "Clean the raw tables",
    **{f"dbt {layer}": f"dbt: {layer}" for layer in SELECTIONS},
    "record": "Put it on record",
}


def erase_here(person: str, asked_by: str, directory: Path, console: Console) -> int:
    """Erase, build anew, put on record; the exit code 0. Raises SandboxError and what the steps raise."""
    if "C360_PROJECT" not in os.environ:
        os.environ.update(running(directory).environment())
    settings = from_environment()
    warehouse, bucket = Warehouse.connect(settings), Bucket.connect(settings)
    request = ask(bucket, person, asked_by)
    with Progress(console, TITLES) as progress:
        done = erase(warehouse, bucket, settings, request, progress.start)
        if done is None:
            progress.stop()
            console.print("this person was erased before; nothing changed")
            return 0
        target = BUILD / "erase" / "target"
        with DbtSession(
            settings.dbt_directory, settings.dbt_target, target, target.parent / "logs" / "dbt.out"
        ) as dbt:
            for layer in SELECTIONS:
                progress.start(f"dbt {layer}")
                build(dbt, layer)
        progress.start("record")
        finish(warehouse, bucket, settings, request, done, request)
        progress.stop()
    rows = ", ".join(f"{count} of {table}" for table, count in done.rows.items() if count)
    console.print(
        f"erased: {done.objects} objects rewritten, {done.generations} generations deleted, rows: {rows}",
        highlight=False,
        soft_wrap=True,
    )
    return 0
