"""The geolocation file: many rows per postal code, a quarter of them repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from scripts.generate.canonical import Ints, Table, quoted
from scripts.generate.places import STATES, Places, plain
from scripts.generate.quotas import Block, Picker

ROWS_PER_ORDER, MOST_ROWS = 10, 1_000_000
_BLOCK = 100_000
_REPEATED = 0.26


def write_geolocation(directory: Path, block: Block, places: Places, on_rows: Callable[[int], None]) -> None:
    """Write the file; `block` lends its random source, size and counts. Coordinates in degrees."""
    total = min(MOST_ROWS, max(ROWS_PER_ORDER * block.orders, len(places.zips)))
    rng = block.rng(3)
    prefixes = [f'"{code:05d}"' for code in places.zips.tolist()]
    ends = [
        [f",{quoted(name)},{STATES[state].code}" for name in _spellings(city)]
        for city, state in zip(places.cities, places.states.tolist(), strict=True)
    ]
    with Table(directory, "geolocation") as table:
        for start, size in _parts(total):
            # Each postal code once, then at random.
            chosen = rng.integers(0, len(prefixes), size)
            named = np.arange(start, min(start + size, len(prefixes)))
            chosen[: len(named)] = named
            table.write(_lines(block, rng, places, chosen, prefixes, ends, total))
            on_rows(size)
        block.counts["geolocation.rows"] = table.rows


def _parts(total: int) -> Iterator[tuple[int, int]]:
    for start in range(0, total, _BLOCK):
        yield start, min(_BLOCK, total - start)


def _spellings(city: str) -> tuple[str, ...]:
    """Plain spelling mostly, the accented one at times."""
    return (plain(city), plain(city), city)


def _lines(
    block: Block,
    rng: np.random.Generator,
    places: Places,
    chosen: Ints,
    prefixes: list[str],
    ends: list[list[str]],
    total: int,
) -> list[str]:
    count = len(chosen)
    spread = rng.normal(0, 0.01, (count, 2))
    latitude, longitude = places.latitudes[chosen] + spread[:, 0], places.longitudes[chosen] + spread[:, 1]
    picker = Picker(rng, np.arange(count))
    # Rows in Europe and Mexico, and cities with a star before the name: about 30 and 5 of a million.
    share = max(1, round(30 * count / MOST_ROWS)) if total >= _BLOCK else 0
    abroad = picker.take(share)
    latitude[abroad], longitude[abroad] = 45.065933, -101.466766
    starred = picker.take(1 if share else 0)
    spelled = rng.integers(0, 3, count).tolist()
    rows = zip(chosen.tolist(), latitude.tolist(), longitude.tolist(), spelled, strict=True)
    lines = [f"{prefixes[z]},{lat!r},{lng!r}{ends[z][how]}" for z, lat, lng, how in rows]
    for position in starred.tolist():
        head, _, state = lines[position].rpartition(",")
        lines[position] = f"{head.rsplit(',', 1)[0]},* cidade,{state}"
    # Repeats overwrite rows that no postal code depends on: those after the first mention.
    late = np.arange(count)[min(len(prefixes), count // 2) :] if len(prefixes) < count else np.arange(0)
    repeats = rng.permutation(late)[: min(round(_REPEATED * count), len(late) // 2)]
    repeats = np.setdiff1d(repeats, np.concatenate([abroad, starred]))
    kept = np.setdiff1d(np.arange(count), repeats)
    for target, origin in zip(repeats.tolist(), rng.choice(kept, len(repeats)).tolist(), strict=True):
        lines[target] = lines[origin]
    block.counts["geolocation.outside_brazil"] += len(abroad)
    block.counts["geolocation.city_starred"] += len(starred)
    block.counts["geolocation.repeated"] += len(repeats)
    return lines
