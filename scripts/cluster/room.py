"""Room on disk, looked for before anything is built: what a full disk breaks seldom says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from scripts.cluster import ClusterError
from scripts.cluster.pieces import cache_folder
from scripts.docker import docker

# The images of a release, one build of them, and what the node unpacks.
NEEDED_GB = 5.0


def provide() -> str:
    """The room there is, in one line. Raises ClusterError when it would not do, and CommandError."""
    places = [cache_folder(), Path(docker("info", "--format", "{{.DockerRootDir}}").strip())]
    # Docker Desktop keeps its folder within a machine of its own, which nobody here can ask.
    return check({place: shutil.disk_usage(place).free / 1e9 for place in places if place.is_dir()}.items())


def check(free: Iterable[tuple[Path, float]]) -> str:
    """The least of `free` (folder, GB) in one line. Raises ClusterError when that is below NEEDED_GB."""
    place, least = min(free, key=lambda entry: entry[1])
    if least < NEEDED_GB:
        raise ClusterError(
            f"{least:.1f} GB are free in {place}, and a cluster takes at least {NEEDED_GB:.0f}: "
            "make room (docker system prune, docker builder prune), then run this again"
        )
    return f"disk: {least:.0f} GB are free"
