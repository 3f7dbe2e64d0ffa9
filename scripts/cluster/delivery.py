"""Put a delivery where the cluster's pods find it."""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from customer360.catalogue import sources
from customer360.delivery import find
from scripts.cluster.kind import landing
from scripts.cluster.pieces import cache_folder
from scripts.demo.delivery import delivered

MOUNT = Path("/landing")


def deliver(source: str, orders: int, seed: int) -> str:
    """Copy the delivery, given or generated, into the landing folder; the path that pods see.

    Earlier deliveries are removed: they hold personal data. Raises BadFileError.
    """
    folder = landing() / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    with delivered(source, orders, seed, cache_folder("data")) as wait_for_files:
        files = wait_for_files()
    remove_deliveries()
    folder.mkdir()
    for entry in sources():
        if url := find(str(files), entry):
            path = Path(url.removeprefix("file://"))
            # Pods run as another user than the one who delivers.
            shutil.copyfile(path, folder / path.name)
            (folder / path.name).chmod(0o644)
    return str(MOUNT / folder.name)


def remove_deliveries() -> None:
    """Remove every delivery from the landing folder."""
    for folder in landing().iterdir():
        shutil.rmtree(folder)
