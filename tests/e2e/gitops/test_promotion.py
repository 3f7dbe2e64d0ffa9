"""From a commit to production on a real cluster with Flux, in the order of a release's life."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scripts.cluster.run import DAG
from scripts.gitops import kind
from scripts.gitops.health import Cluster
from scripts.gitops.versions import tag_of
from scripts.marts import differences
from tests.e2e.conftest import Done
from tests.e2e.gitops.conftest import Fleet, Releases, attempted, clone, is_well, request, timings, until
from tests.e2e.place import Place, landed

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

STAGING, PRODUCTION = kind.cluster("staging"), kind.cluster("production")
APPLIED_SECONDS = 60


def serving_tag(cluster: Cluster) -> str:
    """The tag of the image that an environment's scheduler runs."""
    deployment = cluster.get("deployment", "airflow-scheduler")
    image: str = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    return image.rpartition(":")[2]


def is_serving(cluster: Cluster, commit: str) -> bool:
    """True when the scheduler runs a commit's image and is ready."""
    deployment = cluster.get("deployment", "airflow-scheduler")
    return serving_tag(cluster) == tag_of(commit) and deployment["status"].get("readyReplicas", 0) >= 1


@pytest.fixture(scope="module")
def staged(fleet: Fleet, releases: Releases) -> float:
    """Staging runs the good release; seconds from the push until Flux applied it."""
    fleet.do("stage", "--commit", releases.good)
    applied = until(lambda: attempted(STAGING) == tag_of(releases.good))
    timings["from push to applied in staging"] = applied
    timings["from push to well in staging, a first installation"] = applied + until(
        lambda: is_well(STAGING, releases.good)
    )
    return applied


@pytest.fixture(scope="module")
def promoted(fleet: Fleet, releases: Releases, staged: float) -> float:
    """Production runs it too; seconds from the promotion until Flux applied it."""
    assert staged
    fleet.do("promote")
    applied = until(lambda: attempted(PRODUCTION) == tag_of(releases.good))
    timings["from promotion to applied in production"] = applied
    timings["from promotion to well in production"] = applied + until(
        lambda: is_well(PRODUCTION, releases.good)
    )
    return applied


@pytest.fixture(scope="module")
def broken(fleet: Fleet, releases: Releases, promoted: float) -> str:
    """Staging was given the bad release; what Flux says of it once it has given up."""
    assert promoted
    fleet.do("stage", "--commit", releases.bad)
    until(lambda: attempted(STAGING) == tag_of(releases.bad))
    timings["from a bad release to rolled back in staging"] = until(lambda: bool(failure(STAGING)))
    return failure(STAGING)


def failure(cluster: Cluster) -> str:
    """Why the platform's Helm release is not ready, once Helm has gone back; empty before."""
    status = cluster.get("helmreleases.helm.toolkit.fluxcd.io", "platform").get("status", {})
    conditions = {entry["type"]: entry for entry in status.get("conditions", ())}
    if "Remediated" in conditions and conditions["Ready"]["status"] == "False":
        reason: str = conditions["Ready"]["reason"]
        return reason
    return ""


def test_staging_follows_a_commit_within_a_minute(staged: float) -> None:
    assert staged < APPLIED_SECONDS


def test_a_promotion_reaches_production(promoted: float, releases: Releases) -> None:
    assert promoted < APPLIED_SECONDS
    assert is_serving(PRODUCTION, releases.good)


def test_a_second_promotion_makes_no_commit(fleet: Fleet, promoted: float) -> None:
    assert promoted
    before = fleet.commits()

    fleet.do("promote")

    assert fleet.commits() == before


def test_a_bad_release_leaves_the_old_one_serving(broken: str, releases: Releases) -> None:
    assert broken == "RollbackSucceeded"
    assert is_serving(STAGING, releases.good)
    STAGING.kubectl("exec", "deployment/airflow-scheduler", "--", "airflow", "dags", "details", DAG)


def test_a_broken_environment_is_not_promoted(fleet: Fleet, broken: str) -> None:
    assert broken
    before = fleet.commits()

    code, said = fleet.attempt("promote")

    assert (code, fleet.commits()) == (1, before)
    assert "staging is not well" in said


def test_the_next_release_mends_what_a_bad_one_broke(fleet: Fleet, releases: Releases, broken: str) -> None:
    assert broken
    fleet.do("stage", "--commit", releases.other)

    timings["from the next release to well in staging"] = until(lambda: is_well(STAGING, releases.other))


def test_what_is_edited_by_hand_is_put_back(promoted: float) -> None:
    assert promoted
    STAGING.kubectl(
        "patch", "role", "pod-launcher", "--type=json", "--patch", '[{"op": "remove", "path": "/rules/0"}]'
    )

    timings["from an edit by hand to put back"] = until(
        lambda: len(STAGING.get("role", "pod-launcher")["rules"]) == 3, 180
    )


def test_a_deleted_release_comes_back(promoted: float, releases: Releases) -> None:
    assert promoted
    STAGING.kubectl("delete", "helmrelease", "airflow")
    request(STAGING, "kustomizations.kustomize.toolkit.fluxcd.io", "release")

    timings["from a deleted release to back"] = until(lambda: is_well(STAGING, releases.other))


def test_two_promotions_at_once_make_one_commit_and_a_run_goes_on_through_them(
    fleet: Fleet, releases: Releases, address: str, tmp_path: Path, place: Place, delivery: Path, done: Done
) -> None:
    # Two people have two clones; within one, git locks its files.
    colleague = replace(fleet, checkout=clone(address, tmp_path / "clone"))
    run_id = place.trigger(landed(delivery), full_refresh=True)
    place.wait_until(run_id, "uploads.upload", "running")
    before = fleet.commits()

    both = [fleet.start("promote"), colleague.start("promote")]
    said = [process.communicate()[0] for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert fleet.commits() == before + 1
    timings["from promotion to well in production, with a run going on"] = until(
        lambda: is_well(PRODUCTION, releases.other)
    )
    assert is_serving(PRODUCTION, releases.other)
    assert place.finish(run_id) == "success"
    assert differences(done.marts, place.marts()) == {}


def test_a_rollback_takes_production_back_to_the_release_before(fleet: Fleet, releases: Releases) -> None:
    fleet.do("rollback", "--to", "production")

    timings["from rollback to well in production"] = until(lambda: is_well(PRODUCTION, releases.good))
    assert is_serving(PRODUCTION, releases.good)


def test_what_should_run_and_what_runs_agree_at_the_end(fleet: Fleet) -> None:
    assert fleet.attempt("drift", "--to", "production")[0] == 0
