"""The docker command: which one, and the few things asked of it."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from scripts.commands import CommandError, run, succeeds

DEBIAN = "/usr/bin/docker"


@cache
def program() -> str:
    """Path of docker: $DOCKER, else Debian's, else the first on PATH. Raises CommandError when there is none."""
    # A newer client without buildx may stand first on PATH; Debian's can build with BuildKit by itself.
    found = os.environ.get("DOCKER") or shutil.which(DEBIAN) or shutil.which("docker")
    if found is None:
        raise CommandError("docker is not installed")
    return found


def docker(*arguments: str, log: Path | None = None) -> str:
    """What a docker command printed. Raises CommandError."""
    return run(program(), *arguments, log=log, env={"DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"})


def has_image(name: str) -> bool:
    """True when an image of this name is on this machine."""
    return succeeds(program(), "image", "inspect", name)


def in_registry(name: str, *options: str) -> bool:
    """True when the image's registry has it, and lets us see it."""
    return succeeds(program(), "manifest", "inspect", *options, name)
