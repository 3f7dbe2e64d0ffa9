"""Old generations of objects, as a bucket with versioning keeps them; the emulator's disk keeps none.

Each lies in a bucket of its own beside the object's, under the object's name, a # and its generation. Kept is what a
resumable upload or a deletion without a generation takes away; nothing else of ours overwrites objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

SUFFIX = "-noncurrent"
OBJECT_PATH = re.compile(r"(/download)?/storage/v1/b/([^/]+)/o/([^/]+)")
LISTING_PATH = re.compile(r"/storage/v1/b/([^/]+)/o/?")

Entry = dict[str, Any]


def copy_path(bucket: str, name: str, generation: str) -> str:
    """Where the emulator copies a live object to when it is about to become an old generation; to be POSTed."""
    return f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}/copyTo/b/{bucket}{SUFFIX}/o/{_kept(name, generation)}"


def kept_path(path: str, generation: str) -> str:
    """The path of an old generation, from that of its object."""
    match = OBJECT_PATH.fullmatch(path)
    if match is None:
        raise ValueError(f"{path} is no object's path")
    return f"{match[1] or ''}/storage/v1/b/{match[2]}{SUFFIX}/o/{_kept(unquote(match[3]), generation)}"


def merged(live: Iterable[Entry], kept: Iterable[Entry]) -> list[Entry]:
    """A listing with `versions=true`, from those of both buckets: by name, then by age."""
    alive = {(entry["name"], entry["generation"]): entry for entry in live}
    # What a deletion or an overwrite that failed was to leave behind is alive still.
    gone = [entry for entry in map(old, kept) if (entry["name"], entry["generation"]) not in alive]
    return sorted([*alive.values(), *gone], key=lambda entry: (entry["name"], int(entry["generation"])))


def old(entry: Entry) -> Entry:
    """What an old generation says of itself, from what the emulator says of where it lies."""
    name, _, generation = entry["name"].rpartition("#")
    found = {"name": name, "generation": generation, "bucket": entry["bucket"].removesuffix(SUFFIX)}
    return entry | found | {"timeDeleted": entry["timeCreated"]}


def _kept(name: str, generation: str) -> str:
    return quote(f"{name}#{generation}", safe="")
