"""Products, sellers and the translation of categories: the files that orders refer to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.generate.canonical import Ints, Table, hex_ids, quoted
from scripts.generate.categories import TRANSLATED, UNTRANSLATED
from scripts.generate.ledger import Ledger
from scripts.generate.pii import render
from scripts.generate.places import STATES, Places, plain
from scripts.generate.quotas import Picker, scaled

REAL_PRODUCTS, REAL_SELLERS = 32_951, 3_095
# Larger deliveries sell more of the same products, so that the look-up tables stay in memory.
_MOST_PRODUCTS, _MOST_SELLERS = 200_000, 20_000
_DIRTY_CITIES = (
    "sao paulo / sao paulo",
    "sp / sp",
    "são paulo",
    "rio de janeiro \\rio de janeiro",
    "arraial d'ajuda (porto seguro)",
    "sao paulo - sp",
    "santos, sp",
)


@dataclass(frozen=True)
class Assortment:
    """Products with their list prices (BRL cents), and sellers; positions are what order items draw."""

    product_ids: list[str]
    prices: Ints
    seller_ids: list[str]


def write_assortment(
    directory: Path,
    orders: int,
    rng: np.random.Generator,
    places: Places,
    ledger: Ledger,
    counts: Counter[str],
) -> Assortment:
    """Write the three files; personal data in seller_city goes to the ledger."""
    products = min(_MOST_PRODUCTS, max(100, scaled(REAL_PRODUCTS, orders)))
    sellers = min(_MOST_SELLERS, max(30, scaled(REAL_SELLERS, orders)))
    prices = np.exp(rng.normal(np.log(75), 0.95, products)) * 100
    assortment = Assortment(
        hex_ids(rng, products), np.clip(prices, 85, 673_500).astype(np.int64), hex_ids(rng, sellers)
    )
    # The cheapest and the dearest product of the real files.
    assortment.prices[:2] = 85, 673_500
    with Table(directory, "products") as table:
        table.write(_product_lines(assortment.product_ids, orders, rng, counts))
        counts["products.rows"] = table.rows
    with Table(directory, "sellers") as table:
        table.write(_seller_lines(assortment.seller_ids, orders, rng, places, ledger, counts))
        counts["sellers.rows"] = table.rows
    _write_translation(directory)
    counts["product_category_name_translation.rows"] = len(TRANSLATED)
    return assortment


def _product_lines(ids: list[str], orders: int, rng: np.random.Generator, counts: Counter[str]) -> list[str]:
    count = len(ids)
    weights = 1 / (np.arange(len(TRANSLATED)) + 3.0)
    drawn = rng.choice(len(TRANSLATED), count, p=weights / weights.sum())
    # Every category sells something, however small the delivery.
    drawn[: min(count, len(TRANSLATED))] = np.arange(min(count, len(TRANSLATED)))
    categories = [TRANSLATED[index][0] for index in drawn.tolist()]
    picker = Picker(rng, np.arange(min(count, len(TRANSLATED)), count))
    for name, real in UNTRANSLATED:
        chosen = picker.take(scaled(real, orders))
        counts["products.category_untranslated"] += len(chosen)
        for position in chosen.tolist():
            categories[position] = name
    texts = np.column_stack(
        (
            rng.integers(20, 64, count),
            rng.integers(50, 3000, count),
            np.minimum(rng.geometric(0.45, count), 20),
        )
    ).tolist()
    sizes = np.column_stack(
        (np.clip(rng.lognormal(6.6, 1.2, count), 50, 40_000), rng.lognormal(3.3, 0.4, (count, 3)) + 2)
    ).astype(int)
    sizes[picker.take(scaled(4, orders)), 0] = 0
    described = [
        ",".join(map(str, (category, *text))) for category, text in zip(categories, texts, strict=True)
    ]
    measured = [",".join(map(str, size)) for size in sizes.tolist()]
    blank = picker.take(scaled(610, orders)).tolist()
    for position in blank:
        described[position] = ",,,"
    # One product without sizes has no description either.
    unmeasured = [*blank[:1], *picker.take(scaled(1, orders)).tolist()]
    for position in unmeasured:
        measured[position] = ",,,"
    counts["products.without_category"] = len(blank)
    counts["products.without_size"] = len(unmeasured)
    counts["products.weight_zero"] = int((sizes[:, 0] == 0).sum())
    return [f"{quoted(i)},{text},{size}" for i, text, size in zip(ids, described, measured, strict=True)]


def _seller_lines(
    ids: list[str],
    orders: int,
    rng: np.random.Generator,
    places: Places,
    ledger: Ledger,
    counts: Counter[str],
) -> list[str]:
    positions = places.draw(rng, len(ids), "sellers")
    cities = [plain(places.cities[position]) for position in positions.tolist()]
    picker = Picker(rng, np.arange(len(ids)))
    for city in _DIRTY_CITIES:
        for seller in picker.take(scaled(3, orders)).tolist():
            cities[seller] = city
            counts["sellers.city_dirty"] += 1
    for layout in (("email", "plain"), ("cep", "bare_digits"), ("phone", "national")):
        for seller in picker.take(max(1, len(ids) // 3000)).tolist():
            planted = render(rng, *layout)
            cities[seller] = planted.value.lower()
            key = {"seller_id": ids[seller]}
            ledger.add("sellers", seller + 1, "seller_city", key, planted.lower(), None)
            counts["sellers.city_with_pii"] += 1
    zips = places.zips[positions]
    lost = picker.take(scaled(7, orders))
    zips[lost] = places.unused(rng, positions[lost])
    counts["sellers.zip_without_geolocation"] = len(lost)
    rows = zip(ids, zips.tolist(), cities, places.states[positions].tolist(), strict=True)
    return [
        f'{quoted(seller)},"{code:05d}",{quoted(city)},{STATES[state].code}'
        for seller, code, city, state in rows
    ]


def _write_translation(directory: Path) -> None:
    """The one file of another make: byte order mark, CRLF, bare header, and no line end after the last row."""
    lines = ["product_category_name,product_category_name_english", *(f"{a},{b}" for a, b in TRANSLATED)]
    path = directory / "product_category_name_translation.csv"
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
