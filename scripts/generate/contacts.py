"""Synthetic contact data: one identity per person, derived from the person's id and a seed."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TextIO

from scripts.generate.canonical import Table, quoted
from scripts.generate.places import BY_CODE, STATES, plain
from scripts.generate.words import DISTRICTS, FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS, STREET_KINDS, STREETS

# {d} area code, {a} and {b} the two halves of the number: the layouts that people really type.
PHONE_LAYOUTS = (
    "+55 (0{d}) {a} {b}",
    "+55 (0{d}) {a}-{b}",
    "+55 {d} {a} {b}",
    "+55 {d} {a}-{b}",
    "(0{d}) {a} {b}",
    "(0{d}) {a}-{b}",
    "({d}) {a}-{b}",
    "{d} {a}-{b}",
    "0{d} {a} {b}",
    "{d}{a}{b}",
)
# People in 1,000 that show each hard case.
_SPELLED_TWICE, _NO_EMAIL, _NO_PHONE, _NO_COMMA = 10, 20, 20, 10


@dataclass(frozen=True)
class Identity:
    """Contact data of one person as first delivered, empty where missing; `phone` is eleven digits."""

    real_name: str
    email: str
    phone: str
    phone_number: str
    home_address: str


class Draws:
    """Numbers from a keyed hash of the id: the same person gets the same identity whatever the order."""

    def __init__(self, customer_unique_id: str, seed: int) -> None:
        key = seed.to_bytes(8, "big", signed=True)
        digest = hashlib.blake2b(customer_unique_id.encode(), digest_size=64, key=key).digest()
        self._left = int.from_bytes(digest, "big")

    def below(self, bound: int) -> int:
        """The next number from 0 to `bound - 1`."""
        self._left, drawn = divmod(self._left, bound)
        return drawn

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        """The next choice among `options`."""
        return options[self.below(len(options))]


class Contacts:
    """Writes customer_pii.csv row by row and remembers which e-mails and phones are taken."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._table = Table(directory, "customer_pii")
        self._seed = seed
        self._emails: set[str] = set()
        self._phones: set[str] = set()
        self._persons: set[bytes] = set()

    @property
    def rows(self) -> int:
        """Data rows written so far."""
        return self._table.rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._table.__exit__(None, None, None)

    def add(self, customer_unique_id: str, zip_code: str, city: str, state: str) -> Identity | None:
        """Write the person's rows and return the identity; None when the person was written before."""
        # 16 bytes instead of a string of 32: the set of all persons stays small.
        mark = hashlib.blake2b(customer_unique_id.encode(), digest_size=16).digest()
        if mark in self._persons:
            return None
        self._persons.add(mark)
        draws = Draws(customer_unique_id, self._seed)
        identity = self._with_gaps(draws, self._identity(draws, zip_code, city, state))
        lines = list(self._lines(draws, identity))
        self._table.write(
            f"{quoted(customer_unique_id)},{line},{quoted(city)},{quoted(state)}" for line in lines
        )
        return identity

    def _identity(self, draws: Draws, zip_code: str, city: str, state: str) -> Identity:
        first, last = draws.pick(FIRST_NAMES), draws.pick(LAST_NAMES)
        middle = draws.pick(LAST_NAMES)
        phone = self._phone(draws, state)
        layout = draws.pick(PHONE_LAYOUTS)
        street = f"{draws.pick(STREET_KINDS)} {draws.pick(STREETS)}, {draws.below(3000) + 1}"
        postal = f"CEP {zip_code}-{draws.below(1000):03d}"
        return Identity(
            real_name=f"{first} {middle} {last}" if draws.below(2) else f"{first} {last}",
            email=self._email(draws, plain(first), plain(last)),
            phone=phone,
            phone_number=layout.format(d=phone[:2], a=phone[2:7], b=phone[7:]),
            home_address=f"{street}, {draws.pick(DISTRICTS)}, {city.title()}, {state}, {postal}",
        )

    def _email(self, draws: Draws, first: str, last: str) -> str:
        domain = draws.pick(MAIL_DOMAINS)
        number = draws.below(100_000)
        while (email := f"{first}.{last}{number}@{domain}") in self._emails:
            number += 1
        self._emails.add(email)
        return email

    def _phone(self, draws: Draws, state: str) -> str:
        known = BY_CODE.get(state, STATES[0])
        area = known.area_codes[draws.below(len(known.area_codes))]
        # A mobile number is 9 and eight digits, of which the first is 6 to 9.
        number = draws.below(40_000_000)
        while (phone := f"{area}9{60_000_000 + number}") in self._phones:
            number = (number + 1) % 40_000_000
        self._phones.add(phone)
        return phone

    def _with_gaps(self, draws: Draws, identity: Identity) -> Identity:
        if draws.below(1000) < _NO_EMAIL:
            self.counts["missing_email"] += 1
            identity = replace(identity, email="")
        if draws.below(1000) < _NO_PHONE:
            self.counts["missing_phone"] += 1
            identity = replace(identity, phone="", phone_number="")
        if draws.below(1000) < _NO_COMMA:
            self.counts["address_without_comma"] += 1
            identity = replace(identity, home_address=identity.home_address.replace(",", ""))
        return identity

    def _lines(self, draws: Draws, identity: Identity) -> Iterator[str]:
        fields = (identity.real_name, identity.email, identity.phone_number, identity.home_address)
        yield ",".join(map(quoted, fields))
        if draws.below(1000) < _SPELLED_TWICE:
            self.counts["spelled_twice"] += 1
            name = "  ".join(identity.real_name.upper().split(" "))
            email = f" {identity.email.upper()} " if identity.email else ""
            phone = f"55{identity.phone}" if identity.phone else ""
            yield ",".join(map(quoted, (name, email, phone, identity.home_address.upper())))


def write_contacts(customers: Path, out: Path, seed: int) -> int:
    """Write `out`/customer_pii.csv for every person in the customers file (.csv or .csv.gz).

    Returns the number of data rows. Raises FileNotFoundError when there is no such customers file.
    """
    out.mkdir(parents=True, exist_ok=True)
    with Contacts(out, seed) as contacts:
        for row in _rows(customers):
            contacts.add(
                row["customer_unique_id"],
                row["customer_zip_code_prefix"].zfill(5),
                row["customer_city"],
                row["customer_state"],
            )
        return contacts.rows


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with _open(path) as lines:
        yield from csv.DictReader(lines)


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
