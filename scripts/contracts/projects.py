"""The dbt project as it is in a commit and as it stands here, parsed without a warehouse."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from scripts.commands import CommandError, run

PROJECT = "dbt"


class ProjectError(RuntimeError):
    """A commit has no dbt project, or dbt does not parse it; the message says which."""


def project_at(root: Path, ref: str, place: Path) -> Path:
    """The dbt project of a commit, unpacked in `place`. Raises ProjectError."""
    place.mkdir(parents=True, exist_ok=True)
    archive = place / "project.tar"
    try:
        run("git", "-C", root, "archive", f"--output={archive}", ref, "--", PROJECT)
    except CommandError as error:
        said = str(error).splitlines()[-1]
        raise ProjectError(
            f"no folder {PROJECT}/ in {ref!r} ({said}); name a commit that is here, such as origin/main"
        ) from None
    with tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
    return place / PROJECT


def parsed(project: Path, target: str, scratch: Path) -> Manifest:
    """The project's manifest, which is also in `scratch`: a folder that dbt takes as --state. Raises ProjectError."""
    manifest = invoke(("parse",), project, target, scratch)
    assert isinstance(manifest, Manifest)  # noqa: S101 - what `parse` gives
    return manifest


def invoke(
    command: Sequence[str],
    project: Path,
    target: str,
    scratch: Path,
    manifest: Manifest | None = None,
    listen: Callable[[Any], None] = lambda _event: None,
) -> Any:
    """What one dbt command gives; `listen` hears its events. Raises ProjectError."""
    place = ["--project-dir", str(project), "--profiles-dir", str(project), "--target", target]
    folders = ["--target-path", str(scratch), "--log-path", str(scratch), "--quiet"]
    with redirect_stdout(StringIO()):  # `list` prints even when it is to be quiet
        done = dbtRunner(manifest, [listen]).invoke([*command, *place, *folders])
    if not done.success:
        raise ProjectError(f"dbt {command[0]} failed in {project}:\n{done.exception}") from done.exception
    return done.result
