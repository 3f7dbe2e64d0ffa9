"""Programs built from Go modules, each from a throw-away module that requires the one it lives in."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.cluster import ClusterError
from scripts.cluster.pieces import cache_folder
from scripts.commands import run

# Modules that print a version have it set by the linker.
VERSION_FLAGS = {"helm.sh/helm/v3": "-X helm.sh/helm/v3/internal/version.version=v{version}"}
ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}


def go() -> str:
    """The Go tool. Raises ClusterError that says how to get it."""
    found = shutil.which("go")
    if found is None:
        raise ClusterError(
            "upstream does not answer, and building from Go modules needs Go 1.25 or newer on PATH"
        )
    return found


def build(package: str, module: str, version: str, program: Path) -> None:
    """Build a package of a module at a version. Raises ClusterError and CommandError."""
    with tempfile.TemporaryDirectory() as folder:
        place, log = Path(folder), cache_folder("logs") / f"{program.name}.log"
        run(go(), "mod", "init", "build", cwd=place, log=log)
        run(go(), "get", f"{module}@v{version}", cwd=place, env=ENVIRONMENT, log=log)
        compile_program(place, package, program, VERSION_FLAGS.get(module, "").format(version=version), log)


def build_as_main(
    module: str,
    version: str,
    programs: Mapping[str, Path],
    rewrite: Callable[[str], str],
    flags: str = "",
) -> None:
    """Build packages (by name, with where to) of a module with the versions that its own go.mod asks for.

    The replacements of a dependency are ignored, so its go.mod, once through `rewrite`, becomes that of the module
    around it. Raises ClusterError and CommandError.
    """
    sources = module_folder(module, version)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        named = re.sub(r"(?m)^module .*$", "module build", (sources / "go.mod").read_text())
        (place / "go.mod").write_text(rewrite(named))
        (place / "go.sum").write_bytes((sources / "go.sum").read_bytes())
        run(go(), "mod", "edit", f"-require={module}@v{version}", cwd=place, env=ENVIRONMENT)
        for package, program in programs.items():
            compile_program(place, package, program, flags, cache_folder("logs") / f"{program.name}.log")


def compile_program(place: Path, package: str, program: Path, flags: str, log: Path) -> None:
    """Compile a package in the module at `place`; an interrupted build leaves nothing that looks whole."""
    unfinished = program.with_suffix(".part")
    linker = f"-ldflags=-s -w {flags}"
    run(go(), "build", "-trimpath", linker, "-o", unfinished, package, cwd=place, env=ENVIRONMENT, log=log)
    unfinished.replace(program)


def module_folder(module: str, version: str) -> Path:
    """The sources of a module at a version. Raises ClusterError and CommandError."""
    with tempfile.TemporaryDirectory() as folder:
        found = json.loads(run(go(), "mod", "download", "-json", f"{module}@v{version}", cwd=Path(folder)))
    return Path(found["Dir"])
