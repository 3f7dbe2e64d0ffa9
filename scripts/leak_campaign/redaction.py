"""Recall and precision of the redaction, on texts of which it is known what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from customer360.privacy import plain_characters, redaction_count
from scripts.generate.labelled import AREA_WORDS, DIGIT_WORDS, SPLIT, Labelled
from scripts.generate.pii import Planted
from scripts.leak_scan.known import plain, squeeze

# A value counts as hidden when fewer digits of it than this are left.
DIGITS_LEFT = 4
_PLACEHOLDER = re.compile(r"\[[a-z]+\]")
_DIGIT = re.compile(rf"[0-9]|\b(?:{'|'.join((*DIGIT_WORDS, *AREA_WORDS.values(), 'meia'))})\b")


@dataclass
class Score:
    """What became of the values of one class and layout."""

    kind: str
    layout: str
    form: str
    planted: int = 0
    hidden: int = 0

    @property
    def recall(self) -> float:
        """Share of the values that are hidden."""
        return self.hidden / self.planted


@dataclass(frozen=True)
class Redaction:
    """The scores by class and layout, and how many replacements hit a value."""

    scores: tuple[Score, ...]
    replaced: int
    replaced_rightly: int

    @property
    def recall(self) -> float:
        """Share of all values that are hidden."""
        return sum(score.hidden for score in self.scores) / sum(score.planted for score in self.scores)

    @property
    def precision(self) -> float:
        """Share of the replacements that stand for a value."""
        return self.replaced_rightly / self.replaced


def judge(texts: Iterable[tuple[Labelled, str, str]]) -> Redaction:
    """Score redacted titles and messages against what was planted in them."""
    scores: dict[tuple[str, str], Score] = {}
    replaced = rightly = 0
    for label, title, message in texts:
        found = redaction_count(title) + redaction_count(message)
        replaced += found
        if planted := label.planted:
            key = (planted.kind, planted.layout)
            score = scores.setdefault(key, Score(*key, planted.form))
            score.planted += 1
            score.hidden += not is_left(planted, f"{title} {message}")
            # Both halves of a value that is split are replaced.
            rightly += min(found, 2 if planted.layout == SPLIT else 1)
    return Redaction(tuple(scores.values()), replaced, rightly)


def is_left(planted: Planted, redacted: str) -> bool:
    """True when the value can still be read off a redacted text, or most of it."""
    text = plain(plain_characters(_PLACEHOLDER.sub(" ", redacted)))
    if planted.kind == "email":
        name, _, domain = planted.canonical.partition("@")
        return squeeze(name) in squeeze(text) or squeeze(domain) in squeeze(text)
    if planted.kind == "address":
        return squeeze(plain(planted.value)) in squeeze(text)
    if planted.kind == "order_id":
        return bool(re.search(r"[0-9a-f]{8}", text))
    return len(_DIGIT.findall(text)) >= DIGITS_LEFT
