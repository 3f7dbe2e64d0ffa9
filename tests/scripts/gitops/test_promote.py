"""A promotion checks everything first, and is then one commit. Cluster and GitHub are played, Git and Helm are real."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from scripts.cluster import chart
from scripts.gitops import GitOpsError, ci, versions
from scripts.gitops.promote import Change, promote, rollback
from tests.scripts.gitops.fleet import Fleet
from tests.scripts.gitops.played import Played, entry

MART = "dbt/models/marts/core/customer_360.yml"


@pytest.fixture(autouse=True)
def green(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ci, "require_green", lambda _commit: "green")


def change(fleet: Fleet, *, merge: bool = True) -> Change:
    console = Console(file=StringIO(), width=200)
    return Change(fleet.checkout, "production", console, chart.provide(), merge)


def said(change: Change) -> str:
    file = change.console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def well(commit: str) -> Played:
    return Played(tag=versions.tag_of(commit))


def runs(fleet: Fleet, environment: str) -> str:
    fleet.checkout.fetch()
    return versions.current(fleet.checkout, environment)


def test_a_promotion_lets_production_run_what_staging_runs(fleet: Fleet) -> None:
    fleet.runs("staging", fleet.second)

    assert promote(change(fleet), "staging", well(fleet.second)) == 0

    assert runs(fleet, "production") == versions.tag_of(fleet.second)


def test_a_promotion_is_one_commit_on_a_branch_for_review(fleet: Fleet) -> None:
    fleet.runs("staging", fleet.second)
    before = fleet.remote_commits()

    promote(change(fleet, merge=False), "staging", well(fleet.second))

    assert fleet.remote_commits(f"production-{versions.tag_of(fleet.second)}") == before + 1
    assert fleet.remote_commits() == before


def test_a_second_promotion_changes_nothing(fleet: Fleet) -> None:
    fleet.runs("staging", fleet.second)
    promote(change(fleet), "staging", well(fleet.second))
    before = fleet.remote_commits()
    again = change(fleet)

    assert promote(again, "staging", well(fleet.second)) == 0

    assert "nothing to do" in said(again)
    assert fleet.remote_commits() == before


def test_a_promotion_shows_which_objects_change(fleet: Fleet) -> None:
    fleet.runs("production", fleet.first)
    fleet.runs("staging", fleet.second)
    shown = change(fleet)

    promote(shown, "staging", well(fleet.second))

    assert "+++ b/Deployment/airflow-scheduler" in said(shown)
    assert versions.tag_of(fleet.second) in said(shown)


def test_files_that_are_not_committed_refuse_a_promotion(fleet: Fleet) -> None:
    fleet.runs("staging", fleet.second)
    (fleet.checkout.folder / "left.txt").touch()

    with pytest.raises(GitOpsError, match="commit or stash"):
        promote(change(fleet), "staging", well(fleet.second))


def test_an_environment_that_is_not_well_is_not_promoted(fleet: Fleet) -> None:
    fleet.runs("staging", fleet.second)
    sick = Played({"airflow": entry("False", "RollbackSucceeded")}, versions.tag_of(fleet.second))
    before = fleet.remote_commits()

    with pytest.raises(GitOpsError, match="staging is not well"):
        promote(change(fleet), "staging", sick)

    assert fleet.remote_commits() == before


def test_a_commit_that_is_not_green_is_not_promoted(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def red(_commit: str) -> str:
        raise GitOpsError("e2e.yml was failure")

    monkeypatch.setattr(ci, "require_green", red)
    fleet.runs("staging", fleet.second)

    with pytest.raises(GitOpsError, match="was failure"):
        promote(change(fleet), "staging", well(fleet.second))


def test_a_release_whose_airflow_is_older_than_the_database_is_not_promoted(fleet: Fleet) -> None:
    fleet.runs("production", fleet.second)
    older = fleet.change("charts/airflow/values.yaml", "airflowVersion: 3.3.2", "airflowVersion: 3.2.0")
    fleet.runs("staging", older)

    with pytest.raises(GitOpsError, match=r"Airflow 3\.2\.0 cannot use the database that 3\.3\.2 migrated"):
        promote(change(fleet), "staging", well(older))


@pytest.mark.slow
def test_a_release_that_breaks_readers_of_the_marts_is_not_promoted(fleet: Fleet) -> None:
    fleet.runs("production", fleet.second)
    breaking = fleet.change(
        MART, "      - name: lifetime_value_usd\n", "      - name: lifetime_value_dollars\n"
    )
    fleet.runs("staging", breaking)

    with pytest.raises(GitOpsError, match="readers of the marts would be hit"):
        promote(change(fleet), "staging", well(breaking))


def test_nothing_is_promoted_from_where_nothing_runs(fleet: Fleet) -> None:
    with pytest.raises(GitOpsError, match="staging runs no release yet"):
        promote(change(fleet), "staging", well(fleet.second))


def test_a_main_branch_that_moves_meanwhile_is_followed(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.runs("staging", fleet.second)
    moved: list[str] = []

    def green_while_it_moves(_commit: str) -> str:
        if not moved:
            moved.append(
                fleet.git("commit-tree", "origin/main^{tree}", "-p", "origin/main", "-m", "Meanwhile")
            )
            fleet.git("push", "--quiet", "origin", f"{moved[0]}:main")
        return "green"

    monkeypatch.setattr(ci, "require_green", green_while_it_moves)

    assert promote(change(fleet), "staging", well(fleet.second)) == 0

    assert runs(fleet, "production") == versions.tag_of(fleet.second)
    assert fleet.git("merge-base", "--is-ancestor", moved[0], "origin/main") == ""


def test_a_rollback_lets_production_run_what_it_ran_before(fleet: Fleet) -> None:
    fleet.runs("production", fleet.first)
    fleet.runs("production", fleet.second)

    assert rollback(change(fleet)) == 0

    assert runs(fleet, "production") == versions.tag_of(fleet.first)


def test_a_rollback_to_an_older_airflow_is_refused(fleet: Fleet) -> None:
    newer = fleet.change("charts/airflow/values.yaml", "airflowVersion: 3.3.2", "airflowVersion: 3.4.0")
    fleet.runs("production", fleet.second)
    fleet.runs("production", newer)

    with pytest.raises(GitOpsError, match=r"restore-from-backup\.md"):
        rollback(change(fleet))
