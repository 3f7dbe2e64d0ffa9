"""When an environment is well. What the cluster says is played here; tests/e2e/gitops asks a real one."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.gitops.health import Cluster, complaints
from tests.scripts.gitops.played import TAG, Played, entry


def test_an_environment_is_well_when_release_and_charts_are_ready() -> None:
    assert complaints(Played(), TAG) == []


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"release": entry("False", "HealthCheckFailed")}, "the release is not ready: HealthCheckFailed"),
        ({"release": entry(revision="ffffffffffff@sha256:1")}, f"it runs ffffffffffff, not {TAG}"),
        ({"airflow": entry("False", "RollbackSucceeded")}, "airflow is not ready: RollbackSucceeded"),
        ({"platform": entry(generation=2)}, "platform is being changed"),
        ({"platform": {"metadata": {"generation": 1}}}, "platform has not been looked at yet"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, dict[str, Any]], complaint: str) -> None:
    found = complaints(Played(changed), TAG)

    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_a_played_cluster_stands_in_for_a_real_one() -> None:
    assert isinstance(Played(), Cluster)
