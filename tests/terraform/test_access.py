"""A plan grants what terraform/access.yaml says, and nothing else; what the table says is what the design allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from scripts.terraform.access import TABLE, Names, expected, granted, problems
from scripts.terraform.workspace import ENVIRONMENTS

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

Plan = dict[str, Any]

# Ten ways to let somebody in who should not be.
PLANTED = {
    "an account of the table gets another bucket": (
        """resource "google_storage_bucket_iam_member" "planted" {
             bucket = google_storage_bucket.this["raw"].name
             role   = "roles/storage.objectViewer"
             member = google_service_account.this["uploader"].member
           }""",
        "not in the table: uploader: roles/storage.objectViewer on buckets raw",
    ),
    "everybody may read a bucket": (
        """resource "google_storage_bucket_iam_member" "planted" {
             bucket = google_storage_bucket.this["landing"].name
             role   = "roles/storage.objectViewer"
             member = "allUsers"
           }""",
        "never everybody: allUsers: roles/storage.objectViewer on buckets landing",
    ),
    "a person gets a primitive role": (
        """resource "google_project_iam_member" "planted" {
             project = var.project_id
             role    = "roles/editor"
             member  = "user:someone@example.com"
           }""",
        "never a primitive role: user:someone@example.com: roles/editor on project",
    ),
    "analysts read every dataset of the project": (
        """resource "google_project_iam_member" "planted" {
             project = var.project_id
             role    = "roles/bigquery.dataViewer"
             member  = "group:analysts@example.com"
           }""",
        "never data of the whole project: group:analysts: roles/bigquery.dataViewer on project",
    ),
    "an account has a key": (
        """resource "google_service_account_key" "planted" {
             service_account_id = google_service_account.this["dbt"].name
           }""",
        "not understood: google_service_account_key.planted",
    ),
    "a bucket has a list of its own": (
        """resource "google_storage_bucket_acl" "planted" {
             bucket         = google_storage_bucket.this["raw"].name
             predefined_acl = "publicRead"
           }""",
        "not understood: google_storage_bucket_acl.planted",
    ),
    "every pod of the cluster may act as dbt": (
        """resource "google_service_account_iam_member" "planted" {
             service_account_id = google_service_account.this["dbt"].id
             role               = "roles/iam.workloadIdentityUser"
             member             = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/any/*"
           }""",
        "never everybody: principalSet:",
    ),
    "another pod may act as dbt": (
        """resource "google_service_account_iam_member" "planted" {
             service_account_id = local.account_ids.dbt
             role               = "roles/iam.workloadIdentityUser"
             member             = "serviceAccount:${var.project_id}.svc.id.goog[customer-360/uploader]"
           }""",
        "not in the table: pod uploader: roles/iam.workloadIdentityUser on accounts dbt",
    ),
    "marketing reads hash keys": (
        """resource "google_secret_manager_secret_iam_member" "planted" {
             secret_id = google_secret_manager_secret.this["hash-keys"].secret_id
             role      = "roles/secretmanager.secretAccessor"
             member    = "group:marketing@example.com"
           }""",
        "not in the table: group:marketing: roles/secretmanager.secretAccessor on secrets hash-keys",
    ),
    "a dataset is left to the default": (
        """resource "google_bigquery_dataset" "planted" {
             dataset_id = "olist_planted"
             location   = "US"
           }""",
        "open: google_bigquery_dataset.planted has no access block",
    ),
    "a dataset names all readers of the project": (
        """resource "google_bigquery_dataset" "planted" {
             dataset_id = "olist_planted"
             location   = "US"
             access {
               role          = "roles/bigquery.dataViewer"
               special_group = "projectReaders"
             }
           }""",
        "never everybody: special_group:projectReaders: roles/bigquery.dataViewer on datasets planted",
    ),
    "a whole policy replaces the project's": (
        """resource "google_project_iam_policy" "planted" {
             project     = var.project_id
             policy_data = jsonencode({ bindings = [] })
           }""",
        "not understood: google_project_iam_policy.planted",
    ),
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_plan_grants_what_the_table_says_and_nothing_more(plans: dict[str, Plan], environment: str) -> None:
    assert problems(plans[environment]) == []


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_grant_is_found(planted: Callable[[str], Plan], mistake: str) -> None:
    configuration, problem = PLANTED[mistake]

    found = problems(planted(configuration))

    assert [line for line in found if line.startswith(problem)], found


def test_a_row_that_no_plan_grants_is_missed(plans: dict[str, Plan]) -> None:
    table = yaml.safe_load(TABLE.read_text())
    table["matrix"]["loader"]["buckets"]["landing"] = "read"

    assert problems(plans["staging"], table) == [
        "missing: loader: roles/storage.objectViewer on buckets landing"
    ]


def test_only_marketing_and_what_builds_it_reach_the_restricted_mart(plans: dict[str, Plan]) -> None:
    assert _who(plans, "datasets", "restricted") == {"dbt", "group:marketing", "terraform"}


def test_analysts_reach_one_dataset(plans: dict[str, Plan]) -> None:
    assert {
        grant.what for grant in _grants(plans) if grant.who == "group:analysts" and grant.kind == "datasets"
    } == {"marts"}


def test_the_uploader_never_touches_bigquery(plans: dict[str, Plan]) -> None:
    assert {grant.kind for grant in _grants(plans) if grant.who == "uploader"} == {"buckets"}


def test_the_uploader_may_create_in_the_raw_bucket_and_not_read(plans: dict[str, Plan]) -> None:
    rights = {grant.role for grant in _grants(plans) if (grant.who, grant.what) == ("uploader", "raw")}

    assert rights == {"roles/storage.objectCreator"}


def test_airflow_itself_sees_no_data(plans: dict[str, Plan]) -> None:
    assert {(grant.kind, grant.what) for grant in _grants(plans) if grant.who == "airflow"} == {
        ("buckets", "logs")
    }


def test_dbt_never_reads_a_bucket_of_data(plans: dict[str, Plan]) -> None:
    assert {grant.what for grant in _grants(plans) if (grant.who, grant.kind) == ("dbt", "buckets")} == {
        "logs"
    }


def test_hash_keys_are_read_by_dbt_alone(plans: dict[str, Plan]) -> None:
    assert _who(plans, "secrets", "hash-keys") == {"dbt"}


def test_who_was_erased_is_known_to_the_eraser_alone(plans: dict[str, Plan]) -> None:
    assert _who(plans, "secrets", "erasure-key") == {"eraser"}
    assert _who(plans, "datasets", "erasures") == {"eraser", "terraform"}


def test_raw_objects_are_deleted_by_the_eraser_alone(plans: dict[str, Plan]) -> None:
    writing = {
        grant.who
        for grant in _grants(plans)
        if (grant.what, grant.role) == ("raw", "roles/storage.objectUser")
    }

    assert writing == {"eraser"}


def test_the_eraser_sees_neither_contacts_nor_what_dbt_makes_of_them(plans: dict[str, Plan]) -> None:
    seen = {grant.what for grant in _grants(plans) if (grant.who, grant.kind) == ("eraser", "datasets")}

    assert seen == {"raw", "keys", "erasures", "marts"}


def test_ci_is_nobody_in_production(plans: dict[str, Plan]) -> None:
    assert [grant for grant in _of(plans, "production") if grant.who.startswith("ci")] == []


def test_workflows_are_but_the_planner_and_the_one_that_applies_in_production(plans: dict[str, Plan]) -> None:
    assert {
        (grant.who, grant.what) for grant in _of(plans, "production") if grant.who.startswith("workflow")
    } == {
        ("workflow pull_request", "plan"),
        ("workflow ref:refs/heads/main", "plan"),
        ("workflow environment:production", "plan"),
        ("workflow environment:production", "terraform"),
    }


def test_who_plans_reads_the_state_and_no_data(plans: dict[str, Plan]) -> None:
    assert {(grant.kind, grant.what, grant.role) for grant in _grants(plans) if grant.who == "plan"} == {
        ("project", "", "planner"),
        ("buckets", "terraform", "roles/storage.objectViewer"),
    }


def test_only_the_workflow_of_a_release_pushes_images(plans: dict[str, Plan]) -> None:
    pushes = {grant.who for grant in _grants(plans) if grant.role == "roles/artifactregistry.writer"}
    assert pushes == {"ci-images"}
    assert _who(plans, "accounts", "ci-images") == {"workflow environment:release"}


def test_without_a_repository_no_workflow_is_anybody(plans: dict[str, Plan]) -> None:
    plan = plans["production"]
    names = Names(plan | {"variables": plan["variables"] | {"github_repository": {"value": None}}})
    table = yaml.safe_load(TABLE.read_text())

    assert [grant for grant in expected(table, names) if "workflow" in grant.who or grant.who == "plan"] == []


def _of(plans: dict[str, Plan], environment: str) -> list[Any]:
    return list(granted(plans[environment], Names(plans[environment])))


def _grants(plans: dict[str, Plan]) -> list[Any]:
    return [grant for plan in plans.values() for grant in granted(plan, Names(plan))]


def _who(plans: dict[str, Plan], kind: str, what: str) -> set[str]:
    return {grant.who for grant in _grants(plans) if (grant.kind, grant.what) == (kind, what)}
