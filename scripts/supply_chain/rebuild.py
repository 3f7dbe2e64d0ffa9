"""Build each image twice from nothing, and compare what the two hold, path by path, apart from timestamps.

Exit codes: 0 they are equal, 1 one is not, or could not be built; build/reproducible.json has the paths.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from scripts.commands import CommandError
from scripts.docker import docker
from scripts.image_tag import image_tag
from scripts.images import sources
from scripts.images.builder import CERTIFICATES, OUTPUT, build_command
from scripts.images.catalogue import IMAGES, Image
from scripts.progress import Progress
from scripts.supply_chain.contents import contents, different

RESULT = Path("build/reproducible.json").resolve()
SHOWN = 20


def main() -> int:
    """Build and compare; the exit code."""
    parser = argparse.ArgumentParser(prog="make reproducible", description=__doc__)
    names = [image.name for image in IMAGES]
    parser.add_argument("--only", choices=names, help="this image alone")
    only = parser.parse_args().only
    console = Console()
    found = {}
    try:
        with Progress(console) as progress:
            for image in IMAGES:
                if only in (None, image.name):
                    progress.start(f"{image.name}, twice")
                    found[image.name] = rebuilt(image)
                    progress.stop("✗" if found[image.name] else "✓")
    except CommandError as error:
        console.print(f"[bold red]reproducible[/] {error}", highlight=False)
        return 1
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1) + "\n")
    for name, paths in found.items():
        for path in paths[:SHOWN]:
            console.print(f"[red]{name}[/] {path}", highlight=False)
        if len(paths) > SHOWN:
            console.print(f"[red]{name}[/] and {len(paths) - SHOWN} more", highlight=False)
    differing = sum(map(bool, found.values()))
    console.print(f"reproducible: {len(found) - differing} of {len(found)} images; {RESULT}", highlight=False)
    return 1 if differing else 0


def rebuilt(image: Image) -> list[str]:
    """Paths that differ between two builds of an image. Raises CommandError."""
    arguments = {"COMMIT": image_tag(), "SOURCE": sources.address()}
    built = []
    for number in ("one", "two"):
        name = f"customer-360-rebuilt/{image.name}:{number}"
        command = build_command(image, name, arguments, CERTIFICATES)
        docker(command[0], "--no-cache", *command[1:], log=OUTPUT / f"{image.name}-{number}.log")
        built.append(contents(name))
        docker("image", "rm", name)
    return different(*built)


if __name__ == "__main__":
    sys.exit(main())
