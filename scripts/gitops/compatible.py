"""Whether an environment can go from one release to another without breaking its database or its readers."""

from __future__ import annotations

import sys
from typing import Any

import yaml

from scripts.cluster.chart import REPOSITORY
from scripts.commands import CommandError, run
from scripts.gitops import GitOpsError
from scripts.gitops.checkout import Checkout

VALUES = "charts/airflow/values.yaml"


def require_database(checkout: Checkout, before: str, after: str) -> str:
    """One line about Airflow's versions. Raises GitOpsError when the database would have to go back.

    A release migrates the database forwards, while the components of the old one still run; nothing migrates it back.
    """
    old, new = (_airflow_version(checkout, commit) for commit in (before, after))
    if _numbers(new) < _numbers(old):
        raise GitOpsError(
            f"Airflow {new} cannot use the database that {old} migrated: restore it as "
            "charts/platform/runbooks/restore-from-backup.md says, or go to a release with at least that version"
        )
    if _numbers(new)[0] != _numbers(old)[0]:
        raise GitOpsError(
            f"Airflow {old} cannot run on while {new} migrates its database: stop it first, by hand"
        )
    return f"Airflow {old} to {new}"


def require_readers(checkout: Checkout, before: str, after: str) -> str:
    """One line about dbt's contracts. Raises GitOpsError when somebody who reads the tables would be hit."""
    # Who may read them is Terraform's to say.
    if not checkout.differs(before, after, "dbt", "terraform/access.yaml"):
        return "dbt is the same"
    with checkout.worktree(after) as tree:
        command = (sys.executable, "-m", "scripts.contracts", "--root", tree, "--base", before)
        try:
            return run(*command, cwd=REPOSITORY).splitlines()[-1]
        except CommandError as error:
            raise GitOpsError(f"readers of the marts would be hit; keep what they read\n{error}") from error


def _airflow_version(checkout: Checkout, commit: str) -> str:
    values: dict[str, Any] = yaml.safe_load(checkout.read(commit, VALUES))
    return str(values["airflowVersion"])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
