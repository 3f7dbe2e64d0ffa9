"""What descriptions say of an argument."""

from __future__ import annotations

import pytest

from scripts.offline.terraform.descriptions import default_value, possible_values


def test_an_enumeration_is_read() -> None:
    assert possible_values('How. Possible values: ["A", "B"]') == ["A", "B"]


@pytest.mark.parametrize(
    "text", ["Possible values are A and B.", 'Possible values: ["A"] or Possible values: ["B"]']
)
def test_other_words_and_two_lists_are_no_enumeration(text: str) -> None:
    assert possible_values(text) == []


@pytest.mark.parametrize(
    ("stated", "kind", "expected"),
    [('"A"', "string", "A"), ("true", "bool", True), ("7", "number", 7), ("-0.5", "number", -0.5)],
)
def test_a_default_is_read(stated: str, kind: str, expected: object) -> None:
    assert default_value(f"How. Default value: {stated}", kind) == expected


@pytest.mark.parametrize(
    ("stated", "kind"), [('"7"', "number"), ("true", "number"), ("7", "string"), ("7", "bool")]
)
def test_a_default_of_another_type_is_none(stated: str, kind: str) -> None:
    assert default_value(f"Default value: {stated}", kind) is None


def test_a_list_has_no_default() -> None:
    assert default_value('Default value: "A"', ["list", "string"]) is None
