"""Release the images of this commit: `C360_REGISTRY=us-docker.pkg.dev/PROJECT/customer-360 python -m scripts.release`.

Built once: what the registry has of a commit is taken from there. Nothing is pushed before everything is scanned.
With --sign NAME, sign alone: what another command pushed under the commit's tag, such as charts and values.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from scripts.cluster import ClusterError
from scripts.commands import CommandError, run
from scripts.docker import docker, in_registry
from scripts.image_tag import image_tag
from scripts.images import sources
from scripts.images.builder import REPOSITORY, Built, bill_path, build, pull, push
from scripts.images.catalogue import IMAGES, Image, reference
from scripts.progress import Progress
from scripts.release import ReleaseError, evidence

OUTPUT = REPOSITORY / "build" / "release"


def main(arguments: Sequence[str] | None = None) -> int:
    """Release, and write build/release/release.json; the exit code is 1 when a step fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.release", description=__doc__)
    parser.add_argument("--registry", default=os.environ.get("C360_REGISTRY"), help="default: $C360_REGISTRY")
    parser.add_argument("--sign", metavar="NAME", help="sign this alone, which is in the registry already")
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        with Progress(console) as progress:
            if chosen.sign:
                sign(_registry(chosen.registry), chosen.sign, _tag(), progress)
                return 0
            released = release(_registry(chosen.registry), _tag(), progress)
    except (ClusterError, CommandError, ReleaseError) as error:
        console.print(f"[bold red]release[/] {error}", highlight=False, soft_wrap=True)
        return 1
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "release.json").write_text(json.dumps(released, indent=1) + "\n")
    console.print(f"release: {OUTPUT / 'release.json'}", highlight=False, soft_wrap=True)
    return 0


def release(registry: str, tag: str, progress: Progress) -> dict[str, object]:
    """Build, scan, push and sign; {commit, images by name with their digest}.

    Raises ClusterError, CommandError and ReleaseError.
    """
    images = [image for image in IMAGES if image.is_released]
    for program in evidence.PROGRAMS:
        progress.start(program)
        progress.result(evidence.provide(program))
    built = {}
    for image in images:
        progress.start(f"build {image.name}")
        built[image] = _built_once(image, registry, tag)
    for image in images:
        progress.start(f"scan {image.name}")
        evidence.scan(image, built[image].reference, OUTPUT)
    digests = {}
    for image in images:
        progress.start(f"push {image.name}")
        digests[image] = _pushed(built[image])
    for image in images:
        progress.start(f"sign {image.name}")
        evidence.sign(image.name, digests[image], OUTPUT, bill_path(image))
    return {"commit": _commit(), "tag": tag, "images": {image.name: digests[image] for image in images}}


def sign(registry: str, name: str, tag: str, progress: Progress) -> None:
    """Sign what the registry has under a name and a tag. Raises ClusterError, CommandError and ReleaseError."""
    progress.start("cosign")
    progress.result(evidence.provide("cosign"))
    progress.start(f"sign {name}")
    docker("pull", "--quiet", reference(registry, name, tag))
    evidence.sign(name, _digest(reference(registry, name, tag)), OUTPUT)


def _registry(address: str | None) -> str:
    if not address:
        raise ReleaseError("C360_REGISTRY is not set; it is what `terraform output registry` prints")
    return address


def _tag() -> str:
    tag = image_tag()
    if "-" in tag:
        raise ReleaseError(
            "files of the images differ from the commit; commit them, a release is of a commit"
        )
    return tag


def _commit() -> str:
    return run("git", "rev-parse", "HEAD", cwd=REPOSITORY).strip()


def _built_once(image: Image, registry: str, tag: str) -> Built:
    if in_registry(reference(registry, image.name, tag)):
        return pull(image, registry, tag)
    return build(image, registry, tag, {"COMMIT": tag, "SOURCE": sources.address()})


def _pushed(built: Built) -> str:
    push(built)
    return _digest(built.reference)


def _digest(name: str) -> str:
    """An image of the registry by its digest, which no tag can move."""
    repository = name.rpartition(":")[0]
    known: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RepoDigests}}", name))
    found = [name for name in known if name.startswith(f"{repository}@sha256:")]
    if len(found) != 1:
        raise ReleaseError(
            f"{name} is in the registry, and docker knows {len(found)} digests of it; pull it again"
        )
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
