"""The contact values to look for, in the forms that survive another spelling."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from customer360 import privacy

# Shorter digit strings, names and addresses stand in texts by chance.
SHORTEST_NUMBER = 8
SHORTEST_ADDRESS = 10
PREFIX = 8

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WORD = re.compile(r"[a-z]+")
_NUMBER_WORD = re.compile(r"\b(?:numero|no|n)\b\W*(?=[0-9])")
_OTHER_CHARACTERS = re.compile(r"[^0-9a-z]+")
_NO_DIGITS = re.compile(r"[^0-9]+")
_STREET_AND_NUMBER = re.compile(r"[^0-9]*[a-z][^0-9]*[0-9]+")


@dataclass
class KnownValues:
    """Contact values by kind; every text is lower case without accents, numbers are digits only."""

    emails: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    names: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)  # by first word
    addresses: dict[str, set[str]] = field(default_factory=dict)  # squeezed, by their first characters

    def __len__(self) -> int:
        names = sum(len(group) for group in self.names.values())
        addresses = sum(len(group) for group in self.addresses.values())
        return len(self.emails) + len(self.numbers) + len(self.orders) + names + addresses

    def add_contact(
        self, name: str | None, email: str | None, phone: str | None, address: str | None
    ) -> None:
        """Take in one row of the contact file."""
        words = tuple(_WORD.findall(plain(name or "")))
        if len(words) > 1:
            self.names.setdefault(words[0], set()).add(words)
        if email:
            self.emails.add(plain(email).strip())
        number = privacy.normalise_phone(phone)
        self.add_number(number.removeprefix("+55") if number else phone or "")
        home = plain(address or "")
        self.add_address(home)
        self.add_address(street_and_number(home))

    def add_number(self, text: str) -> None:
        """Take in a phone number, document or postal code."""
        digits = _NO_DIGITS.sub("", plain(text))
        if len(digits) >= SHORTEST_NUMBER:
            self.numbers.add(digits)

    def add_address(self, plain_text: str) -> None:
        """Take in an address or a part of one."""
        squeezed = squeeze(plain_text)
        if len(squeezed) >= SHORTEST_ADDRESS:
            self.addresses.setdefault(squeezed[:PREFIX], set()).add(squeezed)

    def add_planted(self, entry: Mapping[str, str]) -> None:
        """Take in one entry of the generator's ledger."""
        kind, canonical = entry["class"], entry["canonical"]
        if kind == "email":
            self.emails.add(plain(canonical))
        elif kind == "order_id":
            self.orders.add(canonical.lower())
        elif kind == "address":
            self.add_address(plain(canonical))
        else:
            self.add_number(canonical)

    def forget_names(self, places: Iterable[str]) -> None:
        """Drop names that stand in a place's name, such as João Pinheiro: a city of that name is no leak."""
        for place in places:
            words = tuple(_WORD.findall(plain(place)))
            for start, word in enumerate(words):
                for end in range(start + 2, len(words) + 1):
                    self.names.get(word, set()).discard(words[start:end])


def read_ledger(path: Path) -> Iterator[Mapping[str, str]]:
    """The entries of a ledger, one JSON object a line. Raises OSError and ValueError."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def plain(text: str) -> str:
    """Lower case ASCII: look-alike characters made plain, accents and invisible characters away."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", _DASHES.sub("-", text)).encode("ascii", "ignore").decode().lower()


def squeeze(plain_text: str) -> str:
    """Letters and digits alone, the word `number` left out."""
    return _OTHER_CHARACTERS.sub("", _NUMBER_WORD.sub("", plain_text))


def words(plain_text: str) -> list[str]:
    """The words of a plain text."""
    return _WORD.findall(plain_text)


def street_and_number(plain_text: str) -> str:
    """The head of an address up to its first number, which identifies a house in its city."""
    found = _STREET_AND_NUMBER.match(plain_text)
    return found[0] if found else ""
