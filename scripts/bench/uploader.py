"""Upload one folder's orders in a process that does nothing else; print seconds and peak memory in MB as JSON."""

from __future__ import annotations

import json
import sys
import time

from customer360.catalogue import source
from customer360.settings import from_environment
from customer360.steps.upload import upload
from customer360.storage import Bucket
from scripts.memory import peak_rss_mb

DAY = "2026-01-01"


def main(folder: str, run_id: str) -> None:
    """Upload; the clock leaves the start of Python and its imports out, the memory does not."""
    bucket = Bucket.connect(from_environment())
    start = time.perf_counter()
    upload(bucket, source("orders"), folder, run_id, DAY)
    print(json.dumps({"seconds": time.perf_counter() - start, "peak_rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
