"""Kubernetes' own programs from its Go modules.

The module k8s.io/kubernetes replaces its parts by folders that no module holds; here each is replaced by the module
published beside it, v0.MINOR.PATCH for Kubernetes v1.MINOR.PATCH.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from scripts.offline import go_modules

MODULE = "k8s.io/kubernetes"
STAGING = re.compile(r"(k8s\.io/[a-z-]+) => \./staging/src/k8s\.io/[a-z-]+")
VERSION = "k8s.io/component-base/version"


def build(version: str, programs: Mapping[str, Path]) -> None:
    """Build the named programs where they are not there yet. Raises ClusterError and CommandError."""
    missing = {name: program for name, program in programs.items() if not program.exists()}
    if not missing:
        return
    _, minor, patch = version.split(".")
    flags = f"-X {VERSION}.gitVersion=v{version} -X {VERSION}.gitMajor=1 -X {VERSION}.gitMinor={minor}"
    go_modules.build_as_main(
        MODULE,
        version,
        {f"{MODULE}/cmd/{name}": program for name, program in missing.items()},
        lambda go_mod: with_published_parts(go_mod, f"v0.{minor}.{patch}"),
        flags,
    )


def with_published_parts(go_mod: str, version: str) -> str:
    """Kubernetes' go.mod with its parts at their published version in place of its folders."""
    return STAGING.sub(rf"\1 => \1 {version}", go_mod)


def pause_source(version: str) -> Path:
    """The C source of the pause program."""
    return go_modules.module_folder(MODULE, version) / "build" / "pause" / "linux" / "pause.c"
