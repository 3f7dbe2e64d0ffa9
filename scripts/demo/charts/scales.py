"""Axes: from a value to a position in percent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from matplotlib.ticker import MaxNLocator

ROUND = [1, 2, 2.5, 5, 10]


@dataclass(frozen=True)
class Scale:
    """An axis: `at` maps a value to a position from 0 to 100 %."""

    minimum: float
    maximum: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def at(self, value: float | Decimal) -> float:
        """Position of a value in percent; on a logarithmic axis the value must be positive."""
        low, high, here = self.minimum, self.maximum, float(value)
        if self.logarithmic:
            low, high, here = math.log10(low), math.log10(high), math.log10(here)
        return round(100 * (here - low) / (high - low), 3)


def from_zero(values: Iterable[float | Decimal], ticks: int = 5) -> Scale:
    """A linear axis from 0 to the greatest value (to 1 when there is none)."""
    top = max(map(float, values), default=0) or 1
    round_numbers = MaxNLocator(ticks, steps=ROUND).tick_values(0, top)
    return Scale(0, top, tuple(float(tick) for tick in round_numbers if tick <= top))


def around(values: Iterable[float], ticks: int = 3) -> Scale:
    """A linear axis that spans the values between round numbers; for lines, never for bars."""
    known = list(values) or [0, 1]
    numbers = MaxNLocator(ticks, steps=ROUND).tick_values(min(known), max(known))
    return Scale(float(numbers[0]), float(numbers[-1]), tuple(map(float, numbers)))


def decades(values: Iterable[float]) -> Scale:
    """A logarithmic axis from 1 to the power of ten above the greatest value."""
    top = max(1, math.ceil(math.log10(max(values, default=0) or 1)))
    return Scale(1, 10**top, tuple(10**power for power in range(top + 1)), logarithmic=True)


def share(part: float | Decimal, whole: float | Decimal) -> float:
    """`part / whole`, and 0 of nothing is 0."""
    return float(part) / float(whole) if whole else 0.0
