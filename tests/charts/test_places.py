"""Places differ in values, and only where they have to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.charts.rendering import CHARTS

# What may differ between staging and production: identity and names by the project, and what a lost node must not stop.
AIRFLOW_GOOGLE = (
    r"customer360\.logs",
    r"customer360\.environment\.C360_(PROJECT|RAW_BUCKET|SOURCE_URI|LOCATION|HASH_KEY_VERSION|POLICY_TAGS)",
    r"(apiServer|scheduler|triggerer)\.serviceAccount\.annotations\..+",
    r"(apiServer|scheduler)\.(replicas|podDisruptionBudget\.enabled)",
)
AIRFLOW_KIND = (
    r"images\.airflow\.repository",
    r"customer360\.(logs|environment\..+|taskResources\.requests\.(cpu|memory))",
    r"config\.core\.dags_are_paused_at_creation",
    r"config\.logging\.remote_log_conn_id",
    r"config\.workers\.min_heartbeat_interval",
    r"config\.kubernetes_executor\.delete_worker_pods_on_failure",
    r"config\.(scheduler|dag_processor|triggerer)\..+",
    r"(apiServer|scheduler|dagProcessor|triggerer)\.(resources\.requests|livenessProbe|readinessProbe|waitForMigrations)\..+",
    r"apiServer\.service\..+",
    r"statsd\.enabled",
)
PLATFORM_GOOGLE = (
    r"serviceAccounts\.(uploader|eraser|loader|dbt)\..+",
    r"externalSecrets\.(project|annotations\..+)",
    r"network\.destinations\..+",
)
PLATFORM_KIND = (
    r"airflow\.(repository|resources\.requests\.(cpu|memory))",
    r"quota\..+",
    r"network\.(destinations\..+|visitors)",
    r"monitoring\.system",
)


def values(chart: str, file: str) -> dict[str, Any]:
    """A values file as it stands."""
    found: dict[str, Any] = yaml.safe_load((CHARTS / chart / f"{file}.yaml").read_text())
    return found


def paths(tree: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its path; a list is one value, as Helm replaces it whole."""
    if isinstance(tree, dict) and tree:
        for key, entry in tree.items():
            yield from paths(entry, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, tree


@pytest.mark.parametrize(
    ("chart", "place", "allowed"),
    [
        ("airflow", "staging", AIRFLOW_GOOGLE),
        ("airflow", "production", AIRFLOW_GOOGLE),
        ("airflow", "kind", AIRFLOW_KIND),
        ("platform", "staging", PLATFORM_GOOGLE),
        ("platform", "production", PLATFORM_GOOGLE),
        ("platform", "kind", PLATFORM_KIND),
    ],
)
def test_a_place_sets_only_what_may_differ(chart: str, place: str, allowed: tuple[str, ...]) -> None:
    set_here = {path for path, _ in paths(values(chart, f"values-{place}"))}

    assert {path for path in set_here if not any(re.fullmatch(rule, path) for rule in allowed)} == set()


@pytest.mark.parametrize("chart", ["airflow", "platform"])
@pytest.mark.parametrize("place", ["kind", "staging", "production"])
def test_a_place_repeats_nothing_that_holds_everywhere(chart: str, place: str) -> None:
    everywhere = dict(paths(values(chart, "values")))

    repeated = [
        path
        for path, value in paths(values(chart, f"values-{place}"))
        if path in everywhere and everywhere[path] == value
    ]

    assert repeated == []


@pytest.mark.parametrize("chart", ["airflow", "platform"])
def test_staging_and_production_are_told_apart_by_their_names_alone(chart: str) -> None:
    """But for replicas, and the ranges of their networks."""
    staging, production = (
        dict(paths(values(chart, f"values-{place}"))) for place in ("staging", "production")
    )
    unlike = {
        path
        for path in staging.keys() | production.keys()
        if str(staging.get(path)).replace("staging", "production") != str(production.get(path))
    }

    assert (
        unlike
        == {
            "airflow": {
                "apiServer.replicas",
                "apiServer.podDisruptionBudget.enabled",
                "scheduler.replicas",
                "scheduler.podDisruptionBudget.enabled",
            },
            "platform": {"network.destinations.database", "network.destinations.kubernetes"},
        }[chart]
    )


@pytest.mark.parametrize("place", ["kind", "staging", "production"])
@pytest.mark.parametrize("chart", ["airflow", "platform"])
def test_no_place_names_what_is_another_places(chart: str, place: str) -> None:
    projects = {"kind": "sandbox", "staging": "staging", "production": "production"}
    others = "|".join(projects[other] for other in projects.keys() - {place})
    foreign = re.compile(rf"customer-360-({others})\b")

    assert [entry for entry in paths(values(chart, f"values-{place}")) if foreign.search(str(entry))] == []


@pytest.mark.parametrize("place", ["staging", "production"])
@pytest.mark.parametrize("chart", ["airflow", "platform"])
def test_no_place_names_the_commit(chart: str, place: str) -> None:
    """GitOps does, in one line: a promotion is a change of that line."""
    assert not [path for path, _ in paths(values(chart, f"values-{place}")) if path.endswith(".tag")]
