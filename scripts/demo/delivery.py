"""The files that a demo takes in: the given ones, else generated ones, written while other things start."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from customer360 import catalogue
from customer360.delivery import locate
from scripts.generate import generate
from scripts.generate.contacts import write_contacts


@contextmanager
def delivered(source: str, orders: int, seed: int, data: Path) -> Iterator[Callable[[], Path]]:
    """Within the block, a function that waits for the folder of files; generated ones lie under `data`.

    The function raises BadFileError when `source` has no customers to make contacts for.
    """
    if source:
        yield lambda: _with_contacts(Path(source), seed, data / "with-contacts")
        return
    directory = data / f"orders-{orders}-seed-{seed}"
    # A process of its own: its memory is not the steps', and it works while the emulators start.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        written = pool.submit(generate, directory, orders, seed)

        def wait() -> Path:
            written.result()
            pool.shutdown()
            return directory

        yield wait


def _with_contacts(source: Path, seed: int, complete: Path) -> Path:
    """The delivery itself, or a folder of links to its files beside generated contacts when it has none."""
    contacts = catalogue.source("customer_pii")
    if list(source.glob(f"{contacts.file}*")):
        return source
    shutil.rmtree(complete, ignore_errors=True)
    complete.mkdir(parents=True)
    for entry in catalogue.sources():
        for path in source.glob(f"{entry.file}*"):
            (complete / path.name).symlink_to(path.resolve())
    customers = locate(str(complete), catalogue.source("customers")).removeprefix("file://")
    write_contacts(Path(customers), complete, seed)
    return complete
