"""Build the project's images: `python -m scripts.images build`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from scripts.commands import CommandError
from scripts.image_tag import image_tag
from scripts.images import sources
from scripts.images.builder import Built, build, push
from scripts.images.catalogue import IMAGES, REPOSITORY, Image

console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what was asked for; the exit code is 1 when a build or a push fails, or an image is too large."""
    chosen = parser().parse_args(arguments)
    try:
        tag = image_tag()
        labels = {"COMMIT": tag, "SOURCE": sources.address()}
        built = {
            image: _one(image, chosen.repository, chosen.tag or tag, labels, chosen.push)
            for image in IMAGES
            if not chosen.only or image.name in chosen.only
        }
    except CommandError as error:
        console.print(f"[bold red]images[/] {error}", highlight=False, soft_wrap=True)
        return 1
    console.print(sizes(built))
    return 1 if any(found.size_mb > image.target_mb for image, found in built.items()) else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m scripts.images", description=__doc__)
    verb = found.add_subparsers(required=True).add_parser(
        "build", help="build the images, list what they hold"
    )
    verb.add_argument("--repository", default=REPOSITORY, help="default: %(default)s")
    verb.add_argument("--tag", help="default: the commit, and what was changed since")
    names = [image.name for image in IMAGES]
    verb.add_argument("--only", action="append", choices=names, help="this image alone; may be repeated")
    verb.add_argument("--push", action="store_true", help="also send them to the repository")
    return found


def _one(image: Image, repository: str, tag: str, labels: dict[str, str], is_pushed: bool) -> Built:
    with console.status(f"building {image.name}"):
        built = build(image, repository, tag, labels)
        if is_pushed:
            push(built)
    console.print(
        f"{image.name:<9}{built.seconds:>5.0f} s {built.size_mb:>5} MB  {built.reference}",
        highlight=False,
        soft_wrap=True,
    )
    return built


def sizes(built: dict[Image, Built]) -> Table:
    """The images' sizes beside what each may have."""
    table = Table("image", "MB", "at most", "layers", "seconds")
    for image, found in built.items():
        style = "red" if found.size_mb > image.target_mb else ""
        figures = (found.size_mb, image.target_mb, found.layers, round(found.seconds))
        table.add_row(image.name, *map(str, figures), style=style)
    return table


if __name__ == "__main__":
    sys.exit(main())
