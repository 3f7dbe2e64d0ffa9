"""What the scan recognises in one text; every value is made up."""

from __future__ import annotations

import pytest

from scripts.leak_scan.detect import kinds
from scripts.leak_scan.known import KnownValues


@pytest.fixture
def known() -> KnownValues:
    found = KnownValues()
    found.add_contact(
        "João da Conceição",
        "Joao.C@Example.com",
        "+55 (011) 98765-4321",
        "Rua das Acácias, 123, Centro, Campinas / SP, CEP 13100-000",
    )
    found.add_contact("João Pinheiro", None, None, None)
    found.add_planted({"class": "cpf", "canonical": "52998224725"})
    found.add_planted({"class": "order_id", "canonical": "e481f51cbdc54678b7cc49136f2d6af7"})
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fale com joao.c@example.com!", "known e-mail"),
        ("fale com JOAO.C (arroba) example (ponto) com", "known e-mail"),
        ("joao.c @ example . com", "known e-mail"),
        ("alguem@example.org", "e-mail"),
        ("ligue 11 98765 4321", "known number"),
        ("ligue \uff11\uff11 \uff1987654321", "known number"),
        ("1 1 9 8 7 6 5 4 3 2 1", "known number"),
        ("fone (21) 3456-7890", "phone"),
        ("fone 3456-7890", "phone"),
        ("cpf 529 982 247 25", "known number"),
        ("cpf 111.444.777-35", "CPF"),
        ("cep 04567-890", "CEP"),
        ("pedido E481F51C-BDC5-4678-B7CC-49136F2D6AF7", "known order id"),
        ("pedido 00000000000000000000000000000000", "order id"),
        ("quem vendeu foi joao da conceicao", "known name"),
        ("moro na RUA DAS ACACIAS 123", "known address"),
        ("moro na rua das acácias nº 123, casa 2", "known address"),
    ],
)
def test_personal_data_is_recognised_in_any_form(known: KnownValues, text: str, kind: str) -> None:
    assert kind in set(kinds(text, known))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nota 10, comprei 2 unidades por R$ 1.299,90",
        "chegou dia 25-04-2018, paguei 149,90 em 10 x",
        "15/03/2018 10/10 110v modelo 5500-A",
        "o João vendeu, a Conceição comprou",
        "J*** D*** C***",
        "rua das acacias",
        "arraial d'ajuda",
        "fale com [email] ou [phone], moro na [address]",
    ],
)
def test_other_texts_are_left_alone(known: KnownValues, text: str) -> None:
    assert list(kinds(text, known)) == []


def test_a_person_called_like_a_city_is_no_leak_of_the_city(known: KnownValues) -> None:
    assert list(kinds("joao pinheiro", known)) == ["known name"]
    known.forget_names(["senador joão pinheiro do sul"])
    assert list(kinds("senador joao pinheiro do sul", known)) == []
