"""Our images in the cluster's registry: built and pushed unless this very content is there."""

from __future__ import annotations

import requests

from scripts.cluster.kind import REGISTRY_PORT, REPOSITORY
from scripts.images import sources
from scripts.images.builder import build, push
from scripts.images.catalogue import IMAGES

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)


def provide(tag: str) -> str:
    """Have every image in the registry under a tag; one line that says which were built. Raises CommandError."""
    missing = [image for image in IMAGES if not _is_pushed(image.name, tag)]
    for image in missing:
        push(build(image, REPOSITORY, tag, {"COMMIT": tag, "SOURCE": sources.address()}))
    return (
        f"images {tag}: {', '.join(image.name for image in missing)} built"
        if missing
        else f"images {tag}: kept"
    )


def _is_pushed(name: str, tag: str) -> bool:
    url = f"http://localhost:{REGISTRY_PORT}/v2/customer-360/{name}/manifests/{tag}"
    return requests.head(url, headers={"Accept": MANIFEST_TYPES}, timeout=10).ok
