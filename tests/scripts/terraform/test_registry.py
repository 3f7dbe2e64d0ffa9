"""Where Terraform takes its provider from."""

from __future__ import annotations

import pytest

from scripts.cluster import upstream
from scripts.terraform import TerraformError, registry


@pytest.mark.parametrize(("answers", "expected"), [(True, "upstream"), (False, "offline")])
def test_the_registry_is_taken_where_it_answers(
    monkeypatch: pytest.MonkeyPatch, answers: bool, expected: str
) -> None:
    monkeypatch.delenv("TERRAFORM_PROVIDERS", raising=False)
    monkeypatch.setattr(upstream, "answers", lambda _url: answers)
    assert registry.choose() == expected


def test_a_choice_wins_over_what_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM_PROVIDERS", "offline")
    monkeypatch.setattr(upstream, "answers", lambda _url: True)
    assert registry.choose() == "offline"


def test_another_choice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM_PROVIDERS", "mirror")
    with pytest.raises(TerraformError, match="'mirror'; it must be one of upstream, offline"):
        registry.choose()


def test_upstream_needs_nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM_PROVIDERS", "upstream")
    found = registry.provide()
    assert (found.environment, str(found)) == (
        {},
        "providers google 8.7.0 and random 3.7.2: from the Terraform registry",
    )


def test_a_provider_that_applies_nothing_says_so_loudly() -> None:
    assert "SCHEMA ALONE" in str(registry.Providers("offline", {}))
