"""The node image built here."""

from __future__ import annotations

import yaml

from scripts.cluster.pieces import pieces
from scripts.offline import node_image

SOURCE = """\
const storageProvisionerImage = "other"
const defaultStorageManifest = `
image: ` + storageProvisionerImage + `
args: ["--helper-image", "` + storageHelperImage + `"]
`
"""


def test_the_storage_manifest_names_the_images_that_the_node_holds() -> None:
    names = {"storageProvisionerImage": "provisioner:1", "storageHelperImage": "helper:1"}
    found = yaml.safe_load(node_image.storage_manifest(SOURCE, names))
    assert found == {"image": "provisioner:1", "args": ["--helper-image", "helper:1"]}


def test_the_network_manifest_runs_the_image_of_the_catalogue() -> None:
    documents = list(yaml.safe_load_all(node_image.network_manifest()))
    containers = documents[-1]["spec"]["template"]["spec"]["containers"]
    assert [entry["image"] for entry in containers] == [pieces()["node"]["kube-router"]["image"]]
