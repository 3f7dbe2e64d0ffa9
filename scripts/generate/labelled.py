"""Review texts of which it is known what personal data they hold, and how somebody tried to hide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from scripts.generate.pii import LAYOUTS, Planted, render
from scripts.generate.words import COMPLAINTS, CONTEXTS, LOOKALIKES, PRAISE, TITLES_BAD, TITLES_GOOD

DIGIT_WORDS = ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove")
AREA_WORDS = {"11": "onze", "12": "doze", "13": "treze", "14": "quatorze", "15": "quinze", "19": "dezenove"}
# Starts of ten digits each in Unicode that are read as digits.
DIGIT_ALPHABETS = (0x0660, 0x06F0, 0x0966, 0x1D7CE, 0x1D7D8, 0x1D7F6)
CYRILLIC = str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")
SPLIT = "split"
# Looks like personal data, and is none.
DECOYS = (
    *LOOKALIKES,
    "R$ 12.345,67",
    "das 08:00 as 18:00",
    "entre 10/03 e 25/03/2018",
    "tomada 110/220",
    "tamanhos 38, 40, 42 e 44",
    "pedi dois, veio um, faltou um",
    "um kit com dez peças",
    "comprei dia 12 e chegou dia 20",
    "série 00123",
    "nota fiscal 4512",
    "100% satisfeito",
    "produto 123456",
    "levou 3 ou 4 dias",
    "comprei na rua de casa",
    "vi no site da loja",
)


@dataclass(frozen=True)
class Labelled:
    """A review's texts and the value in them, if there is one."""

    title: str
    message: str
    planted: Planted | None


def labelled(count: int, seed: int) -> Iterator[Labelled]:
    """`count` texts: every layout as often as any other, and as many decoys as texts with a value."""
    rng = np.random.default_rng(seed)
    layouts = [*LAYOUTS, *EVASIONS]
    for number in range(count):
        if number % 2:
            yield Labelled(_choice(rng, (*TITLES_GOOD, *TITLES_BAD)), _decoys(rng), None)
        else:
            yield _planted(rng, *layouts[number // 2 % len(layouts)])


def _planted(rng: np.random.Generator, kind: str, layout: str) -> Labelled:
    evade = EVASIONS.get((kind, layout))
    plain = "digits" if kind != "email" else "plain"
    planted = render(rng, kind, plain if evade else layout)
    value = evade(rng, planted.canonical) if evade else planted.value
    label = Planted(kind, "evasive" if evade else planted.form, layout, value, planted.canonical)
    context, phrase = _choice(rng, CONTEXTS[kind]), _choice(rng, (*PRAISE, *COMPLAINTS))
    if layout == SPLIT:
        at = int(rng.integers(3, len(value) - 4))
        return Labelled(f"{context} {value[:at]}", f"{value[at:]} {phrase}", label)
    orders = (
        f"{phrase}. {context} {value}",
        f"{context} {value}. {phrase}",
        f"{phrase}\r\n{context} {value}",
    )
    return Labelled("", _choice(rng, orders), label)


def _decoys(rng: np.random.Generator) -> str:
    return f"{_choice(rng, (*PRAISE, *COMPLAINTS))}, {_choice(rng, DECOYS)}. {_choice(rng, DECOYS)}"


def _choice(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _in_words(rng: np.random.Generator, digits: str) -> str:
    between = _choice(rng, (" ", ", ", " - "))
    area = AREA_WORDS.get(digits[:2])
    rest = [DIGIT_WORDS[int(digit)] for digit in (digits[2:] if area else digits)]
    return between.join([area, *rest] if area else rest).replace("seis", _choice(rng, ("seis", "meia")))


def _mixed_words(rng: np.random.Generator, digits: str) -> str:
    """Area code and a leading nine in words, the rest in digits."""
    head = digits[:-8]
    words = [DIGIT_WORDS[int(digit)] for digit in head]
    return f"{' '.join(words)} {digits[-8:-4]}{_choice(rng, ('-', ' ', ''))}{digits[-4:]}"


def _look_alikes(rng: np.random.Generator, digits: str) -> str:
    start = DIGIT_ALPHABETS[int(rng.integers(len(DIGIT_ALPHABETS)))]
    return "".join(chr(start + int(digit)) for digit in digits)


def _separated(between: str) -> Callable[[np.random.Generator, str], str]:
    return lambda _rng, digits: between.join((digits[:2], digits[2:-4], digits[-4:]))


EVASIONS: dict[tuple[str, str], Callable[[np.random.Generator, str], str]] = {
    ("phone", "words"): _in_words,
    ("phone", "words_and_digits"): _mixed_words,
    ("phone", "look_alikes"): _look_alikes,
    ("phone", "commas"): lambda _rng, digits: ", ".join(digits),
    ("phone", "slashes"): _separated("/"),
    ("phone", "underscores"): _separated("_"),
    ("phone", "invisible"): lambda _rng, digits: "\u200b".join(digits),
    ("phone", SPLIT): lambda _rng, digits: f"{digits[:2]} {digits[2:-4]}-{digits[-4:]}",
    ("email", "letters"): lambda _rng, value: " ".join(value),
    ("email", "glued"): lambda _rng, value: value.replace("@", "arroba").replace(".", "ponto"),
    ("email", "no_at"): lambda _rng, value: value.replace("@", " "),
    ("email", "cyrillic"): lambda _rng, value: value.translate(CYRILLIC),
    ("email", SPLIT): lambda _rng, value: value,
    ("cpf", "look_alikes"): _look_alikes,
    ("cpf", "words"): _in_words,
}
