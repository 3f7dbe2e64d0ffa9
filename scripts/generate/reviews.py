"""Reviews of one block: scores, texts with their line breaks, and the personal data planted in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.generate.canonical import Ints, epoch, quoted, times
from scripts.generate.contacts import Identity
from scripts.generate.ledger import Ledger
from scripts.generate.orders import Orders
from scripts.generate.pii import LAYOUTS, Planted, render
from scripts.generate.quotas import Block, Picker
from scripts.generate.words import (
    COMPLAINTS,
    CONTEXTS,
    LOOKALIKES,
    PRAISE,
    QUOTED,
    TITLES_BAD,
    TITLES_GOOD,
)

_DAY = 86_400
_LONGEST_TITLE = 26
# Planted values of each layout per 99,441 orders, and at least three in a complete delivery.
_PLANTED, _PLANTED_AT_LEAST = 20, 3
# The night the clocks went forward: midnight did not exist.
_CLOCK_CHANGE = (epoch("2017-10-15 00:00:00"), epoch("2017-10-16 00:00:00"))


@dataclass
class Reviews:
    """Reviews by position; `owners` are positions of orders."""

    owners: list[int]
    ids: list[str]
    scores: list[int]
    titles: list[str]
    messages: list[str]
    created: Ints
    answered: Ints

    def lines(self, orders: Orders) -> list[str]:
        """Rows of the reviews file."""
        rows = zip(
            self.owners, self.ids, self.scores, self.titles, self.messages,
            times(self.created), times(self.answered), strict=True,
        )  # fmt: skip
        return [
            f"{quoted(review)},{quoted(orders.order_ids[owner])},{score},{quoted(title)},{quoted(message)},{made},{answer}"
            for owner, review, score, title, message, made, answer in rows
        ]


def make_reviews(
    block: Block, orders: Orders, identities: dict[str, Identity], ledger: Ledger, rows_before: int
) -> Reviews:
    """Draw the reviews; planted values go to the ledger with their row in the file."""
    rng = block.rng(2)
    picker = Picker(rng, np.arange(block.size))
    silent, twice = picker.take(block.quota(768)), picker.take(block.quota(551))
    owners = np.concatenate([np.setdiff1d(np.arange(block.size), silent), twice])
    block.counts["orders.without_review"] += len(silent)
    block.counts["order_reviews.further_review_of_an_order"] += len(twice)
    count = len(owners)
    scores = _scores(rng, orders, owners)
    sent = np.where(orders.delivered[owners] >= 0, orders.delivered[owners], orders.estimated[owners])
    created = (sent // _DAY + 1) * _DAY
    shifted = np.isin(created, _CLOCK_CHANGE)
    created[shifted] += 3600
    block.counts["order_reviews.created_at_one_o_clock"] += int(shifted.sum())
    reviews = Reviews(
        owners=owners.tolist(),
        ids=_ids(block, rng, count, len(twice)),
        scores=scores.tolist(),
        titles=[""] * count,
        messages=[""] * count,
        created=created,
        answered=created + (rng.lognormal(0.8, 0.7, count) * _DAY).astype(np.int64),
    )
    _write_texts(block, rng, reviews)
    _plant(block, rng, orders, reviews, identities, ledger, rows_before)
    block.counts["order_reviews.without_title"] += reviews.titles.count("")
    block.counts["order_reviews.without_message"] += reviews.messages.count("")
    block.counts["order_reviews.line_break"] += sum("\n" in message for message in reviews.messages)
    return reviews


def _scores(rng: np.random.Generator, orders: Orders, owners: Ints) -> Ints:
    late = (orders.delivered < 0) | (orders.delivered > orders.estimated)
    # Late parcels make most of the low scores; together 56, 19, 8, 3 and 14 %.
    on_time = rng.choice([5, 4, 3, 2, 1], len(owners), p=[0.60, 0.205, 0.08, 0.025, 0.09])
    delayed = rng.choice([5, 4, 3, 2, 1], len(owners), p=[0.20, 0.10, 0.11, 0.08, 0.51])
    return np.where(late[owners], delayed, on_time)


def _ids(block: Block, rng: np.random.Generator, count: int, further: int) -> list[str]:
    """Review ids; 814 of the real ones stand on a second order."""
    digits = rng.bytes(16 * count).hex()
    ids = [digits[start : start + 32] for start in range(0, 32 * count, 32)]
    # First reviews only: a further review of the same order must have an id of its own.
    picker = Picker(rng, np.arange(count - further))
    shared = block.quota(814)
    for receiver, giver in zip(picker.take(shared).tolist(), picker.take(shared).tolist(), strict=True):
        ids[receiver] = ids[giver]
        block.counts["order_reviews.shared_review_id"] += 1
    return ids


def _write_texts(block: Block, rng: np.random.Generator, reviews: Reviews) -> None:
    count = len(reviews.ids)
    titled, spoken = rng.random(count) < 0.117, rng.random(count) < 0.413
    choices = rng.integers(0, 1_000_000, (count, 4)).tolist()
    for position, (one, two, three, how_many) in enumerate(choices):
        good = reviews.scores[position] >= 4
        if titled[position]:
            titles = TITLES_GOOD if good else TITLES_BAD
            reviews.titles[position] = titles[one % len(titles)]
        if spoken[position]:
            phrases = PRAISE if good else COMPLAINTS
            chosen = [phrases[draw % len(phrases)] for draw in (one, two, three)][: how_many % 3 + 1]
            reviews.messages[position] = ". ".join(dict.fromkeys(chosen))
    picker = Picker(rng, np.flatnonzero(spoken))
    for number, position in enumerate(picker.take(block.quota(3890)).tolist()):
        end = "\r\n" if number % 3 else "\n"
        reviews.messages[position] = reviews.messages[position].replace(". ", end) + end + "Obrigado"
    with_quotes = picker.take(block.quota(183))
    for position in with_quotes.tolist():
        reviews.messages[position] = f"{reviews.messages[position]}. {QUOTED}"
    block.counts["order_reviews.double_quote"] += len(with_quotes)
    lookalikes = picker.take(block.quota(410))
    for number, position in enumerate(lookalikes.tolist()):
        reviews.messages[position] += f", {LOOKALIKES[number % len(LOOKALIKES)]}"
    block.counts["order_reviews.lookalike"] += len(lookalikes)


def _plant(
    block: Block,
    rng: np.random.Generator,
    orders: Orders,
    reviews: Reviews,
    identities: dict[str, Identity],
    ledger: Ledger,
    rows_before: int,
) -> None:
    """Plant every layout at its rate, some twice in one text, and short values in a few titles."""
    empty = np.array([i for i, message in enumerate(reviews.messages) if message and "\n" not in message])
    picker = Picker(rng, empty.astype(np.int64))
    titles = Picker(rng, np.array([i for i, title in enumerate(reviews.titles) if title], dtype=np.int64))

    def note(column: str, position: int, planted: Planted, person: str | None) -> None:
        key = {"review_id": reviews.ids[position], "order_id": orders.order_ids[reviews.owners[position]]}
        ledger.add("order_reviews", rows_before + position + 1, column, key, planted, person)
        block.counts["order_reviews.planted_pii"] += 1

    previous = -1
    for kind, layout in LAYOUTS:
        for number, position in enumerate(picker.take(block.quota(_PLANTED, _PLANTED_AT_LEAST)).tolist()):
            # Every sixth value joins the text of the one before.
            at = previous if number % 6 == 5 else position
            order = orders.order_ids[reviews.owners[at]]
            person = orders.unique_ids[reviews.owners[at]]
            own = _own_value(kind, layout, order, identities.get(person)) if number % 2 == 0 else None
            planted = render(rng, kind, layout, own)
            reviews.messages[at] = _insert(rng, reviews.messages[at], planted)
            note(
                "review_comment_message", at, planted, person if own and kind in ("email", "phone") else None
            )
            previous = at
    for number, position in enumerate(titles.take(block.quota(20, 4)).tolist()):
        layout = ("national", "digits", "grouped", "dotted")[number % 4]
        planted = render(rng, "phone", layout)
        reviews.titles[position] = f"Fone {planted.value}"[:_LONGEST_TITLE]
        note("review_comment_title", position, planted, None)


def _own_value(kind: str, layout: str, order_id: str, identity: Identity | None) -> str | None:
    """The author's own value, where there is one to take."""
    if kind == "order_id":
        return order_id
    if identity is None or (kind == "phone" and layout == "local"):
        return None
    return {"email": identity.email, "phone": identity.phone}.get(kind) or None


def _insert(rng: np.random.Generator, message: str, planted: Planted) -> str:
    """Put the value first, last, after a line break, or in the middle of the text."""
    contexts = CONTEXTS[planted.kind]
    context = contexts[int(rng.integers(len(contexts)))]
    labelled = planted.kind == "cep" and planted.layout in ("labelled_digits", "blanks")
    place = int(rng.integers(4))
    if place == 0 and not labelled:
        return f"{planted.value} {message}"
    if place == 1 and not labelled:
        return f"{message}\r\n{planted.value}"
    if place == 2:
        return f"{message}. {context} {planted.value}"
    return f"{context} {planted.value}. {message}"
