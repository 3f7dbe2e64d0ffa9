"""What shows that an image may run: its vulnerabilities, and signatures of it, its contents and its origin.

grype looks into the image; cosign signs with the identity of the workflow, or of the person, and keeps no key.
"""

from __future__ import annotations

import json
from pathlib import Path

from scripts.cluster import programs
from scripts.commands import run
from scripts.images.catalogue import Image
from scripts.release.provenance import provenance

PROGRAMS = ("grype", "cosign")
provide = programs.provide


def scan(image: Image, reference: str, folder: Path) -> None:
    """Raises CommandError when an installed package has a high vulnerability and a version without it exists."""
    folder.mkdir(parents=True, exist_ok=True)
    # Not our bill of materials: Debian tells of vulnerabilities by source package, which only dpkg's own list names.
    run(
        *(programs.path("grype"), f"docker:{reference}", "--only-fixed", "--fail-on", "high"),
        *("--output", "table", "--output", f"json={folder / f'{image.name}.grype.json'}"),
    )


def sign(name: str, digest: str, folder: Path, bill: Path | None = None) -> None:
    """Sign an image and, about it, its provenance and its bill of materials if it has one. Raises CommandError."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = folder / f"{name}.provenance.json"
    origin.write_text(json.dumps(provenance(), indent=1) + "\n")
    _cosign("sign", digest)
    if bill is not None:
        _cosign("attest", "--type", "cyclonedx", "--predicate", str(bill), digest)
    _cosign("attest", "--type", "slsaprovenance1", "--predicate", str(origin), digest)


def _cosign(verb: str, *arguments: str) -> None:
    # Nobody is there to say yes to the public log of signatures.
    run(programs.path("cosign"), verb, "--yes", *arguments)
