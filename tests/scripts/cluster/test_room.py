"""Room on disk for a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.cluster import ClusterError
from scripts.cluster.room import check


def test_the_fullest_disk_counts() -> None:
    assert check([(Path("/a"), 80.2), (Path("/b"), 12.4)]) == "disk: 12 GB are free"


def test_a_full_disk_is_named_before_anything_is_built() -> None:
    with pytest.raises(ClusterError, match=r"1\.6 GB are free in /b.*docker builder prune"):
        check([(Path("/a"), 80.2), (Path("/b"), 1.6)])
