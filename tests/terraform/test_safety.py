"""What keeps data safe and costs bounded stands in the plan of every environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.terraform.access import resources
from scripts.terraform.workspace import ENVIRONMENTS

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

Plan = dict[str, Any]


@pytest.fixture(params=ENVIRONMENTS)
def plan(plans: dict[str, Plan], request: pytest.FixtureRequest) -> Plan:
    """The plan of each environment in turn."""
    return plans[request.param]


def all_of(plan: Plan, kind: str) -> list[dict[str, Any]]:
    """The values of every resource of a type; there is at least one."""
    found = [resource["values"] for resource in resources(plan) if resource["type"] == kind]
    assert found, f"no {kind} in the plan"
    return found


def one_of(plan: Plan, kind: str) -> dict[str, Any]:
    """The values of the only resource of a type."""
    (found,) = all_of(plan, kind)
    return found


def rules(bucket: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lifecycle of a bucket: what happens, and when."""
    for rule in bucket["lifecycle_rule"]:
        action, condition = rule["action"][0], rule["condition"][0]
        yield (
            action.get("storage_class") or action["type"],
            {key: value for key, value in condition.items() if value},
        )


# --- Buckets ----------------------------------------------------------------------------------------------------------


def test_no_bucket_can_be_made_public(plan: Plan) -> None:
    for bucket in all_of(plan, "google_storage_bucket"):
        assert bucket["public_access_prevention"] == "enforced"
        assert bucket["uniform_bucket_level_access"]


def test_what_is_deleted_or_replaced_in_a_bucket_can_be_brought_back(plan: Plan) -> None:
    for bucket in all_of(plan, "google_storage_bucket"):
        assert bucket["versioning"] == [{"enabled": True}]
        if not bucket["name"].endswith("-raw"):
            assert bucket["soft_delete_policy"][0]["retention_duration_seconds"] >= 7 * 24 * 3600


def test_what_an_erasure_deletes_from_the_raw_bucket_is_gone_at_once(plan: Plan) -> None:
    (raw,) = [bucket for bucket in all_of(plan, "google_storage_bucket") if bucket["name"].endswith("-raw")]

    assert raw["soft_delete_policy"][0]["retention_duration_seconds"] == 0


def test_raw_objects_grow_cheaper_with_age(plan: Plan) -> None:
    (raw,) = [bucket for bucket in all_of(plan, "google_storage_bucket") if bucket["name"].endswith("-raw")]

    ages = {action: when.get("age") for action, when in rules(raw)}

    assert (ages["NEARLINE"], ages["COLDLINE"]) == (30, 90)


def test_old_generations_do_not_stay(plan: Plan) -> None:
    for bucket in all_of(plan, "google_storage_bucket"):
        assert ("Delete", {"days_since_noncurrent_time": 30, "with_state": "ARCHIVED"}) in list(rules(bucket))


# --- Cluster ----------------------------------------------------------------------------------------------------------


def test_nodes_have_no_public_address(plan: Plan) -> None:
    assert one_of(plan, "google_container_cluster")["private_cluster_config"][0]["enable_private_nodes"]


def test_the_control_plane_is_not_open_to_the_world(plan: Plan) -> None:
    allowed = one_of(plan, "google_container_cluster")["master_authorized_networks_config"][0]

    assert allowed["gcp_public_cidrs_access_enabled"] is False
    assert "0.0.0.0/0" not in {block["cidr_block"] for block in allowed["cidr_blocks"]}


def test_secrets_in_the_cluster_are_encrypted_with_our_key(plan: Plan) -> None:
    assert one_of(plan, "google_container_cluster")["database_encryption"][0]["state"] == "ENCRYPTED"


def test_pods_have_identities_of_their_own(plan: Plan) -> None:
    cluster = one_of(plan, "google_container_cluster")

    assert cluster["workload_identity_config"][0]["workload_pool"] == f"{_project(plan)}.svc.id.goog"


def test_network_policies_are_enforced(plan: Plan) -> None:
    assert one_of(plan, "google_container_cluster")["datapath_provider"] == "ADVANCED_DATAPATH"


def test_only_known_images_run(plan: Plan) -> None:
    policy = one_of(plan, "google_binary_authorization_policy")
    patterns = [pattern["name_pattern"] for pattern in policy["admission_whitelist_patterns"]]

    assert policy["default_admission_rule"][0]["evaluation_mode"] == "ALWAYS_DENY"
    assert all(pattern.count("/") >= 2 for pattern in patterns), patterns


# --- Network ----------------------------------------------------------------------------------------------------------


def test_nothing_comes_in(plan: Plan) -> None:
    inward = [wall for wall in all_of(plan, "google_compute_firewall") if wall["direction"] == "INGRESS"]

    assert [wall for wall in inward if wall["allow"]] == []
    assert [wall["source_ranges"] for wall in inward if wall["deny"]] == [["0.0.0.0/0"]]


def test_ranges_of_environments_do_not_overlap(plans: dict[str, Plan]) -> None:
    """So that both can be connected to one office."""
    from ipaddress import ip_network

    ranges = [
        ip_network(value)
        for plan in plans.values()
        for value in plan["variables"]["ranges"]["value"].values()
    ]

    assert [(a, b) for a in ranges for b in ranges if a is not b and a.overlaps(b)] == []


# --- Database, keys, secrets ------------------------------------------------------------------------------------------


def test_the_database_has_a_private_address_and_takes_tls_alone(plan: Plan) -> None:
    network = one_of(plan, "google_sql_database_instance")["settings"][0]["ip_configuration"][0]

    assert (network["ipv4_enabled"], network["ssl_mode"]) == (False, "ENCRYPTED_ONLY")


def test_the_database_can_be_brought_back_to_any_second_of_a_week(plan: Plan) -> None:
    backup = one_of(plan, "google_sql_database_instance")["settings"][0]["backup_configuration"][0]

    assert backup["enabled"]
    assert backup["point_in_time_recovery_enabled"]
    assert backup["transaction_log_retention_days"] == 7


def test_keys_rotate_within_90_days(plan: Plan) -> None:
    for key in all_of(plan, "google_kms_crypto_key"):
        assert int(key["rotation_period"].removesuffix("s")) <= 90 * 24 * 3600


def test_no_secret_stands_in_a_plan(plan: Plan) -> None:
    versions = all_of(plan, "google_secret_manager_secret_version")

    assert [
        version for version in versions if version.get("secret_data") or version.get("secret_data_wo")
    ] == []
    assert [
        user for user in all_of(plan, "google_sql_user") if user.get("password") or user.get("password_wo")
    ] == []


# --- BigQuery and cost ------------------------------------------------------------------------------------------------


def test_every_dataset_says_whether_it_holds_personal_data(plan: Plan) -> None:
    assert {dataset["labels"]["personal"] for dataset in all_of(plan, "google_bigquery_dataset")} == {
        "true",
        "false",
    }


def test_every_kind_of_personal_data_has_a_masking_rule(plan: Plan) -> None:
    tags = {tag["display_name"] for tag in all_of(plan, "google_data_catalog_policy_tag")}
    masks = {rule["data_policy_id"] for rule in all_of(plan, "google_bigquery_datapolicy_data_policy")}

    assert tags == {"contact", "identifier", "free_text"}
    assert len(masks) == len(tags)


def test_tables_of_ci_expire(plans: dict[str, Plan]) -> None:
    datasets = [
        dataset
        for dataset in all_of(plans["staging"], "google_bigquery_dataset")
        if dataset["dataset_id"].startswith("olist_ci_")
    ]

    assert {dataset["default_table_expiration_ms"] for dataset in datasets} == {30 * 24 * 3600 * 1000}


def test_production_has_a_budget(plans: dict[str, Plan]) -> None:
    budget = one_of(plans["production"], "google_billing_budget")

    assert [rule["threshold_percent"] for rule in budget["threshold_rules"]] == [0.5, 0.9, 1]


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        ("google_container_cluster", "deletion_protection"),
        ("google_sql_database_instance", "deletion_protection"),
        ("google_secret_manager_secret", "deletion_protection"),
    ],
)
def test_production_cannot_be_deleted_by_mistake(plans: dict[str, Plan], kind: str, argument: str) -> None:
    assert {values[argument] for values in all_of(plans["production"], kind)} == {True}


def test_nothing_in_production_is_destroyed_with_its_contents(plans: dict[str, Plan]) -> None:
    production = plans["production"]

    assert {bucket["force_destroy"] for bucket in all_of(production, "google_storage_bucket")} == {False}
    assert {
        dataset["delete_contents_on_destroy"] for dataset in all_of(production, "google_bigquery_dataset")
    } == {False}


def test_a_tag_of_an_image_never_changes_and_untagged_ones_go(plans: dict[str, Plan]) -> None:
    registry = one_of(plans["staging"], "google_artifact_registry_repository")

    assert [policy["condition"][0]["tag_state"] for policy in registry["cleanup_policies"]] == ["UNTAGGED"]
    assert registry["docker_config"] == [{"immutable_tags": True}]


def _project(plan: Plan) -> str:
    project: str = plan["variables"]["project_id"]["value"]
    return project
