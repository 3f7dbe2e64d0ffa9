"""Recall and precision count what is left of a value, and what was replaced without one."""

from __future__ import annotations

import pytest

from customer360.privacy import redact_review
from scripts.generate.labelled import Labelled, labelled
from scripts.generate.pii import Planted
from scripts.leak_campaign.redaction import is_left, judge

PHONE = Planted("phone", "normal", "national", "(11) 98765-4321", "11987654321")
EMAIL = Planted("email", "normal", "plain", "ana.lima@example.com", "ana.lima@example.com")


@pytest.mark.parametrize(
    ("planted", "redacted"),
    [
        (PHONE, "me liguem no (11) 98765-4321"),
        (PHONE, "me liguem no [number] 4321"),
        (PHONE, "me liguem no nove oito sete seis"),
        (EMAIL, "escrevam para ana.lima em example.com"),
        (EMAIL, "escrevam para Ana Lima"),
        (Planted("order_id", "normal", "plain", "ab" * 16, "ab" * 16), "pedido abababab"),
        (Planted("address", "normal", "comma", "Rua das Flores, 12", ""), "moro na rua das flores 12"),
    ],
)
def test_a_value_that_can_be_read_is_left(planted: Planted, redacted: str) -> None:
    assert is_left(planted, redacted)


@pytest.mark.parametrize(
    ("planted", "redacted"),
    [(PHONE, "me liguem no [phone], nota 10"), (EMAIL, "escrevam para [email]")],
)
def test_a_value_that_was_replaced_is_hidden(planted: Planted, redacted: str) -> None:
    assert not is_left(planted, redacted)


def test_a_value_that_is_left_costs_recall() -> None:
    label = Labelled("", PHONE.value, PHONE)
    assert judge([(label, "", "[phone]"), (label, "", PHONE.value)]).recall == 0.5


def test_a_replacement_without_a_value_costs_precision() -> None:
    found = [
        (Labelled("", PHONE.value, PHONE), "", "[phone]"),
        (Labelled("", "nota 10", None), "", "[number]"),
    ]
    assert judge(found).precision == 0.5


def test_the_redaction_of_the_reference_hides_every_known_layout() -> None:
    texts = [(text, *redact_review(text.title, text.message)) for text in labelled(2000, 7)]
    found = judge(texts)
    assert [score for score in found.scores if score.recall < 1] == []
    assert found.precision > 0.95
