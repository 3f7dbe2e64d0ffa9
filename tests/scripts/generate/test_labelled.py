"""Labelled texts hold what their labels say."""

from __future__ import annotations

from scripts.generate.labelled import EVASIONS, SPLIT, labelled
from scripts.generate.pii import LAYOUTS

COUNT = 4 * (len(LAYOUTS) + len(EVASIONS))
TEXTS = list(labelled(COUNT, 7))


def test_every_layout_is_planted_twice() -> None:
    layouts = [(text.planted.kind, text.planted.layout) for text in TEXTS if text.planted]
    assert sorted(layouts) == sorted([*LAYOUTS, *EVASIONS] * 2)


def test_half_of_the_texts_hold_nothing() -> None:
    assert sum(text.planted is None for text in TEXTS) == COUNT // 2


def test_a_planted_value_stands_in_its_text() -> None:
    whole = [text for text in TEXTS if text.planted and text.planted.layout != SPLIT]
    assert [text for text in whole if text.planted and text.planted.value not in text.message] == []


def test_a_split_value_stands_in_neither_half_alone() -> None:
    split = [text for text in TEXTS if text.planted and text.planted.layout == SPLIT]
    assert split
    assert all(
        text.planted and text.planted.value not in text.title and text.planted.value not in text.message
        for text in split
    )


def test_the_same_seed_gives_the_same_texts() -> None:
    assert list(labelled(COUNT, 7)) == TEXTS
    assert list(labelled(COUNT, 8)) != TEXTS
