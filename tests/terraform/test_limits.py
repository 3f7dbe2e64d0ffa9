"""What a schema takes and Google does not is found in a plan, and every limit is about something that we set."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.terraform import limits
from scripts.terraform.limits import GROUPS, VALUES, find, idle, problems

AUTOPILOT = {"name": "customer-360-staging", "enable_autopilot": True}


def plan(kind: str, **values: Any) -> dict[str, Any]:
    resource = {"address": f"{kind}.this", "type": kind, "values": values}
    change = {"type": kind, "change": {"after": values, "after_unknown": {}}}
    return {"planned_values": {"root_module": {"resources": [resource]}}, "resource_changes": [change]}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lines about a `thing` with some values under one rule, without its address."""

    def lines(rule: dict[str, Any], **values: Any) -> list[str]:
        monkeypatch.setattr(limits, "limits", lambda: {"thing": [rule]})
        return [line.removeprefix("thing.this") for line in problems(plan("thing", **values))]

    return lines


# --- Each kind of limit -----------------------------------------------------------------------------------------------


def test_a_pattern_is_of_the_whole_value(broken: Any) -> None:
    rule = {"at": "name", "pattern": "[a-z]+", "why": "lower case"}
    assert broken(rule, name="raw") == []
    assert broken(rule, name="raw2") == [".name: 'raw2' must match [a-z]+; lower case"]


def test_a_value_is_one_of_those_that_are_listed(broken: Any) -> None:
    rule = {"at": "class", "one_of": ["STANDARD", "ARCHIVE"]}
    assert broken(rule, **{"class": "ARCHIVE"}) == []
    assert broken(rule, **{"class": "COLD"}) == [".class: 'COLD' must be one of STANDARD, ARCHIVE"]


@pytest.mark.parametrize("value", [60, 3600, "120s", "300"])
def test_a_number_or_duration_within_its_range_passes(broken: Any, value: Any) -> None:
    assert broken({"at": "period", "range": {"from": 60, "to": 3600, "step": 60}}, period=value) == []


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (0, "must be from 60 to 3600"),
        ("3660s", "must be from 60 to 3600"),
        (90, "must go in steps of 60"),
        ("an hour", "must be a number, or seconds such as 600s"),
    ],
)
def test_a_number_or_duration_outside_its_range_is_refused(broken: Any, value: Any, complaint: str) -> None:
    rule = {"at": "period", "range": {"from": 60, "to": 3600, "step": 60}}
    assert broken(rule, period=value) == [f".period: {value!r} {complaint}"]


def test_a_length_is_of_characters_or_of_items(broken: Any) -> None:
    rule = {"at": "name", "length": {"from": 2, "to": 3}}
    assert broken(rule, name="raw") == []
    assert broken(rule, name=["a", "b"]) == []
    assert broken(rule, name="logs") == [".name: 'logs' has 4, must have from 2 to 3"]
    assert broken(rule, name=["a"]) == [".name: ['a'] has 1, must have from 2 to 3"]


def test_a_value_has_one_complaint_from_a_rule(broken: Any) -> None:
    rule = {"at": "period", "pattern": r"\d+s", "range": {"from": 60}}
    assert broken(rule, period="1h") == [r".period: '1h' must match \d+s"]


def test_a_network_starts_at_its_first_address_and_has_a_prefix(broken: Any) -> None:
    rule = {"at": "range", "network": {"from": 28, "to": 28}}
    assert broken(rule, range="172.16.0.16/28") == []
    assert broken(rule, range="172.16.0.0/24") == [".range: '172.16.0.0/24' must have a prefix from 28 to 28"]
    [line] = broken(rule, range="172.16.0.5/28")
    assert "from its first address: 172.16.0.5/28 has host bits set" in line


def test_arguments_that_conflict_are_refused_even_when_one_is_false(broken: Any) -> None:
    rule = {"at": "autopilot", "conflicts": ["shielded", "pools[].count"]}
    assert broken(rule, autopilot=True, shielded=None, pools=[{"count": None}]) == []
    assert broken(rule, autopilot=None, shielded=True, pools=[]) == []
    assert broken(rule, autopilot=True, shielded=False, pools=[{"count": 1}]) == [
        ".autopilot: conflicts with shielded",
        ".autopilot: conflicts with pools[].count",
    ]


def test_a_block_has_exactly_one_of_some_arguments(broken: Any) -> None:
    rule = {"within": "access[]", "exactly_one_of": ["user", "group"]}
    assert broken(rule, access=[{"user": "a@b", "group": None}, {"user": None, "group": "c@d"}]) == []
    assert broken(rule, access=[{"user": "a@b", "group": "c@d"}, {"user": None, "group": None}]) == [
        ".access[0]: only one of user, group may be set",
        ".access[1]: one of user, group must be set",
    ]


def test_a_value_may_require_another_argument(broken: Any) -> None:
    rule = {"at": "availability", "is": "REGIONAL", "requires": ["backup[].enabled"]}
    assert broken(rule, availability="REGIONAL", backup=[{"enabled": True}]) == []
    assert broken(rule, availability="ZONAL", backup=[]) == []
    assert broken(rule, availability="REGIONAL", backup=[{"enabled": False}]) == [
        ".availability: requires backup[].enabled"
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"at": "name", "pattern": "[a-z]+"},
        {"at": "name", "conflicts": ["other"]},
        {"at": "known", "requires": ["name"]},
        {"exactly_one_of": ["name", "other"]},
    ],
)
def test_what_only_the_apply_will_know_breaks_no_limit(broken: Any, rule: dict[str, Any]) -> None:
    assert broken(rule, known=True, other=None) == []


def test_paths_lead_into_blocks_and_maps() -> None:
    values = {"rule": [{"type": "Delete"}, {"type": None}], "labels": {"layer": "raw"}}
    assert list(find(values, "rule[].type")) == [("rule[0].type", "Delete")]
    assert list(find(values, "labels{}")) == [("labels['layer']", "raw")]
    assert list(find(values, "labels{keys}")) == [("labels", "layer")]
    with pytest.raises(ValueError, match=r"'rule\[0\]' is no step"):
        list(find(values, "rule[0].type"))


# --- Our limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "line"),
    [
        ("google_service_account", {"account_id": "dbt"}, ".account_id: 'dbt' has 3, must have from 6 to 30"),
        ("google_service_account", {"account_id": "C360_dbt"}, ".account_id: 'C360_dbt' must match"),
        ("google_storage_bucket", {"name": "Raw_Bucket"}, ".name: 'Raw_Bucket' must match"),
        (
            "google_storage_bucket",
            {"storage_class": "COLD"},
            ".storage_class: 'COLD' must be one of STANDARD",
        ),
        (
            "google_storage_bucket",
            {"soft_delete_policy": [{"retention_duration_seconds": 86400}]},
            ".soft_delete_policy[0].retention_duration_seconds: 86400 must go in steps of 604800",
        ),
        (
            "google_storage_bucket",
            {"lifecycle_rule": [{"condition": [{"age": 0.5}]}]},
            ".lifecycle_rule[0].condition[0].age: 0.5 must go in steps of 1",
        ),
        (
            "google_storage_bucket",
            {"lifecycle_rule": [{"action": [{"type": "SetStorageClass", "storage_class": None}]}]},
            ".lifecycle_rule[0].action[0].type: requires storage_class",
        ),
        ("google_bigquery_dataset", {"dataset_id": "olist-raw"}, ".dataset_id: 'olist-raw' must match"),
        ("google_bigquery_dataset", {"labels": {"layer": "Raw"}}, ".labels['layer']: 'Raw' must match"),
        (
            "google_bigquery_dataset",
            {"max_time_travel_hours": "100"},
            ".max_time_travel_hours: '100' must go in steps of 24",
        ),
        (
            "google_bigquery_dataset",
            {"access": [{"user_by_email": "serviceAccount:dbt@p.iam.gserviceaccount.com"}]},
            ".access[0].user_by_email: 'serviceAccount:dbt@p.iam.gserviceaccount.com' must match",
        ),
        (
            "google_container_cluster",
            AUTOPILOT | {"enable_shielded_nodes": True},
            ".enable_autopilot: conflicts with enable_shielded_nodes",
        ),
        (
            "google_container_cluster",
            AUTOPILOT | {"cluster_autoscaling": [{"enabled": True}]},
            ".enable_autopilot: conflicts with cluster_autoscaling[].enabled",
        ),
        (
            "google_container_cluster",
            {"private_cluster_config": [{"master_ipv4_cidr_block": "172.16.0.0/24"}]},
            ".private_cluster_config[0].master_ipv4_cidr_block: '172.16.0.0/24' must have a prefix from 28",
        ),
        ("google_container_cluster", {"name": "c" * 41}, f".name: '{'c' * 41}' has 41, must have to 40"),
        (
            "google_iam_workload_identity_pool",
            {"workload_identity_pool_id": "ci"},
            ".workload_identity_pool_id: 'ci' has 2, must have from 4 to 32",
        ),
        (
            "google_project_iam_custom_role",
            {"permissions": ["container.nodePools.get"]},
            ".permissions[0]: 'container.nodePools.get' must match",
        ),
        ("google_kms_key_ring", {"location": "eu"}, ".location: 'eu' must match"),
        ("google_kms_crypto_key", {"rotation_period": "90d"}, ".rotation_period: '90d' must match"),
        (
            "google_kms_crypto_key",
            {"rotation_period": "3600s"},
            ".rotation_period: '3600s' must be from 86400",
        ),
        (
            "google_monitoring_alert_policy",
            {"conditions": [{"condition_absent": [{"duration": "86400s"}]}]},
            ".conditions[0].condition_absent[0].duration: '86400s' must be from 120 to 84600",
        ),
        (
            "google_gke_backup_backup_plan",
            {"backup_schedule": [{"cron_schedule": "@daily"}]},
            ".backup_schedule[0].cron_schedule: '@daily' must match",
        ),
        (
            "google_sql_database_instance",
            {"settings": [{"backup_configuration": [{"start_time": "5:00"}]}]},
            ".settings[0].backup_configuration[0].start_time: '5:00' must match",
        ),
        ("google_dns_record_set", {"name": "*.googleapis.com"}, ".name: '*.googleapis.com' must match"),
        (
            "google_artifact_registry_repository",
            {"cleanup_policies": [{"action": "DELETE", "most_recent_versions": [{"keep_count": 20}]}]},
            ".cleanup_policies[0].action: conflicts with most_recent_versions",
        ),
    ],
)
def test_a_mistake_that_the_schema_takes_is_found(kind: str, values: dict[str, Any], line: str) -> None:
    [found] = problems(plan(kind, **values))
    assert found.startswith(f"{kind}.this{line}")


def test_every_rule_says_something_in_words_that_are_known() -> None:
    kinds = VALUES.keys() | GROUPS.keys()
    for kind, rules in limits.limits().items():
        for rule in rules:
            assert rule.keys() & kinds, f"{kind}: {rule}"
            assert rule.keys() <= kinds | {"at", "within", "is", "guard", "why"}, f"{kind}: {rule}"


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"at": "nmae", "pattern": ".*"}, "thing.nmae: no plan sets it"),
        ({"at": "name", "conflicts": ["nmae"]}, "thing.nmae: no resource has it"),
        ({"at": "nmae", "guard": True, "pattern": ".*"}, "thing.nmae: no resource has it"),
        (
            {"within": "block[]", "exactly_one_of": ["left", "rihgt"]},
            "thing.block[].rihgt: no resource has it",
        ),
    ],
)
def test_a_rule_with_a_wrong_path_is_idle(
    monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any], line: str
) -> None:
    monkeypatch.setattr(limits, "limits", lambda: {"thing": [rule]})
    assert idle([plan("thing", name="raw", block=[{"left": None, "right": 1}])]) == [line]


def test_a_rule_about_a_type_that_no_plan_has_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "limits", lambda: {"thing": [{"at": "name", "pattern": ".*"}]})
    assert idle([plan("other", name="raw")]) == ["thing: no plan has one"]


@pytest.mark.terraform
def test_our_plans_keep_every_limit(every_plan: dict[str, dict[str, Any]]) -> None:
    assert {
        environment: problems(found) for environment, found in every_plan.items() if problems(found)
    } == {}


@pytest.mark.terraform
def test_every_limit_is_about_something_that_a_plan_sets(every_plan: dict[str, dict[str, Any]]) -> None:
    assert idle(list(every_plan.values())) == []


@pytest.mark.terraform
def test_every_type_of_resource_has_limits(every_plan: dict[str, dict[str, Any]]) -> None:
    changes = [change for found in every_plan.values() for change in found["resource_changes"]]
    types = {change["type"] for change in changes if change["mode"] == "managed"}
    assert types - limits.limits().keys() == set()
