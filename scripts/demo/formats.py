"""Numbers and names as people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
GAP = "\N{NO-BREAK SPACE}"


def integer(value: float | Decimal) -> str:
    """`1234567` -> `1,234,567`."""
    return f"{value:,.0f}"


def compact(value: float | Decimal) -> str:
    """Three figures at most: `1,553,210` -> `1.55 M`; below 1,000 the number itself."""
    number = float(f"{value:.3g}")
    for size, unit in UNITS:
        if abs(number) >= size:
            return f"{number / size:g}{GAP}{unit}"
    return f"{number:g}"


def percent(value: float, digits: int = 1) -> str:
    """`0.0931` -> `9.3 %`; a share too small to show is `<0.1 %`, never `0.0 %`."""
    smallest = 10.0**-digits
    if 0 < 100 * value < smallest:
        return f"<{smallest:.{digits}f}{GAP}%"
    return f"{100 * value:.{digits}f}{GAP}%"


def whole_percent(value: float) -> str:
    """`0.25` -> `25 %`; for round shares only."""
    return f"{100 * value:g}{GAP}%"


def seconds(value: float) -> str:
    """`3.21` -> `3.2 s`, `75` -> `1 min 15 s`."""
    if value < 60:
        return f"{value:.1f}{GAP}s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}{GAP}min{GAP}{rest}{GAP}s"


def month(value: date) -> str:
    """`2018-03-01` -> `Mar 2018`."""
    return f"{value:%b %Y}"


def title(name: str) -> str:
    """`credit_card` -> `Credit card`; dbt keeps its small letters."""
    words = name.replace("_", " ").replace("-", " ")
    return words if words.startswith("dbt") else words[:1].upper() + words[1:]


def megabytes(value: float) -> str:
    """Bytes in decimal megabytes: `45300000` -> `45.3 MB`."""
    return f"{value / 1e6:,.1f}{GAP}MB"
