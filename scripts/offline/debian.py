"""Debian base images and single files from Debian's archive, under the names they have upstream."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scripts.cluster import ClusterError
from scripts.cluster.pieces import cache_folder
from scripts.commands import run, succeeds
from scripts.docker import docker, has_image


def provide_base(image: str) -> None:
    """Make `debian:SUITE-slim` unless it is there. Raises ClusterError and CommandError."""
    if has_image(image):
        return
    suite = image.removeprefix("debian:").removesuffix("-slim")
    if not succeeds("mmdebstrap", "--version"):
        raise ClusterError(
            f"{image} can neither be pulled nor built: install mmdebstrap (apt-get install mmdebstrap)"
        )
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "root.tar"
        run(
            "mmdebstrap", "--variant=minbase", "--include=ca-certificates", suite, archive,
            log=cache_folder("logs") / f"debian-{suite}.log",
        )  # fmt: skip
        docker("import", "--change", 'CMD ["bash"]', str(archive), image)


def take(package: str, member: str, destination: Path) -> None:
    """Take one file out of a package, which is not installed. Raises CommandError."""
    log = cache_folder("logs") / f"debian-{package}.log"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if not succeeds("apt-cache", "show", package):
            run("apt-get", "update", "--quiet", log=log)
        run("apt-get", "download", package, cwd=place, log=log)
        run("dpkg-deb", "--extract", next(place.glob("*.deb")), place / "root", log=log)
        unfinished = destination.with_suffix(".part")
        shutil.copy2(place / "root" / member, unfinished)
        unfinished.replace(destination)
