"""Create the bucket and the datasets in running emulators; elsewhere Terraform owns them.

It needs no client library, so that the emulators' own environment can run it.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request

from customer360.settings import LAYERS

EXISTS = 409


def main() -> int:
    """Create what is missing; safe to run again."""
    storage, bigquery = os.environ["STORAGE_EMULATOR_HOST"], os.environ["BIGQUERY_EMULATOR_HOST"]
    project, bucket = os.environ["C360_PROJECT"], os.environ["C360_RAW_BUCKET"]
    prefix = os.environ.get("C360_DATASET_PREFIX", "olist")
    _create(f"{storage}/storage/v1/b?project={project}", {"name": bucket})
    for layer in LAYERS:
        reference = {"projectId": project, "datasetId": f"{prefix}_{layer}"}
        _create(f"{bigquery}/bigquery/v2/projects/{project}/datasets", {"datasetReference": reference})
    print(f"bucket {bucket} and {len(LAYERS)} datasets are there")
    return 0


def _create(url: str, body: dict[str, object]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own address
    try:
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != EXISTS:
            raise


if __name__ == "__main__":
    sys.exit(main())
