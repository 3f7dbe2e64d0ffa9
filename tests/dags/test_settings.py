"""Settings: what is missing or wrong is named, and secrets stay out of sight."""

from __future__ import annotations

import pytest

from customer360.settings import SettingsError, from_environment

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


def test_keys_are_not_in_the_representation() -> None:
    assert "kkkk" not in repr(from_environment(ENVIRONMENT))


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(SettingsError, match="no dataset for layer 'gold'"):
        from_environment(ENVIRONMENT).dataset("gold")
