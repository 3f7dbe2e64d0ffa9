"""What changed between two bills of materials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENDING = ".cdx.json"

# Versions by package, such as `pkg:pypi/requests`; a package can be there in two versions.
Bill = Mapping[str, frozenset[str]]


class BillError(RuntimeError):
    """A file is no bill of materials; the message says which, and where to get one."""


@dataclass(frozen=True)
class Change:
    """A package that came, went or changed; `before` or `after` is empty for the first two."""

    image: str
    package: str
    before: str
    after: str


def read(folder: Path) -> dict[str, Bill]:
    """The bills of a folder by image. Raises BillError."""
    found = {path.name.removesuffix(ENDING): _bill(path) for path in sorted(folder.glob(f"*{ENDING}"))}
    if not found:
        raise BillError(f"{folder} holds no *{ENDING}: `make images` writes them, `make release` signs them")
    return found


def _bill(path: Path) -> Bill:
    try:
        urls = [component["purl"] for component in json.loads(path.read_text())["components"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BillError(f"{path} is no CycloneDX bill of materials: {error!r}") from None
    found: dict[str, set[str]] = {}
    for url in urls:
        package, _, version = url.partition("?")[0].rpartition("@")
        found.setdefault(package, set()).add(version)
    return {package: frozenset(versions) for package, versions in found.items()}


def changes(before: Mapping[str, Bill], after: Mapping[str, Bill]) -> list[Change]:
    """Every package that differs, by image and name."""
    found = []
    for image in sorted(before.keys() | after.keys()):
        old, new = before.get(image, {}), after.get(image, {})
        for package in sorted(old.keys() | new.keys()):
            pair = [", ".join(sorted(bill.get(package, ()))) for bill in (old, new)]
            if pair[0] != pair[1]:
                found.append(Change(image, package, *pair))
    return found
