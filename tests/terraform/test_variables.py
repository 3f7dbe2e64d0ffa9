"""A variable that is wrong is refused with words that say what is allowed."""

from __future__ import annotations

import json

import pytest

from scripts.commands import CommandError
from scripts.terraform.workspace import Workspace

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

RANGES = {
    "nodes": "10.61.0.0/20",
    "pods": "10.64.0.0/16",
    "services": "10.62.0.0/20",
    "control_plane": "172.16.0.0/28",
    "private_services": "10.60.0.0/24",
}
WRONG = {
    "environment": ("qa", "environment must be staging or production"),
    "project_id": ("Customer_360", "project_id must be a project's ID"),
    "project_number": ("customer-360", "project_number must be the project's number"),
    "artifacts_project": ("x", "artifacts_project must be a project's ID"),
    "region": ("us-central1-a", "region must be a region such as us-central1"),
    "bigquery_location": ("us", "bigquery_location must be US, EU or a region"),
    "authorised_networks": ('{all="0.0.0.0/0"}', "the control plane is not for everybody"),
    "gke_mode": ("autopilots", "gke_mode must be autopilot or standard"),
    "node_pool": ('{machine_type="e2-standard-4",least=3,most=1}', "node_pool must have 0 <= least <= most"),
    "database": ('{tier="db-g1-small",disk_gb=5,standby=false}', "database.disk_gb must be at least 10"),
    "groups": ('{analysts="group:a@example.com",marketing="m@example.com"}', "without group: before them"),
    "github_repository": ("example/*", "github_repository must be OWNER/NAME, without wildcards"),
    "hash_key_version": ("1.5", "hash_key_version must be a whole number from 1 up"),
    "alert_emails": ('["nobody"]', "alert_emails must be e-mail addresses"),
    "budget": (
        '{billing_account="1",amount=1}',
        "budget.billing_account must look like 000000-AAAAAA-000000",
    ),
    "other_images": ('["*"]', "other_images must name registries"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_told_with_what_is_allowed(workspace: Workspace, name: str) -> None:
    value, message = WRONG[name]

    assert message in refusal(workspace, **{name: value})


@pytest.mark.parametrize(
    ("range_name", "value", "message"),
    [
        ("nodes", "10.61.0.0", "ranges must be IPv4 ranges"),
        ("control_plane", "172.16.0.0/24", "ranges.control_plane must be a /28"),
    ],
)
def test_a_wrong_range_is_told_with_what_is_allowed(
    workspace: Workspace, range_name: str, value: str, message: str
) -> None:
    assert message in refusal(workspace, ranges=json.dumps({**RANGES, range_name: value}))


def test_ci_in_production_is_refused(workspace: Workspace) -> None:
    with pytest.raises(CommandError) as error:
        workspace.plan("production", runs_ci="true")

    assert "runs_ci must be false in production: CI never writes there." in joined(error.value)


def refusal(workspace: Workspace, **variables: str) -> str:
    """What Terraform says to a plan of staging with these variables, on one line."""
    with pytest.raises(CommandError) as error:
        workspace.plan("staging", **variables)
    return joined(error.value)


def joined(error: CommandError) -> str:
    """An error without the frame and the line breaks that Terraform puts into it."""
    return " ".join(str(error).replace("│", " ").split())
