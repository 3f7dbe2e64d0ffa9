"""Rules that every model of the project keeps, read off the parsed manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, ModelNode
from dbt_common.exceptions import CompilationError

from tests.baseline import PREFIX

PII_CLASSES = {"contact", "identifier", "free_text", "pseudonym", "masked", "redacted", "secret"}
# Names that hold personal data wherever they stand, and the classes that say so.
SENSITIVE = {
    "real_name": {"contact"},
    "email": {"contact"},
    "phone": {"contact"},
    "phone_number": {"contact"},
    "home_address": {"contact"},
    "raw_row": {"contact"},
    "customer_id": {"identifier"},
    "customer_unique_id": {"identifier"},
    "order_id": {"identifier"},
    "comment_title": {"free_text", "redacted"},
    "comment_message": {"free_text", "redacted"},
}
CLOSED_CLASSES = {"contact", "identifier", "secret"}


@pytest.fixture(scope="module")
def models(manifest: Manifest) -> list[ModelNode]:
    found = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]
    assert len(found) > 30, "the project has lost its models"
    return found


def columns(models: list[ModelNode]) -> Iterator[tuple[ModelNode, Any, str | None]]:
    for model in models:
        for column in model.columns.values():
            yield model, column, column.config.meta.get("pii") or column.meta.get("pii")


def test_every_model_has_an_enforced_contract(models: list[ModelNode]) -> None:
    assert [model.name for model in models if not model.contract.enforced] == []


def test_every_column_has_a_type_and_a_description(models: list[ModelNode]) -> None:
    bare = [
        f"{model.name}.{column.name}"
        for model, column, _ in columns(models)
        if not column.data_type or not column.description.strip()
    ]
    assert bare == []


def test_every_description_states_the_grain(models: list[ModelNode]) -> None:
    assert [model.name for model in models if not model.description.startswith("One row per ")] == []


def test_every_model_that_others_read_is_tested_for_its_grain(
    models: list[ModelNode], manifest: Manifest
) -> None:
    # A file without a key has nothing to be unique.
    keyless = {"stg_geolocation", "stg_customer_pii", "quarantined_rows"}
    tested = {
        node.attached_node
        for node in manifest.nodes.values()
        if isinstance(node, GenericTestNode) and node.test_metadata.name == "primary_key"
    }
    # Intermediate models that a mart only selects from are tested there.
    read = [model for model in models if model.fqn[1] in ("staging", "marts")]
    assert {model.name for model in read if model.unique_id not in tested} == keyless


def test_every_sensitive_column_carries_its_class(models: list[ModelNode]) -> None:
    wrong = [
        f"{model.name}.{column.name}: {pii}"
        for model, column, pii in columns(models)
        if column.name in SENSITIVE and pii not in SENSITIVE[column.name]
    ]
    assert wrong == []


def test_no_column_carries_an_unknown_class(models: list[ModelNode]) -> None:
    found = {pii for _, _, pii in columns(models) if pii is not None}
    assert found <= PII_CLASSES


def test_no_open_mart_has_a_column_that_names_a_person(models: list[ModelNode]) -> None:
    leaking = [
        f"{model.name}.{column.name}"
        for model, column, pii in columns(models)
        if model.schema.endswith("_marts") and pii in CLOSED_CLASSES
    ]
    assert leaking == []


def test_every_model_of_a_layer_is_written_to_the_dataset_of_the_layer(models: list[ModelNode]) -> None:
    datasets = {model.name: model.schema for model in models}
    assert datasets["stg_orders"].endswith("_staging")
    assert datasets["quarantined_rows"].endswith("_quarantine")
    assert datasets["int_customer_contacts"].endswith("_intermediate")
    assert datasets["dim_customers"].endswith("_marts")
    assert datasets["customer_contacts"].endswith("_restricted")


def test_only_staging_and_the_key_readers_read_sources(models: list[ModelNode]) -> None:
    readers = {model.name for model in models if any("source." in node for node in model.depends_on.nodes)}
    staging = {model.name for model in models if model.fqn[1] == "staging"}
    assert readers - staging == {"int_person_keys", "int_order_keys", "int_customers_masked"}


@pytest.mark.parametrize(
    ("target", "prefix"),
    [("ci", "olist"), ("ci", "olist_dev_ana"), ("ci", "olist_ci_"), ("dev", "olist")],
)
def test_a_target_may_not_write_the_datasets_of_another(
    compile_sql: Callable[[str], str], target: str, prefix: str
) -> None:
    with pytest.raises(CompilationError, match="Set C360_DATASET_PREFIX"):
        compile_sql(f"select 1 {{{{ check_dataset_prefix('{target}', '{prefix}') }}}}")


def test_every_target_may_write_its_own_datasets(compile_sql: Callable[[str], str]) -> None:
    own = {"ci": "olist_ci_42", "dev": "olist_dev_ana", "prod": "olist", "sandbox": "olist"}
    checks = "".join(
        f"{{{{ check_dataset_prefix('{target}', '{prefix}') }}}}" for target, prefix in own.items()
    )
    assert compile_sql(f"select 1 {checks}").strip() == "select 1"


def test_a_dataset_is_prefix_and_layer(compile_sql: Callable[[str], str]) -> None:
    assert compile_sql("{{ generate_schema_name('marts', none) }}").strip() == f"{PREFIX}_marts"


def test_job_labels_hold_no_data(compile_sql: Callable[[str], str]) -> None:
    labels = compile_sql("{{ job_labels(none) }}")
    assert set(json.loads(labels)) == {"app", "dbt_target", "run_id", "commit"}
