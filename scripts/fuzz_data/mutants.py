"""Mutants of a delivered file: one defect each, drawn with a seed, of every kind that files in the field have."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import yaml

from customer360.catalogue import Column, Source, source

# One value of a row and what ends it: a comma, a line end, or the end of the file.
VALUE = re.compile(rb'("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|\Z)')
LONG = 1_100_000  # bytes; above what the inspector takes

VALUES = yaml.safe_load((Path(__file__).parent / "values.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Delivered:
    """A file as it should be: its table and its bytes."""

    table: str
    content: bytes

    @property
    def source(self) -> Source:
        return source(self.table)

    @cached_property
    def rows(self) -> list[list[tuple[int, int]]]:
        """Where each value of each row stands, quotes and all, the header first."""
        found: list[list[tuple[int, int]]] = [[]]
        for match in VALUE.finditer(self.content):
            found[-1].append(match.span(1))
            if match[2] != b",":
                if match.end() >= len(self.content):
                    break
                found.append([])
        return found

    def line(self, row: int) -> tuple[int, int]:
        """Where a row begins and ends, without its line end."""
        return self.rows[row][0][0], self.rows[row][-1][1]


@dataclass(frozen=True)
class Mutant:
    """A file with one defect; `number` and the seed make it again. `packed`: it is delivered as .gz."""

    number: int
    table: str
    kind: str
    content: bytes
    packed: bool = False

    @property
    def delivered(self) -> bytes:
        """What a reader gets of it. Raises as gzip does where it is packed and damaged."""
        return gzip.decompress(self.content) if self.packed else self.content


Draw = random.Random
Defect = Callable[[Delivered, Draw], bytes]


def _put(file: Delivered, start: int, end: int, new: bytes) -> bytes:
    return file.content[:start] + new + file.content[end:]


def _somewhere(file: Delivered, draw: Draw) -> int:
    return draw.randrange(len(file.content))


def _row(file: Delivered, draw: Draw) -> int:
    return draw.randrange(1, len(file.rows))


def _place(
    file: Delivered, draw: Draw, fits: Callable[[Column], bool] = lambda _column: True
) -> tuple[int, int]:
    """Where a value of a random row stands, in a column that fits; in any column where none does."""
    columns = file.source.columns
    chosen = [index for index, column in enumerate(columns) if fits(column)] or list(range(len(columns)))
    return file.rows[_row(file, draw)][draw.choice(chosen)]


def _quoted(text: str) -> bytes:
    return b'"' + text.encode().replace(b'"', b'""') + b'"'


def _value_of(texts: list[str], fits: Callable[[Column], bool]) -> Defect:
    """Put one of some texts, quoted or not, in the place of a value."""

    def change(file: Delivered, draw: Draw) -> bytes:
        text = draw.choice(texts)
        plain = draw.random() < 0.5 and not re.search(r'[",\r\n]', text)
        return _put(file, *_place(file, draw, fits), text.encode() if plain else _quoted(text))

    return change


def _insert(*texts: bytes) -> Defect:
    """Put one of some bytes into a value."""

    def change(file: Delivered, draw: Draw) -> bytes:
        start, end = _place(file, draw)
        return _put(file, *(draw.randint(start, end),) * 2, draw.choice(texts))

    return change


def _whole(change: Callable[[bytes], bytes]) -> Defect:
    """Change the file as a whole."""
    return lambda file, _draw: change(file.content)


def _flip(file: Delivered, draw: Draw) -> bytes:
    at = _somewhere(file, draw)
    return _put(file, at, at + 1, bytes([file.content[at] ^ 1 << draw.randrange(8)]))


def _random_byte(file: Delivered, draw: Draw) -> bytes:
    at = _somewhere(file, draw)
    return _put(file, at, at + draw.randrange(2), draw.randbytes(1))


def _without_slice(file: Delivered, draw: Draw) -> bytes:
    at = _somewhere(file, draw)
    return _put(file, at, at + draw.randrange(1, 200), b"")


def _slice_twice(file: Delivered, draw: Draw) -> bytes:
    at = _somewhere(file, draw)
    return _put(file, at, at, file.content[at : at + draw.randrange(1, 200)])


def _cut_off(file: Delivered, draw: Draw) -> bytes:
    return file.content[: _somewhere(file, draw)]


def _without_quote(file: Delivered, draw: Draw) -> bytes:
    places = [match.start() for match in re.finditer(b'"', file.content)] or [0]
    at = draw.choice(places)
    return _put(file, at, at + 1, b"")


def _without_value(file: Delivered, draw: Draw) -> bytes:
    start, end = _place(file, draw)
    return _put(file, start, min(end + 1, len(file.content)), b"")


def _value_more(file: Delivered, draw: Draw) -> bytes:
    start, _ = _place(file, draw)
    return _put(file, start, start, b"x,")


def _values_swapped(file: Delivered, draw: Draw) -> bytes:
    row = file.rows[_row(file, draw)]
    if len(row) < 2:
        return file.content
    (a, b), (c, d) = sorted(draw.sample(row, 2))
    text = file.content
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _without_row(file: Delivered, draw: Draw) -> bytes:
    start, end = file.line(_row(file, draw))
    return _put(file, start, end + 1, b"")


def _row_twice(file: Delivered, draw: Draw) -> bytes:
    start, end = file.line(_row(file, draw))
    return _put(file, start, start, file.content[start:end] + b"\n")


def _rows_glued(file: Delivered, draw: Draw) -> bytes:
    _, end = file.line(draw.randrange(0, len(file.rows) - 1))
    return _put(file, end, end + 1, b"")


def _row_before(line: bytes) -> Defect:
    """A line of its own before a row."""

    def change(file: Delivered, draw: Draw) -> bytes:
        start, _ = file.line(_row(file, draw))
        return _put(file, start, start, line)

    return change


def _header_again(file: Delivered, draw: Draw) -> bytes:
    start, _ = file.line(_row(file, draw))
    head, end = file.line(0)
    return _put(file, start, start, file.content[head:end] + b"\n")


def _header_changed(file: Delivered, draw: Draw) -> bytes:
    start, end = draw.choice(file.rows[0])
    name = file.content[start:end]
    return _put(file, start, end, draw.choice((name.upper(), name + b"_", b" " + name, b"", name.title())))


def _parent(file: Delivered, draw: Draw) -> bytes:
    """Another id where a row names a row of another file, or itself."""
    place = _place(file, draw, lambda column: bool(column.parent) or column.name.endswith("_id"))
    return _put(file, *place, draw.choice((b"f" * 32, b"", b'" "', b'"' + b"0" * 32 + b'"', b"F" * 31)))


def _other_row_s_key(file: Delivered, draw: Draw) -> bytes:
    names = file.source.key or (file.source.columns[0].name,)
    column = file.source.header.index(draw.choice(names))
    other = file.content[slice(*file.rows[_row(file, draw)][column])]
    return _put(file, *file.rows[_row(file, draw)][column], other)


def _recoded(encoding: str) -> Defect:
    return _whole(lambda content: content.decode("utf-8-sig").encode(encoding, "replace"))


def _is(*types: str) -> Callable[[Column], bool]:
    return lambda column: column.type in types


KINDS: dict[str, Defect] = {
    "bit flipped": _flip,
    "random byte": _random_byte,
    "bytes lost": _without_slice,
    "bytes twice": _slice_twice,
    "cut off": _cut_off,
    "empty": _whole(lambda _content: b""),
    "header alone": _whole(lambda content: content.partition(b"\n")[0] + b"\n"),
    "NUL byte": _insert(b"\x00"),
    "control character": _insert(b"\x01", b"\x0b", b"\x1a", b"\x1b[31m", b"\x7f"),
    "carriage return": _insert(b"\r"),
    "line end in a value": _insert(b"\n", b"\r\n"),
    "CRLF": _whole(lambda content: content.replace(b"\n", b"\r\n")),
    "CR alone": _whole(lambda content: content.replace(b"\n", b"\r")),
    "no last line end": _whole(lambda content: content.rstrip(b"\n")),
    "BOM": _whole(lambda content: b"\xef\xbb\xbf" + content),
    "BOM in a value": _insert("\ufeff".encode()),
    "Latin-1": _insert("ã".encode("latin-1"), "ç".encode("latin-1")),
    "broken UTF-8": _insert(b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\xff"),
    "whole file Latin-1": _recoded("latin-1"),
    "whole file UTF-16": _recoded("utf-16"),
    "quote lost": _without_quote,
    "quote more": _insert(b'"', b'""', b'"""'),
    "separator more": _insert(b",", b";", b"\t"),
    "semicolons": _whole(lambda content: content.replace(b",", b";")),
    "value lost": _without_value,
    "value more": _value_more,
    "values swapped": _values_swapped,
    "row lost": _without_row,
    "row twice": _row_twice,
    "rows glued": _rows_glued,
    "blank line": _row_before(b"\n"),
    "comment line": _row_before(b"# exported by hand\n"),
    "header again": _header_again,
    "header changed": _header_changed,
    "date": _value_of(VALUES["dates"], _is("timestamp", "date")),
    "number": _value_of(VALUES["numbers"], _is("integer", "numeric", "float")),
    "text": _value_of(VALUES["texts"], _is("string")),
    "required value empty": _value_of([""], lambda column: column.required),
    "unknown id": _parent,
    "key of another row": _other_row_s_key,
    "very long value": lambda file, draw: _put(file, *_place(file, draw), b"x" * LONG),
    "gzip": _whole(lambda content: gzip.compress(content, mtime=0)),
    "gzip cut off": lambda file, draw: (packed := gzip.compress(file.content, mtime=0))[: draw.randrange(len(packed))],
    "gzip damaged": lambda file, draw: _flip(replace(file, content=gzip.compress(file.content, mtime=0)), draw),
}  # fmt: skip


def mutants(files: list[Delivered], count: int, seed: int) -> Iterator[Mutant]:
    """`count` mutants, each kind in turn and each file by chance; the same ones for the same seed."""
    kinds = list(KINDS)
    for number in range(count):
        draw = random.Random(f"{seed}-{number}")  # noqa: S311 - not for secrets
        file, kind = draw.choice(files), kinds[number % len(kinds)]
        yield Mutant(number, file.table, kind, KINDS[kind](file, draw), kind.startswith("gzip"))
