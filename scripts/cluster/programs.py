"""Programs at their pinned versions: fetched where upstream answers, else built from Go modules or out of Debian."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

from scripts.cluster import upstream
from scripts.cluster.pieces import architecture, cache_folder, pieces
from scripts.commands import run
from scripts.offline import debian, go_modules, kubernetes


def path(name: str) -> Path:
    """Where a program is, or will be once `provide` has brought it."""
    return cache_folder("bin", f"{name}-{pieces()['programs'][name]['version']}") / name


def provide(name: str) -> str:
    """Bring a program if it is not there yet; one line that says where it came from.

    Raises ClusterError and CommandError.
    """
    piece, program = pieces()["programs"][name], path(name)
    label = f"{name} {piece['version']}"
    if program.exists():
        return f"{_found(program) if 'debian' in piece else label}: cached"
    url = _fill(piece["upstream"], piece)
    if upstream.answers(url):
        _fetch(piece, url, program)
        return f"{label}: fetched from upstream"
    if "debian" in piece:
        debian.take(piece["debian"]["package"], piece["debian"]["member"], program)
        return f"{_found(program)}: DEBIAN'S, NOT THE PIN {piece['version']}: upstream does not answer"
    _build(name, piece, program)
    return f"{label}: built from Go modules, upstream does not answer"


def _fetch(piece: dict[str, Any], url: str, program: Path) -> None:
    download = program.with_name("download")
    listed = upstream.text(_fill(piece["checksum"], piece, upstream=url))
    upstream.fetch(url, checksum(listed, url.rpartition("/")[2]), download)
    if "member" in piece:
        with tarfile.open(download) as archive:
            member = archive.getmember(_fill(piece["member"], piece))
            member.name = program.name
            archive.extract(member, program.parent, filter="data")
        download.unlink()
    else:
        download.replace(program)
    program.chmod(0o755)


def _build(name: str, piece: dict[str, Any], program: Path) -> None:
    if piece["module"] == kubernetes.MODULE:
        kubernetes.build(piece["version"], {name: program})
    else:
        go_modules.build(piece["package"], piece["module"], piece["version"], program)


def checksum(listed: str, file: str) -> str:
    """The checksum of a file in a list of them, else the first, which may be all there is."""
    lines = [line.split() for line in listed.splitlines()]
    return next((line[0] for line in lines if line[1:] == [file]), lines[0][0])


def _found(program: Path) -> str:
    """What a program says it is, in its first three words."""
    return " ".join(run(program, "--version").split()[:3])


def _fill(template: str, piece: dict[str, Any], **more: str) -> str:
    return template.format(version=piece["version"], arch=architecture(), **more)
