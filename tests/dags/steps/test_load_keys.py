"""The keys step: pads in their own table, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customer360.privacy import keyed_hash
from customer360.settings import Settings, SettingsError
from customer360.steps.load_keys import load_keys
from customer360.warehouse import Warehouse

pytestmark = pytest.mark.sandbox


def test_the_pads_give_pythons_hmac_in_sql(warehouse: Warehouse, settings: Settings) -> None:
    load_keys(warehouse, settings)
    sql = f"""
        select purpose, to_hex(sha256(concat(outer_pad, sha256(concat(inner_pad, b'a person'))))) as hashed
        from {settings.dataset("keys")}.hash_keys
    """
    assert {row["purpose"]: row["hashed"] for row in warehouse.rows(sql)} == {
        "analytics": keyed_hash(settings.hash_key, "a person"),
        "marketing": keyed_hash(settings.contact_key, "a person"),
    }


def test_no_key_reaches_the_history_of_jobs(warehouse: Warehouse, settings: Settings) -> None:
    load_keys(warehouse, settings)
    history = repr([job.to_api_repr() for job in warehouse.client.list_jobs(max_results=50)])
    assert settings.hash_key.decode() not in history
    assert settings.contact_key.decode() not in history


def test_equal_keys_are_refused(warehouse: Warehouse, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="must differ"):
        load_keys(warehouse, replace(settings, contact_key=settings.hash_key))


def test_a_missing_key_names_the_variable(warehouse: Warehouse, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="C360_CONTACT_KEY"):
        load_keys(warehouse, replace(settings, contact_key=b""))
