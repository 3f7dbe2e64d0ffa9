"""Images that others stand on or that run as they are: pulled where upstream answers, else built here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from scripts.cluster import upstream
from scripts.cluster.pieces import cache_folder, pieces
from scripts.docker import docker, has_image
from scripts.offline import debian, go_modules, node_image

HUB = "https://registry-1.docker.io/"
REGISTRY_MODULE = "github.com/distribution/distribution/v3"
REGISTRY_CONFIG = """\
version: 0.1
storage:
  filesystem: {rootdirectory: /var/lib/registry}
  delete: {enabled: true}
http: {addr: ":5000"}
"""


def provide(name: str) -> str:
    """Have one of the catalogue's images here; one line that says where it came from.

    Raises ClusterError and CommandError.
    """
    image = pieces()["images"][name]
    if has_image(image):
        return f"{image}: cached"
    if upstream.answers(HUB):
        docker("pull", image)
        return f"{image}: pulled"
    builders: dict[str, Callable[[str], None]] = {
        "base": debian.provide_base,
        "node": node_image.build,
        "registry": _build_registry,
    }
    builders[name](image)
    return f"{image}: built here, upstream does not answer"


def _build_registry(image: str) -> None:
    version = pieces()["node"]["registry"]["version"]
    program = cache_folder("node", f"registry-{version}") / "registry"
    if not program.exists():
        go_modules.build(f"{REGISTRY_MODULE}/cmd/registry", REGISTRY_MODULE, version, program)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "registry").write_bytes(program.read_bytes())
        (place / "config.yml").write_text(REGISTRY_CONFIG)
        (place / "Dockerfile").write_text(
            "FROM scratch\nCOPY --chmod=0755 registry /registry\nCOPY config.yml /etc/distribution/config.yml\n"
            'VOLUME /var/lib/registry\nENTRYPOINT ["/registry"]\nCMD ["serve", "/etc/distribution/config.yml"]\n'
        )
        docker("build", "-t", image, str(place))
