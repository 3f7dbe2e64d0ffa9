"""Full and read-only volumes, made of memory; they need root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.commands import CommandError, run

BLOCK = bytes(1024 * 1024)
BALLAST = "ballast"


def can_mount() -> bool:
    """True where this user may mount a volume."""
    return os.geteuid() == 0


@contextmanager
def mounted(folder: Path, megabytes: int, *, writable: bool = True) -> Iterator[None]:
    """A volume of that size on a folder. Raises CommandError."""
    folder.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,{'rw' if writable else 'ro'}", "chaos", folder)
    try:
        yield
    finally:
        run("umount", "--lazy", folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to. Raises CommandError."""
    run("mount", "--bind", folder, folder)
    try:
        run("mount", "-o", "remount,bind,ro", folder)
        yield
    finally:
        with suppress(CommandError):
            run("umount", "--lazy", folder)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte left on the folder's volume."""
    ballast = folder / BALLAST
    try:
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(BLOCK):
                pass
        yield
    finally:
        ballast.unlink(missing_ok=True)
