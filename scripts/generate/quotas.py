"""How often a quirk occurs: the real count, scaled to the size asked for and spread over the blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from scripts.generate.canonical import Ints

REAL_ORDERS = 99_441
# From this size on every quirk of the real files occurs at least once.
COMPLETE_FROM = 10_000


@dataclass(frozen=True)
class Block:
    """Orders `start`..`stop - 1` of `orders`, with the counter that all blocks share."""

    index: int
    start: int
    stop: int
    orders: int
    seed: int
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """Number of orders in the block."""
        return self.stop - self.start

    def rng(self, stream: int) -> np.random.Generator:
        """A random source of its own for each purpose, so that one part never shifts another."""
        return np.random.default_rng([self.seed, self.index, stream])

    def quota(self, real: float, at_least: int = 1) -> int:
        """This block's share of a quirk that the real 99,441 orders show `real` times."""
        total = scaled(real, self.orders, at_least)
        return total * self.stop // self.orders - total * self.start // self.orders


def scaled(real: float, orders: int, at_least: int = 1) -> int:
    """A count of the real files scaled to `orders`, and not lost by rounding in a complete delivery."""
    return max(at_least if orders >= COMPLETE_FROM else 0, round(real * orders / REAL_ORDERS))


def blocks(orders: int, seed: int, counts: Counter[str], size: int = 20_000) -> Iterable[Block]:
    """Cut `orders` into blocks that fit in memory."""
    for index, start in enumerate(range(0, orders, size)):
        yield Block(index, start, min(start + size, orders), orders, seed, counts)


class Picker:
    """Hands out candidates at random, each at most once, so that quirks never overlap by accident."""

    def __init__(self, rng: np.random.Generator, candidates: Ints) -> None:
        self._left = rng.permutation(candidates)

    def take(self, count: int) -> Ints:
        """The next `count` candidates, or as many as are left."""
        taken, self._left = self._left[:count], self._left[count:]
        return taken
