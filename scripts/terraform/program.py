"""Terraform itself: the one on PATH when it is new enough, else the pinned one from upstream."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster import ClusterError, upstream
from scripts.cluster.pieces import architecture, cache_folder
from scripts.commands import run
from scripts.terraform import TerraformError
from scripts.terraform.pieces import pieces


@dataclass(frozen=True)
class Program:
    """A terraform program and where it came from."""

    path: Path
    version: str
    origin: str

    def __str__(self) -> str:
        return f"terraform {self.version}: {self.origin}"


def provide() -> Program:
    """The program to run, brought when it is not there yet. Raises TerraformError and CommandError."""
    pin = pieces()["program"]
    if (found := on_path()) and as_new_as(found.version, pin["minimum"]):
        return found
    pinned = cache_folder("bin", f"terraform-{pin['version']}") / "terraform"
    if pinned.exists():
        return Program(pinned, pin["version"], "cached")
    url = pin["upstream"].format(version=pin["version"], arch=architecture())
    if not upstream.answers(url):
        raise TerraformError(
            f"terraform {pin['minimum']} or newer is not on PATH, and upstream does not answer;"
            " install it: https://developer.hashicorp.com/terraform/install"
        )
    try:
        fetch(url, pin["checksums"].format(version=pin["version"]), pinned)
    except ClusterError as error:
        raise TerraformError(str(error)) from error
    return Program(pinned, pin["version"], "fetched from upstream")


def on_path() -> Program | None:
    """The program on PATH, if there is one. Raises CommandError when it does not run."""
    path = shutil.which("terraform")
    if path is None:
        return None
    return Program(Path(path), json.loads(run(path, "version", "-json"))["terraform_version"], "on PATH")


def as_new_as(version: str, minimum: str) -> bool:
    """True when a version such as 1.11.4 or 1.12.0-rc1 is not older than a minimum such as 1.9."""
    numbers = [[int(number) for number in re.findall(r"\d+", text)[:2]] for text in (version, minimum)]
    return numbers[0] >= numbers[1]


def fetch(url: str, checksums: str, program: Path) -> None:
    """Bring the program out of a release's archive, whose checksum is in the release's list. Raises ClusterError."""
    name = url.rpartition("/")[2]
    listed = {line.split()[1]: line.split()[0] for line in upstream.text(checksums).splitlines()}
    if name not in listed:
        raise ClusterError(f"{checksums} does not list {name}")
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        archive = Path(folder, name)
        upstream.fetch(url, listed[name], archive)
        with zipfile.ZipFile(archive) as content:
            unpacked = Path(content.extract("terraform", folder))
        unpacked.chmod(0o755)
        unpacked.replace(program)
