"""Kubernetes' own programs from its Go modules.

The module k8s.io/kubernetes replaces its parts by folders that no module holds; here each is replaced by the module
published beside it, v0.MINOR.PATCH for Kubernetes v1.MINOR.PATCH.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts.cluster.pieces import cache_folder
from scripts.commands import run
from scripts.offline.go_modules import ENVIRONMENT, compile_program, go, module_folder

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
    sources = module_folder(MODULE, version)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "go.mod").write_text(wrapper((sources / "go.mod").read_text(), f"v0.{minor}.{patch}"))
        (place / "go.sum").write_bytes((sources / "go.sum").read_bytes())
        run(go(), "mod", "edit", f"-require={MODULE}@v{version}", cwd=place, env=ENVIRONMENT)
        for name, program in missing.items():
            compile_program(
                place, f"{MODULE}/cmd/{name}", program, flags, cache_folder("logs") / f"{name}.log"
            )


def wrapper(go_mod: str, parts_version: str) -> str:
    """Kubernetes' go.mod as that of a module around it, with its parts at their published version."""
    named = re.sub(r"(?m)^module .*$", "module build", go_mod)
    return STAGING.sub(rf"\1 => \1 {parts_version}", named)


def pause_source(version: str) -> Path:
    """The C source of the pause program."""
    return module_folder(MODULE, version) / "build" / "pause" / "linux" / "pause.c"
