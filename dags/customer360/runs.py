"""Names of runs that every place accepts: job ids, labels of BigQuery and Kubernetes, objects in the bucket."""

from __future__ import annotations

import hashlib
import re

LONGEST = 63  # a label's value, in BigQuery and in Kubernetes
HASH_CHARACTERS = 8


def run_name(run_id: str) -> str:
    """A run's name: lower-case letters, digits and inner dashes, at most 63 of them.

    A run id that is such a name stays as it is; any other gets a hash of itself, so that no two runs share a name.
    """
    name = re.sub(r"[^a-z0-9-]+", "-", run_id.lower()).strip("-")
    if name and name == run_id and len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:HASH_CHARACTERS]
    return f"{name[: LONGEST - HASH_CHARACTERS - 1].rstrip('-')}-{digest}".strip("-")
