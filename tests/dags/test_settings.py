"""Settings: what is missing or wrong is named, and secrets stay out of sight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from customer360.settings import DBT_VARIABLES, SettingsError, dbt_environment, from_environment

ROOT = Path(__file__).parents[2]

ENVIRONMENT = {"C360_PROJECT": "p", "C360_RAW_BUCKET": "b", "C360_HASH_KEY": "k" * 32}


def test_a_dataset_is_named_by_prefix_and_layer() -> None:
    settings = from_environment({**ENVIRONMENT, "C360_DATASET_PREFIX": "olist_ci_7"})
    assert settings.dataset("marts") == "olist_ci_7_marts"


@pytest.mark.parametrize("name", ["C360_PROJECT", "C360_RAW_BUCKET"])
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_environment({**ENVIRONMENT, name: " "})


def test_a_short_key_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError, match="C360_HASH_KEY has 6 bytes") as caught:
        from_environment({**ENVIRONMENT, "C360_HASH_KEY": "secret"})
    assert "secret" not in str(caught.value)


def test_a_time_that_is_no_number_is_refused() -> None:
    with pytest.raises(SettingsError, match="C360_RETRY_SECONDS is 'soon'"):
        from_environment({**ENVIRONMENT, "C360_RETRY_SECONDS": "soon"})


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="C360_STATSD is 'statsd'; it must be host:port"):
        from_environment({**ENVIRONMENT, "C360_STATSD": "statsd"})


@pytest.mark.parametrize(
    "name", ["C360_HASH_KEY", "C360_CONTACT_KEY", "C360_ERASURE_KEY", "C360_ALERT_WEBHOOK"]
)
def test_secrets_are_not_in_the_representation(name: str) -> None:
    assert "kkkk" not in repr(from_environment({**ENVIRONMENT, name: "k" * 32}))


def test_a_dbt_pod_hears_what_is_set_and_no_secret() -> None:
    everything = dict.fromkeys(
        (*DBT_VARIABLES, "C360_HASH_KEY", "C360_CONTACT_KEY", "C360_ERASURE_KEY", "C360_ALERT_WEBHOOK"), "x"
    )
    assert dbt_environment(everything) == dict.fromkeys(DBT_VARIABLES, "x")
    assert dbt_environment({"C360_PROJECT": "p"}) == {"C360_PROJECT": "p"}


def test_a_dbt_pod_hears_every_variable_that_the_profile_reads() -> None:
    profile = (ROOT / "dbt/profiles.yml").read_text("utf-8")
    assert set(re.findall(r"env_var\('(\w+)'", profile)) <= set(DBT_VARIABLES)


def test_the_readme_lists_every_variable_that_the_code_reads() -> None:
    code = [*ROOT.glob("dags/**/*.py"), *ROOT.glob("dbt/macros/*.sql"), ROOT / "dbt/profiles.yml"]
    read = {name for file in code for name in re.findall(r"\bC360_[A-Z_]+\b", file.read_text("utf-8"))}
    listed = set(re.findall(r"`(C360_[A-Z_]+)`", (ROOT / "README.md").read_text("utf-8")))
    assert read == listed


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(SettingsError, match="no dataset for layer 'gold'"):
        from_environment(ENVIRONMENT).dataset("gold")
