"""Personal data as people write it in reviews: every class, form and layout, all of it invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scripts.generate.places import STATES, plain
from scripts.generate.words import FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS, STREET_KINDS, STREETS

# Class, layout -> form.
LAYOUTS = {
    ("email", "plain"): "normal",
    ("email", "spelled"): "obfuscated",
    ("email", "bracketed"): "obfuscated",
    ("email", "spaced"): "obfuscated",
    ("phone", "national"): "normal",
    ("phone", "digits"): "normal",
    ("phone", "international"): "normal",
    ("phone", "local"): "normal",
    ("phone", "grouped"): "obfuscated",
    ("phone", "dotted"): "obfuscated",
    ("phone", "spaced"): "obfuscated",
    ("phone", "full_width"): "obfuscated",
    ("cpf", "punctuated"): "normal",
    ("cpf", "digits"): "normal",
    ("cpf", "blanks"): "obfuscated",
    ("cpf", "full_width"): "obfuscated",
    ("cnpj", "punctuated"): "normal",
    ("cnpj", "digits"): "normal",
    ("cnpj", "blanks"): "obfuscated",
    ("cep", "hyphen"): "normal",
    ("cep", "labelled_digits"): "normal",
    ("cep", "dotted"): "obfuscated",
    ("cep", "blanks"): "obfuscated",
    ("address", "comma"): "normal",
    ("address", "abbreviated"): "normal",
    ("address", "numbered"): "normal",
    ("address", "no_comma"): "obfuscated",
    ("address", "spelled"): "obfuscated",
    ("order_id", "plain"): "normal",
    ("order_id", "upper"): "obfuscated",
    ("order_id", "hyphens"): "obfuscated",
    ("order_id", "blanks"): "obfuscated",
}
_SHORT = {
    "Rua": "R.",
    "Avenida": "Av.",
    "Travessa": "Trav.",
    "Alameda": "Al.",
    "Rodovia": "Rod.",
    "Estrada": "Estr.",
}
# The full-width forms of Unicode lie at a fixed distance from the ASCII characters.
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789()"}


@dataclass(frozen=True)
class Planted:
    """One value as written, and what it stands for once blanks and punctuation are gone."""

    kind: str
    form: str
    layout: str
    value: str
    canonical: str

    def lower(self) -> Planted:
        """The same in lower case."""
        return replace(self, value=self.value.lower())


def render(rng: np.random.Generator, kind: str, layout: str, canonical: str | None = None) -> Planted:
    """Write a value of class `kind` in `layout`; invents the value unless `canonical` gives it."""
    form = LAYOUTS.get((kind, layout), "normal")
    if kind == "address":
        value = _address(rng, layout)
        return Planted(kind, form, layout, value, value)
    if kind == "phone" and layout == "local":
        canonical = _digits(rng, 9, first="9") if rng.random() < 0.6 else _digits(rng, 8, first="3")
    plain_value = canonical or _INVENT[kind](rng)
    return Planted(kind, form, layout, _WRITE[kind](rng, layout, plain_value), plain_value)


def _choice(rng: np.random.Generator, options: tuple[str, ...] | list[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _digits(rng: np.random.Generator, count: int, first: str = "") -> str:
    return first + "".join(map(str, rng.integers(0, 10, count - len(first)).tolist()))


def _new_email(rng: np.random.Generator) -> str:
    name = f"{plain(_choice(rng, FIRST_NAMES))}{_choice(rng, ('.', '_'))}{plain(_choice(rng, LAST_NAMES))}"
    number = str(rng.integers(1, 99)) if rng.random() < 0.4 else ""
    return f"{name}{number}@{_choice(rng, MAIL_DOMAINS)}"


def _new_phone(rng: np.random.Generator) -> str:
    codes = STATES[int(rng.integers(len(STATES)))].area_codes
    area = str(codes[int(rng.integers(len(codes)))])
    if rng.random() < 0.7:
        return area + "9" + str(rng.integers(6, 10)) + _digits(rng, 7)
    return area + str(rng.integers(2, 6)) + _digits(rng, 7)


def check_digits(digits: str, longest: int) -> str:
    """Append the two check digits of a CPF (`longest` weight 11) or CNPJ (9)."""
    for _ in range(2):
        weights = [2 + place % (longest - 1) for place in range(len(digits))]
        total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), weights, strict=True))
        digits += str(0 if total % 11 < 2 else 11 - total % 11)
    return digits


_INVENT: dict[str, Callable[[np.random.Generator], str]] = {
    "email": _new_email,
    "phone": _new_phone,
    "cpf": lambda rng: check_digits(_digits(rng, 9), 11),
    "cnpj": lambda rng: check_digits(_digits(rng, 8) + "0001", 9),
    "cep": lambda rng: f"{rng.integers(1000, 99_999):05d}{_digits(rng, 3)}",
    "order_id": lambda rng: rng.bytes(16).hex(),
}


def _email(rng: np.random.Generator, layout: str, value: str) -> str:
    if layout == "plain":
        return value.upper() if rng.random() < 0.2 else value
    at, dot = {
        "spelled": ((" arroba ", " ponto "), (" (arroba) ", " (ponto) "), (" Arroba ", " Ponto ")),
        "bracketed": ((" [at] ", " [dot] "), (" (at) ", " (dot) "), ("[at]", "[dot]")),
        "spaced": ((" @ ", " . "), (" @ ", " ."), (" @", " .")),
    }[layout][int(rng.integers(3))]
    name, domain = value.split("@")
    return name + at + domain.replace(".", dot)


def _phone(rng: np.random.Generator, layout: str, value: str) -> str:
    if layout == "local":
        return f"{value[:-4]}-{value[-4:]}"
    area, head, tail = value[:2], value[2:-4], value[-4:]
    ninth = f"{head[0]} {head[1:]}" if len(head) == 5 else head
    options = {
        "national": (f"({area}) {head}-{tail}", f"{area} {head}-{tail}", f"({area}){head}-{tail}"),
        "digits": (value, value, "55" + value),
        "international": (
            f"+55 {area} {head}-{tail}",
            f"+55 (0{area}) {head} {tail}",
            f"+55 {area} {head} {tail}",
        ),
        "grouped": (f"{area} {ninth} {tail}", f"{area} {ninth} {tail}", f"({area}) {ninth} {tail}"),
        "dotted": (
            f"{area}.{head}.{tail}",
            f"{area}.{head}.{tail}",
            f"{area}.{ninth.replace(' ', '.')}.{tail}",
        ),
        "spaced": (" ".join(value), " ".join(value), f"({' '.join(area)}) {' '.join(head + tail)}"),
        "full_width": (f"{area} {head}-{tail}", f"({area}) {head}-{tail}", value),
    }[layout]
    written = _choice(rng, options)
    return written.translate(_WIDE) if layout == "full_width" else written


def _number(_rng: np.random.Generator, layout: str, v: str) -> str:
    """A CPF or CNPJ; a CPF has eleven digits."""
    cpf = len(v) == 11
    if layout == "digits":
        return v
    if layout == "blanks":
        groups = (v[:3], v[3:6], v[6:9], v[9:]) if cpf else (v[:2], v[2:5], v[5:8], v[8:12], v[12:])
        return " ".join(groups)
    written = f"{v[:3]}.{v[3:6]}.{v[6:9]}-{v[9:]}" if cpf else f"{v[:2]}.{v[2:5]}.{v[5:8]}/{v[8:12]}-{v[12:]}"
    return written.translate(_WIDE) if layout == "full_width" else written


def _cep(_rng: np.random.Generator, layout: str, v: str) -> str:
    return {
        "hyphen": f"{v[:5]}-{v[5:]}",
        "dotted": f"{v[:2]}.{v[2:5]}-{v[5:]}",
        "blanks": f"{v[:5]} {v[5:]}",
    }.get(layout, v)


def _order_id(_rng: np.random.Generator, layout: str, v: str) -> str:
    return {
        "upper": v.upper(),
        "hyphens": f"{v[:8]}-{v[8:12]}-{v[12:16]}-{v[16:20]}-{v[20:]}",
        "blanks": " ".join(v[start : start + 8] for start in range(0, 32, 8)),
    }.get(layout, v)


def _address(rng: np.random.Generator, layout: str) -> str:
    kind, street, number = _choice(rng, STREET_KINDS), _choice(rng, STREETS), int(rng.integers(1, 10_000))
    extra = _choice(rng, ("", "", "", ", apto 42", " casa 2", " bloco B"))
    if layout == "comma":
        return f"{kind} {street}, {number}{extra}"
    if layout == "abbreviated":
        return f"{_SHORT.get(kind, kind)} {street}, {number}{extra}"
    if layout == "numbered":
        return f"{kind} {street} {_choice(rng, ('nº', 'n.', 'n°'))} {number}"
    label = "" if layout == "no_comma" else "numero "
    bare = f"{plain(kind)} {plain(street)} {label}{number}"
    return bare.upper() if rng.random() < 0.3 else bare


_WRITE: dict[str, Callable[[np.random.Generator, str, str], str]] = {
    "email": _email,
    "phone": _phone,
    "cpf": _number,
    "cnpj": _number,
    "cep": _cep,
    "order_id": _order_id,
}
