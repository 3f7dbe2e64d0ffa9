"""Build an image, push it, and say how large it is."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.docker import docker
from scripts.images.catalogue import Image, reference
from scripts.images.sbom import bill, inspect

REPOSITORY = Path(__file__).resolve().parents[2]
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
OUTPUT = REPOSITORY / "build" / "images"
# What was built last, by image, for the tests and for what deploys.
BUILT = OUTPUT / "built.json"


@dataclass(frozen=True)
class Built:
    """An image that stands: its full name, its size in MB, its layers and how long building took."""

    reference: str
    size_mb: int
    layers: int
    seconds: float


def build(image: Image, repository: str, tag: str, arguments: Mapping[str, str]) -> Built:
    """Build an image and write its bill of materials. Raises CommandError with the end of docker's log."""
    name = reference(repository, image.name, tag)
    log = OUTPUT / f"{image.name}.log"
    log.unlink(missing_ok=True)
    start = time.monotonic()
    docker(*build_command(image, name, arguments, CERTIFICATES), log=log)
    return _described(image, name, time.monotonic() - start)


def pull(image: Image, repository: str, tag: str) -> Built:
    """Bring an image that was built and pushed before, and write its bill of materials. Raises CommandError."""
    name = reference(repository, image.name, tag)
    docker("pull", "--quiet", name)
    return _described(image, name, 0)


def _described(image: Image, name: str, seconds: float) -> Built:
    found = json.loads(docker("image", "inspect", name))[0]
    document = bill(name, found["Id"], inspect(name))
    bill_path(image).write_text(json.dumps(document, indent=1) + "\n")
    built = Built(name, round(found["Size"] / 1e6), len(found["RootFS"]["Layers"]), seconds)
    remember(image, built)
    return built


def bill_path(image: Image) -> Path:
    """Where an image's bill of materials is."""
    return OUTPUT / f"{image.name}.cdx.json"


def build_command(image: Image, name: str, arguments: Mapping[str, str], certificates: Path) -> list[str]:
    """Arguments for docker. The machine's certificates go in as a secret where there are any, never as a file."""
    secret = ["--secret", f"id=ca,src={certificates}"] if certificates.is_file() else []
    pairs = [part for key, value in arguments.items() for part in ("--build-arg", f"{key}={value}")]
    return [
        "build",
        *secret,
        *pairs,
        "--file",
        str(REPOSITORY / image.dockerfile),
        "--tag",
        name,
        str(REPOSITORY),
    ]


def push(built: Built) -> None:
    """Send an image to its repository. Raises CommandError."""
    docker("push", "--quiet", built.reference)


def remember(image: Image, built: Built) -> None:
    """Note an image as the one that was built last."""
    BUILT.write_text(json.dumps({**last_built(), image.name: asdict(built)}, indent=1) + "\n")


def last_built() -> dict[str, dict[str, object]]:
    """What was built last, by image; empty before the first build."""
    found: dict[str, dict[str, object]] = json.loads(BUILT.read_text()) if BUILT.exists() else {}
    return found
