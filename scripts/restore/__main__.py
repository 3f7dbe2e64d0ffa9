"""Load the raw layer again from the objects of an earlier run, in the named warehouse or the running sandbox.

Exit codes: 0 every table was replaced, 1 a table was not, 2 the settings are wrong or there is no such run.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from uuid import uuid4

from customer360 import manifest
from customer360.catalogue import sources
from customer360.runs import run_name
from customer360.settings import SettingsError, from_environment
from customer360.steps.load import load_all
from customer360.storage import Bucket, ForeignObjectError
from customer360.warehouse import LoadError, Warehouse
from scripts.sandbox import DIRECTORY, SandboxError, use_running

FAILED, BAD_INPUT = 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Restore and print the rows of each table; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.restore", description=__doc__)
    parser.add_argument("run", help="the run as labels of pods and jobs name it, `run_id=` in the bucket")
    run = parser.parse_args(arguments).run
    try:
        use_running(DIRECTORY)
        rows = restore(run)
    except (LoadError, ForeignObjectError) as error:
        print(f"restore: {error}", file=sys.stderr)
        return FAILED
    except (LookupError, SandboxError, SettingsError) as error:
        print(f"restore: {error}", file=sys.stderr)
        return BAD_INPUT
    for table, count in rows.items():
        print(f"{table}: {count} rows")
    print("now build the layers above: charts/platform/runbooks/restore-from-backup.md")
    return 0


def restore(run: str) -> dict[str, int]:
    """Replace every raw table by what a run delivered; rows by table. Raises LookupError, and as load_all does."""
    settings = from_environment()
    bucket, warehouse = Bucket.connect(settings), Warehouse.connect(settings)
    # A load job of the same name would be found done, and nothing loaded.
    name = run_name(f"restore-{uuid4().hex[:8]}")
    records = {record.table: replace(record, run_id=name) for record in manifest.of_run(bucket, run)}
    if missing := {source.table for source in sources()} - records.keys():
        raise LookupError(
            f"run {run!r} delivered no {', '.join(sorted(missing))}; see manifests/ in the bucket"
        )
    return load_all(warehouse, bucket, records.values(), settings.dataset("raw"), settings.commit)


if __name__ == "__main__":
    sys.exit(main())
