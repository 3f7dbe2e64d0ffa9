"""Definitions of operators' objects: fetched where upstream answers, else out of a Go module."""

from __future__ import annotations

import hashlib
from pathlib import Path

from scripts.cluster import ClusterError, upstream
from scripts.cluster.pieces import cache_folder, pieces
from scripts.offline import go_modules


def path(name: str) -> Path:
    """Where the definitions of an operator are, or will be once `provide` has brought them."""
    return cache_folder("schemas") / f"{name}-{pieces()['schemas'][name]['version']}.yaml"


def provide(name: str) -> str:
    """Bring an operator's definitions if they are not there yet; one line that says where they came from.

    Raises ClusterError, also where they are not those of the pin, and CommandError.
    """
    piece, place = pieces()["schemas"][name], path(name)
    label = f"definitions of {name} {piece['version']}"
    if place.exists():
        return f"{label}: cached"
    url = piece["upstream"].format(**piece)
    if upstream.answers(url):
        upstream.fetch(url, piece["sha256"], place)
        return f"{label}: fetched from upstream"
    content = (go_modules.module_folder(piece["module"], piece["version"]) / piece["file"]).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != piece["sha256"]:
        raise ClusterError(
            f"{piece['file']} of {piece['module']} has checksum {found}, not {piece['sha256']}"
        )
    unfinished = place.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(place)
    return f"{label}: out of a Go module, upstream does not answer"
