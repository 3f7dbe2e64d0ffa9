"""Hypothesis strategies for contact data and the texts it hides in, and a way to draw a batch of examples."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customer360.privacy import PLAIN_CHARACTERS
from scripts.generate.labelled import DIGIT_WORDS

LETTERS = "abcdefghijklmnopqrstuvwxyzáâãàçéêíóôõúü"
DIGITS = st.integers(0, 9).map(str)
WORDS = st.text(LETTERS + LETTERS.upper(), min_size=1, max_size=9)
PUNCTUATION = st.sampled_from(
    [" ", " ", " ", ", ", ". ", "! ", "\n", "\r\n", " - ", "/", "(", ")", "", "\u00a0", "\u2019"]
)
DECOYS = st.sampled_from(
    [
        "nota 10",
        "2 unidades",
        "R$ 1.299,90",
        "15/03/2018",
        "25-04-2018",
        "10/10",
        "110v",
        "5500-A",
        "149,90 em 10 x",
        "dois produtos",
        "um, dois, tres",
    ]
)


def shaped(*patterns: str) -> st.SearchStrategy[str]:
    """Texts in which every `#` of a pattern is a digit."""
    return st.one_of(*map(_filled, patterns))


def _filled(pattern: str) -> st.SearchStrategy[str]:
    template, count = pattern.replace("#", "{}"), pattern.count("#")
    return st.lists(DIGITS, min_size=count, max_size=count).map(lambda digits: template.format(*digits))


PHONES = shaped(
    "+55 (0##) #### ####",
    "(0##) #### ####",
    "(0##) ####-####",
    "(##) 9####-####",
    "+55 ## #### ####",
    "+55 ## 9#### ####",
    "0800-###-####",
    "0300 ### ####",
    "## #### ####",
    "55##9########",
    "##.9.####.####",
    "## 9 #### ####",
    "# # # # # # # # # # #",
    "\uff19####-####",
    "####-####",
    "##/#####/####",
    "##_#####_####",
    "nove ####-####",
    "0#########",
    "##########",
)
DOCUMENTS = shaped(
    "###.###.###-##",
    "### ### ### ##",
    "###########",
    "##.###.###/####-##",
    "##############",
    "## ### ### #### ##",
)
NUMBER_WORDS = st.sampled_from((*DIGIT_WORDS, "meia", "onze", "noventa"))
SPELLED = st.lists(NUMBER_WORDS | DIGITS, min_size=6, max_size=12).flatmap(
    lambda words: st.sampled_from([" ", ", ", " e "]).map(lambda between: between.join(words))
)
LOOK_ALIKES = st.text("".join(map(chr, PLAIN_CHARACTERS)), min_size=1, max_size=12)
POSTCODES = shaped("#####-###", "##.###-###", "cep ########", "CEP: ##### ###", "########")
ORDERS = st.text("0123456789abcdef", min_size=32, max_size=32).flatmap(
    lambda order: st.sampled_from(
        [order, order.upper(), "-".join([order[:8], order[8:12], order[12:16], order[16:20], order[20:]])]
    )
)
EMAILS = st.builds(
    "{}{}{}{}com".format,
    st.text("abcdefghijklmnopqrstuvwxyz0123456789._", min_size=1, max_size=10),
    st.sampled_from(["@", " @ ", " arroba ", " (at) ", "[at]", " Arroba ", "arroba", " "]),
    st.sampled_from(["example", "mail-x", "gmail"]),
    st.sampled_from([".", " . ", " ponto ", "ponto", " [dot] ", "(ponto)"]),
) | st.text("abcdefghij", min_size=3, max_size=6).map(lambda name: " ".join(f"{name}@mail.com"))
STREETS = st.builds(
    "{} {}{}{}".format,
    st.sampled_from(["Rua", "R.", "avenida", "AV", "Av.", "Praça", "praca", "Estr.", "travessa", "Al."]),
    st.lists(WORDS, min_size=1, max_size=4).map(" ".join),
    st.sampled_from([", ", " ", " nº ", ", n. ", " numero "]),
    st.integers(1, 9999),
) | st.just("Rua 15 de Novembro, 100 apto 42")
CONTACTS = st.one_of(PHONES, SPELLED, LOOK_ALIKES, DOCUMENTS, POSTCODES, ORDERS, EMAILS, STREETS)
TEXTS = st.lists(
    st.tuples(st.one_of(WORDS, WORDS, WORDS, CONTACTS, DECOYS), PUNCTUATION).map("".join), max_size=8
).map("".join)


def drawn[Example](strategy: st.SearchStrategy[Example], count: int) -> list[Example]:
    """`count` examples of a strategy, the same in every run: for one query that judges them all at once."""
    found: list[Example] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Example) -> None:
        found.append(example)

    collect()
    return found
