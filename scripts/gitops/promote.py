"""Change what an environment runs: every check first, then one commit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from scripts.cluster.chart import Chart
from scripts.gitops import GitOpsError, ci, compatible, objects, versions
from scripts.gitops.checkout import MAIN, Checkout
from scripts.gitops.health import Cluster, complaints
from scripts.gitops.release import Registry

ATTEMPTS = 5
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True)
class Change:
    """An environment that is to run another release.

    merge: whether the commit goes onto the main branch itself, or onto one that someone reviews.
    """

    checkout: Checkout
    environment: str
    console: Console
    airflow: Chart
    merge: bool = False


def stage(change: Change, commit: str, registry: Registry) -> int:
    """Let an environment run a published release. Raises GitOpsError and CommandError."""
    change.checkout.require_clean()
    change.checkout.fetch()
    full = change.checkout.commit(commit)
    registry.require(versions.tag_of(full))
    return _write(change, lambda: full)


def promote(change: Change, source: str, cluster: Cluster, checks_ci: bool = True) -> int:
    """Let an environment run what `source` runs. Raises GitOpsError and CommandError."""
    change.checkout.require_clean()

    def chosen() -> str:
        tag = versions.current(change.checkout, source)
        if tag == versions.NONE:
            raise GitOpsError(f"{source} runs no release yet: stage one first")
        commit = change.checkout.commit(tag)
        if tag == versions.current(change.checkout, change.environment):
            return commit
        if wrong := complaints(cluster, tag):
            raise GitOpsError(f"{source} is not well with {tag}:\n" + "\n".join(wrong))
        _say(change, f"{source} runs {tag} and is well")
        _say(change, f"CI: {ci.require_green(commit)}" if checks_ci else "CI: not asked, this place has none")
        return commit

    return _write(change, chosen)


def rollback(change: Change) -> int:
    """Let an environment run what it ran before. Raises GitOpsError and CommandError."""
    change.checkout.require_clean()
    return _write(
        change, lambda: change.checkout.commit(versions.previous(change.checkout, change.environment))
    )


def _write(change: Change, choose: Callable[[], str]) -> int:
    """Choose a commit and write it down; anew when the main branch moves meanwhile."""
    checkout, environment = change.checkout, change.environment
    for _ in range(ATTEMPTS):
        checkout.fetch()
        commit = choose()
        tag, now = versions.tag_of(commit), versions.current(checkout, environment)
        if tag == now:
            _say(change, f"{environment} is to run {tag} already: nothing to do")
            return 0
        if now != versions.NONE:
            before = checkout.commit(now)
            _say(change, f"database: {compatible.require_database(checkout, before, commit)}")
            _say(change, f"readers: {compatible.require_readers(checkout, before, commit)}")
            _show(change, before, commit)
        file = versions.path(environment)
        text = versions.write(checkout.read(checkout.head, file), tag)
        branch = MAIN if change.merge else f"{environment}-{tag}"
        if checkout.push_change(file, text, f"Run {tag} in {environment}, not {now}", branch):
            _say(change, f"{environment}: {now} to {tag}, pushed as {branch}")
            return 0
        time.sleep(1)
    raise GitOpsError("the main branch kept moving; try again")


def _show(change: Change, before: str, after: str) -> None:
    old, new = (
        objects.rendered(change.checkout, commit, change.environment, change.airflow)
        for commit in (before, after)
    )
    for line in objects.differences(old, new):
        change.console.print(Text(line, COLOURS.get(line[:1], "")))


def _say(change: Change, text: str) -> None:
    change.console.print(text, highlight=False)
