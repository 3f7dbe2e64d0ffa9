"""Break one file of a delivery in a known way, to prove that the intake refuses it."""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_ROW = 3
_HUGE = 10_000_000


@dataclass(frozen=True)
class Defect:
    """Where the defect stands: data rows count from 1, the header is row 0; row and column None when it is the file."""

    file: str
    row: int | None
    column: str | None


_Spoil = Callable[[Path], tuple[int | None, str | None]]


def spoil(directory: Path, defect: str) -> Defect:
    """Break a file in `directory` and say where.

    Raises ValueError for an unknown defect, FileNotFoundError when the file is not there.
    """
    if defect not in DEFECTS:
        raise ValueError(f"no defect is called {defect!r}; choose one of {', '.join(DEFECTS)}")
    name, change = DEFECTS[defect]
    path = directory / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; generate a delivery first")
    return Defect(name, *change(path))


def _missing(path: Path) -> tuple[None, None]:
    path.unlink()
    return None, None


def _empty(path: Path) -> tuple[None, None]:
    path.write_bytes(b"")
    return None, None


def _header_only(path: Path) -> tuple[None, None]:
    path.write_bytes(path.read_bytes().split(b"\n", 1)[0] + b"\n")
    return None, None


def _utf16(path: Path) -> tuple[None, None]:
    path.write_bytes(path.read_bytes().decode("utf-8").encode("utf-16"))
    return None, None


def _truncated_gzip(path: Path) -> tuple[None, None]:
    """The compressed file takes the place of the plain one, and ends half way."""
    packed = gzip.compress(path.read_bytes(), mtime=0)
    path.with_name(f"{path.name}.gz").write_bytes(packed[: len(packed) // 2])
    path.unlink()
    return None, None


def _wrong_delimiter(path: Path) -> tuple[int, None]:
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    return 0, None


def _wrong_header(path: Path) -> tuple[int, str]:
    _edit(path, 0, lambda line: line.replace(b"customer_city", b"customer_town"))
    return 0, "customer_city"


def _extra_column(path: Path) -> tuple[int, None]:
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0] + b',"surplus"', *(line + b",x" for line in lines[1:])]) + b"\n")
    return 0, None


def _short_row(path: Path) -> tuple[int, None]:
    _edit(path, _ROW, lambda line: line.rsplit(b",", 1)[0])
    return _ROW, None


def _duplicate_keys(path: Path) -> tuple[int, str]:
    """The row is delivered a second time, right after itself."""
    _edit(path, _ROW, lambda line: line + b"\n" + line)
    return _ROW + 1, "order_id"


def _field(column: str, value: Callable[[bytes], bytes], row: int = _ROW) -> _Spoil:
    """Replace one field; only for files whose fields hold no comma in the rows concerned."""

    def change(path: Path) -> tuple[int, str]:
        header = path.read_bytes().split(b"\n", 1)[0].decode().replace('"', "").split(",")
        index = header.index(column)

        def edit(line: bytes) -> bytes:
            fields = line.split(b",")
            fields[index] = value(fields[index])
            return b",".join(fields)

        _edit(path, row, edit)
        return row, column

    return change


def _edit(path: Path, row: int, change: Callable[[bytes], bytes]) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[row] = change(lines[row])
    path.write_bytes(b"\n".join(lines))


_CUSTOMERS, _ORDERS = "olist_customers_dataset.csv", "olist_orders_dataset.csv"
_ITEMS, _PAYMENTS = "olist_order_items_dataset.csv", "olist_order_payments_dataset.csv"
# Defect -> file, and what is done to it. No row of these files holds a line break.
DEFECTS: dict[str, tuple[str, _Spoil]] = {
    "missing_file": (_PAYMENTS, _missing),
    "empty_file": (_ORDERS, _empty),
    "header_only": (_ITEMS, _header_only),
    "wrong_header": (_CUSTOMERS, _wrong_header),
    "extra_column": (_PAYMENTS, _extra_column),
    "short_row": (_ITEMS, _short_row),
    "unclosed_quote": (_CUSTOMERS, _field("customer_city", lambda _old: b'"sao paulo')),
    "invalid_utf8": (_CUSTOMERS, _field("customer_city", lambda _old: b"s\xe3o paulo")),
    "utf16": (_CUSTOMERS, _utf16),
    "nul_bytes": (_CUSTOMERS, _field("customer_city", lambda old: old + b"\x00")),
    "truncated_gzip": (_ORDERS, _truncated_gzip),
    "wrong_delimiter": (_PAYMENTS, _wrong_delimiter),
    "duplicate_keys": (_ORDERS, _duplicate_keys),
    "orphan_rows": (_ITEMS, _field("order_id", lambda _old: b"f" * 32)),
    "impossible_dates": (
        _ORDERS,
        # In a row of its own, so that a delivery can hold this defect beside a repeated key.
        _field("order_purchase_timestamp", lambda _old: b"2017-02-30 10:00:00", row=_ROW + 3),
    ),
    "non_numeric_money": (_PAYMENTS, _field("payment_value", lambda _old: b"R$ 10")),
    "huge_field": (_CUSTOMERS, _field("customer_city", lambda _old: b"x" * _HUGE)),
}


def main() -> int:
    """Run the command; the exit code is 1 when the file to break is not there."""
    parser = argparse.ArgumentParser(prog="python -m scripts.generate.spoil", description=__doc__)
    parser.add_argument("directory", type=Path, help="a generated delivery; it is changed in place")
    parser.add_argument("defect", choices=tuple(DEFECTS))
    arguments = parser.parse_args()
    try:
        done = spoil(arguments.directory, arguments.defect)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{done.file}: row {done.row}, column {done.column}: {arguments.defect}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
