"""Flux from its Go modules: the controllers as images, and the manifests that install them."""

from __future__ import annotations

import re
import shutil
import tempfile
from functools import partial
from pathlib import Path

import yaml

from scripts.cluster import programs
from scripts.cluster.pieces import cache_folder, pieces
from scripts.commands import run
from scripts.docker import docker, has_image
from scripts.offline import go_modules

ORGANISATION = "github.com/fluxcd"
DOCKERFILE = """\
FROM scratch
COPY --chmod=0755 controller /controller
USER 65534:65534
ENTRYPOINT ["/controller"]
"""
# What a release of a controller would be fetched for, and the folder of its sources that is the same.
RELEASED = {"crds": "crd", "deployment": "manager"}


def provide_images(repository: str) -> str:
    """Have an image of each controller, named below `repository`; one line that says which were built.

    Raises ClusterError and CommandError.
    """
    built = []
    for name, version in pieces()["flux"]["controllers"].items():
        image = f"{repository}/{name}:v{version}"
        if not has_image(image):
            _build_image(image, _controller(name, version))
            built.append(name)
        docker("push", "--quiet", image)
    return f"{', '.join(built)} built here" if built else "images kept"


def manifests(repository: str) -> str:
    """What `flux install --export` prints, with images below `repository`. Raises ClusterError and CommandError."""
    flux = pieces()["flux"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _copy(
            go_modules.module_folder(f"{ORGANISATION}/flux2/v2", flux["version"]) / "manifests",
            place / "manifests",
        )
        for name, version in flux["controllers"].items():
            sources = go_modules.module_folder(f"{ORGANISATION}/{name}", version)
            _copy(sources / "config", place / name)
            base = place / "manifests" / "bases" / name / "kustomization.yaml"
            base.write_text(local_base(base.read_text(), name))
        install = place / "manifests" / "install" / "kustomization.yaml"
        install.write_text(yaml.safe_dump(_kustomization(repository, flux["controllers"])))
        return run(programs.path("kubectl"), "kustomize", install.parent)


def local_base(text: str, name: str) -> str:
    """A base of Flux's manifests with the controller's sources in place of its released files."""
    for released, folder in RELEASED.items():
        text = re.sub(rf"https://\S+/{name}\.{released}\.yaml", f"../../../{name}/{folder}", text)
    return text


def as_main(go_mod: str, name: str, replacements: dict[str, str]) -> str:
    """A controller's go.mod without its folder `api`, which is a module of its own, and with `replacements`."""
    module = re.escape(f"{ORGANISATION}/{name}/api")
    without = re.sub(rf"(?m)^replace {module} => \./api\n", "", go_mod)
    return without + "".join(f"replace {old} => {old} {new}\n" for old, new in replacements.items())


def _controller(name: str, version: str) -> Path:
    program = cache_folder("flux", f"{name}-{version}") / name
    if not program.exists():
        module = f"{ORGANISATION}/{name}"
        replacements = pieces()["flux"]["replacements"].get(name, {})
        rewrite = partial(as_main, name=name, replacements=replacements)
        go_modules.build_as_main(module, version, {module: program}, rewrite)
    return program


def _build_image(image: str, program: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(program, Path(folder, "controller"))
        Path(folder, "Dockerfile").write_text(DOCKERFILE)
        docker("build", "--tag", image, folder)


def _kustomization(repository: str, controllers: dict[str, str]) -> dict[str, object]:
    images = [
        {"name": f"fluxcd/{name}", "newName": f"{repository}/{name}", "newTag": f"v{version}"}
        for name, version in controllers.items()
    ]
    parts = [*(f"../bases/{name}" for name in controllers), "../rbac", "../policies"]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "flux-system",
        "resources": ["namespace.yaml", *parts],
        "transformers": ["labels.yaml"],
        "images": images,
    }


def _copy(source: Path, target: Path) -> None:
    """Copy sources so that they can be changed: modules are read-only."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
