"""What an image holds, path by path; when a file was written does not count."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Mapping
from typing import IO, Any, cast

import msgpack

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

# The dbt project as it was parsed, and what differs in it from one invocation to the next.
PARSED = "app/parsed/"
OF_AN_INVOCATION = (
    "created_at",
    "generated_at",
    "invocation_id",
    "invocation_started_at",
    "modification_time",
    "run_started_at",
    "user_id",
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
            content = _digest(member.name, file.read()) if file else member.linkname
            kind = member.type.decode()
            found[member.name] = f"{kind} {member.mode:o} {member.uid}:{member.gid} {content}"
    return found


def _digest(path: str, content: bytes) -> str:
    if path.startswith(PARSED):
        document = _without_times(msgpack.unpackb(content, raw=False, strict_map_key=False))
        content = json.dumps(document, sort_keys=True, default=str).encode()
    return hashlib.sha256(content).hexdigest()


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(entry) for key, entry in value.items() if key not in OF_AN_INVOCATION}
    return [_without_times(entry) for entry in value] if isinstance(value, list) else value


def different(one: Contents, other: Contents) -> list[str]:
    """Paths that only one has, or that differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))
