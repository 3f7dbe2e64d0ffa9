"""Start the emulator with every patch; the arguments are upstream's."""

from __future__ import annotations

import sys
from importlib.metadata import version

from scripts.sandbox.bigquery import PINNED_VERSION


def main() -> int:
    """Run the emulator; refuses another upstream version than the one the patches were written for."""
    found = version("local-bigquery")
    if found != PINNED_VERSION:
        print(f"local-bigquery {found} is installed; the patches need {PINNED_VERSION}: run `make setup`")
        return 1
    # DuckDB looks for pandas a hundred times a query; a None here answers without a search of the disk.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    from local_bigquery import app
    from local_bigquery.cli import main as serve
    from local_bigquery.engine import database

    from scripts.sandbox.bigquery import (
        catalog,
        datasets,
        engine,
        grants,
        jobs,
        loads,
        lost_jobs,
        merges,
        partitions,
        results,
        scripting,
    )

    for module in (
        engine,
        catalog,
        datasets,
        jobs,
        lost_jobs,
        grants,
        loads,
        partitions,
        scripting,
        merges,
        results,
    ):
        module.install()

    def healthz() -> dict[str, str]:
        database.fetch("SELECT 1")
        return {"status": "ok"}

    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
