"""The charts take what Terraform knows: projects, buckets, identities and ranges come from one place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.terraform.values import applied_values, chart_values, files
from scripts.terraform.workspace import ENVIRONMENTS, Workspace
from tests.charts.test_places import paths

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

Plan = dict[str, Any]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_charts_values_are_terraform_s(plans: dict[str, Plan], environment: str) -> None:
    stale = [
        path
        for path, before, after in files(environment, chart_values(plans[environment]))
        if before != after
    ]

    assert stale == [], f"run make tf-values ENV={environment}"


def test_another_project_changes_every_value_that_names_one(workspace: Workspace) -> None:
    plan = workspace.plan("staging", project_id="acme-data")

    written = "".join(after for _, _, after in files("staging", chart_values(plan)))

    assert "acme-data" in written
    assert re.findall(r"customer-360-staging", written) == []


def test_after_an_apply_dbt_hears_of_the_policy_tags() -> None:
    environment = {"C360_PROJECT": "acme-data"}
    outputs = {
        "chart_values": {"value": {"airflow": {"customer360": {"environment": environment}}}},
        "dbt_policy_tags": {"value": {"free_text": "tags/2", "contact": "tags/1"}},
    }

    found = applied_values(outputs)["airflow"]["customer360"]["environment"]

    assert found == {
        "C360_PROJECT": "acme-data",
        "C360_POLICY_TAGS": '{"contact": "tags/1", "free_text": "tags/2"}',
    }


def test_comments_and_other_values_stay(plans: dict[str, Plan], tmp_path: Path) -> None:
    for chart in ("airflow", "platform"):
        (tmp_path / chart).mkdir()
        (tmp_path / chart / "values-staging.yaml").write_text("# Ours.\nquota: {pods: '7'} # seven\n")

    for _, _, after in files("staging", chart_values(plans["staging"]), tmp_path):
        assert after.startswith("# Ours.\nquota: {pods: '7'} # seven\n")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_accounts_of_pods_have_the_identity_that_may_be_theirs(
    plans: dict[str, Plan], environment: str
) -> None:
    """An annotation on one side and a binding on the other, or the pod signs in as nobody."""
    platform = yaml.safe_load(Path(f"charts/platform/values-{environment}.yaml").read_text())
    annotated = {
        path.split(".")[1]: value for path, value in paths(platform["serviceAccounts"], "serviceAccounts")
    }
    bound = {
        resource["index"]: resource["values"]["service_account_id"].rpartition("/")[2]
        for resource in plans[environment]["planned_values"]["root_module"]["resources"]
        if resource["address"].startswith("google_service_account_iam_member.pods")
    }

    assert annotated.items() <= bound.items()
