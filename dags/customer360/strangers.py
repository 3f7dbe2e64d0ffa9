"""How rows lose their person: whose they are, what leads to them, and what stands there afterwards.

Orders, payments and scores stay, as those of a stranger: every id of the person is replaced by one that is derived
with the person's salt, which is random and lies where the eraser alone may read. One id always gives the same stranger:
the tables still join, and a daily delivery gives the same rows every day. Contacts go, and texts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from customer360.errors import PermanentError
from customer360.fingerprint import Fingerprint
from customer360.privacy import keyed_hash

BLANKS = " \t\r\n\u00a0"  # as staging trims
ID_CHARACTERS = 32
NO_ZIP, NO_CITY = "00000", "cidade"  # neither is any place's; staging makes no city of them
BOM = "\ufeff"

Trail = dict[str, bytes]  # each id that leads to a person, and the person's salt


class LayoutError(PermanentError, ValueError):
    """A file has not the columns by which its persons are found."""


@dataclass(frozen=True)
class Rule:
    """Whose a table's rows are, by the id in `found_by`, and what becomes of them.

    `replaced` columns get the stranger's ids, `fixed` ones the same value in every row; where neither is named the row
    goes. `leads_to` is a column whose ids find rows of other tables.
    """

    table: str
    found_by: str
    replaced: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    leads_to: str = ""

    @property
    def is_deletion(self) -> bool:
        return not self.replaced


# In this order rows are changed: what leads to others comes last, so that a second try finds what the first left.
RULES = (
    Rule("order_items", "order_id", ("order_id",)),
    Rule("order_payments", "order_id", ("order_id",)),
    # Its id stands in the survey's mail to the person, and in an open mart.
    Rule(
        "order_reviews",
        "order_id",
        ("review_id", "order_id"),
        {"review_comment_title": "", "review_comment_message": ""},
    ),
    Rule("customer_pii", "customer_unique_id"),
    # Its id stands on the person's invoice, in mails and at the sellers'.
    Rule("orders", "customer_id", ("order_id", "customer_id"), leads_to="order_id"),
    Rule(
        "customers",
        "customer_unique_id",
        ("customer_id", "customer_unique_id"),
        {"customer_zip_code_prefix": NO_ZIP, "customer_city": NO_CITY},
        leads_to="customer_id",
    ),
)
BY_TABLE = {rule.table: rule for rule in RULES}
# Where persons stand by themselves, and how the way goes on from there.
PERSONS = ("customers", "customer_pii")
LEADS = ("customers", "orders")


def substitute(salt: bytes, value: str) -> str:
    """The stranger's id in place of a person's: 32 hexadecimal digits, as ids have; nothing for nothing."""
    found = value.strip(BLANKS)
    return keyed_hash(salt, found)[:ID_CHARACTERS] if found else ""


@dataclass
class Rewriting:
    """One table's file on its way through: counts rows as they leave, and those that were the persons'."""

    rule: Rule
    trail: Trail
    rows: int = -1  # the header is a row too
    found: int = 0
    content: Fingerprint = field(default_factory=Fingerprint)

    def read(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The file's rows, each as it stood there unless it was a person's. Raises LayoutError."""
        for raw, row in table(self.rule.table, chunks):
            kept = self._kept(raw, row)
            if kept:
                self.rows += 1
                self.content.update(kept)
                yield kept

    def _kept(self, raw: bytes, row: dict[str, str]) -> bytes:
        salt = self.trail.get(row[self.rule.found_by].strip(BLANKS)) if row else None
        if salt is None:
            return raw
        self.found += 1
        if self.rule.is_deletion:
            return b""
        ids = {column: substitute(salt, row[column]) for column in self.rule.replaced}
        return _line(row | ids | dict(self.rule.fixed))


def follow(rule: Rule, chunks: Iterable[bytes], trail: Trail) -> int:
    """Add the ids that the persons' rows of a file lead to; the number of those rows. Raises LayoutError."""
    found = 0
    for _, row in table(rule.table, chunks):
        if row and (salt := trail.get(row[rule.found_by].strip(BLANKS))):
            found += 1
            if rule.leads_to and (lead := row[rule.leads_to].strip(BLANKS)):
                trail[lead] = salt
    return found


def table(name: str, chunks: Iterable[bytes]) -> Iterator[tuple[bytes, dict[str, str]]]:
    """The rows of a CSV, each as it stands there and by column; the header as it stands alone.

    Raises LayoutError when the table's rule names a column that is not there.
    """
    rule, header = BY_TABLE[name], list[str]()
    for raw in _rows(chunks):
        values = _values(name, raw)
        if header:
            yield raw, _by_column(name, header, values) if values else {}
            continue
        header = [column.removeprefix(BOM).strip('"') for column in values]
        if missing := {rule.found_by, *rule.replaced, *rule.fixed} - set(header):
            raise LayoutError(f"a file of {name} has no column {', '.join(sorted(missing))}")
        yield raw, {}


def _values(name: str, raw: bytes) -> list[str]:
    try:
        return next(csv.reader([raw.decode()]), [])
    except csv.Error as error:
        raise LayoutError(f"a row of {name} is no CSV: {error}") from None


def _by_column(name: str, header: list[str], values: list[str]) -> dict[str, str]:
    if len(values) != len(header):
        raise LayoutError(f"a row of {name} has {len(values)} values, not {len(header)}")
    return dict(zip(header, values, strict=True))


def in_chunks(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in chunks of `size`, of which only the last is shorter."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)


def _rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The rows of a CSV with their line ends; a quoted value may hold line ends too."""
    row = b""
    for line in _lines(chunks):
        row += line
        if row.count(b'"') % 2 == 0:
            yield row
            row = b""
    if row:
        yield row


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


def _line(row: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    # An empty value is not quoted: quoted it would be text without characters, not NULL.
    csv.writer(text, quoting=csv.QUOTE_NOTNULL, lineterminator="\n").writerow(
        value or None for value in row.values()
    )
    return text.getvalue().encode()
