"""What an image holds, path by path; when a file was written does not count."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from collections.abc import Mapping
from typing import IO, cast

from scripts.commands import CommandError
from scripts.docker import docker, program

# What docker itself puts into a container, whatever its image holds.
OF_DOCKER = (
    ".dockerenv",
    "dev/",
    "etc/hostname",
    "etc/hosts",
    "etc/mtab",
    "etc/resolv.conf",
    "proc/",
    "sys/",
)

Contents = Mapping[str, str]


def contents(image: str) -> Contents:
    """Kind, mode, owner and content of every path of an image. Raises CommandError."""
    container = docker("create", image).strip()
    try:
        with subprocess.Popen([program(), "export", container], stdout=subprocess.PIPE) as export:
            found = described(cast(IO[bytes], export.stdout))
        if export.returncode:
            raise CommandError(f"docker export of {image} ended with {export.returncode}")
        return found
    finally:
        docker("rm", container)


def described(archive: IO[bytes]) -> Contents:
    """The same of a tar archive."""
    found = {}
    with tarfile.open(fileobj=archive, mode="r|") as members:
        for member in members:
            if member.name.startswith(OF_DOCKER):
                continue
            file = members.extractfile(member) if member.isfile() else None
            content = hashlib.sha256(file.read()).hexdigest() if file else member.linkname
            kind = member.type.decode()
            found[member.name] = f"{kind} {member.mode:o} {member.uid}:{member.gid} {content}"
    return found


def different(one: Contents, other: Contents) -> list[str]:
    """Paths that only one has, or that differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))
