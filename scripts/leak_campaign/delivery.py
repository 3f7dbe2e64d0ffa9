"""A delivery in which it is known what personal data stands where it should not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.generate import generate
from scripts.generate.labelled import Labelled, labelled

REVIEWS, SELLERS, CONTACTS = (
    "olist_order_reviews_dataset.csv",
    "olist_sellers_dataset.csv",
    "customer_pii.csv",
)
TITLE, MESSAGE = "review_comment_title", "review_comment_message"

Key = tuple[str, str]


def make(folder: Path, orders: int, seed: int) -> tuple[dict[Key, Labelled], set[str]]:
    """Write a delivery whose reviews hold labelled texts, and every fifth seller's city a person's name.

    Returns the labels by review and order, and the names.
    """
    generate(folder, orders, seed)
    with _rewritten(folder / REVIEWS) as reviews:
        labels = list(labelled(len(reviews), seed))
        for row, label in zip(reviews, labels, strict=True):
            row |= {TITLE: label.title, MESSAGE: label.message}
    with (folder / CONTACTS).open(encoding="utf-8", newline="") as file:
        names = [row["real_name"].strip() for row in csv.DictReader(file) if row["real_name"].strip()]
    with _rewritten(folder / SELLERS) as sellers:
        planted = dict(zip(range(0, len(sellers), 5), names, strict=False))
        for position, name in planted.items():
            sellers[position]["seller_city"] = name
    keys = [(row["review_id"], row["order_id"]) for row in reviews]
    return dict(zip(keys, labels, strict=True)), set(planted.values())


@contextmanager
def _rewritten(path: Path) -> Iterator[list[dict[str, str]]]:
    """The rows of a file, which is written again with what was changed in them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    yield rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
