"""What kinds of personal data a text holds. The patterns are the scan's own: those of the redaction would only
find what the redaction finds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.leak_scan.known import PREFIX, SHORTEST_NUMBER, KnownValues, plain, squeeze, words

_SPELLED_AT = re.compile(r"\s*(?:[(\[{]\s*(?:at|arroba)\s*[)\]}]|\barroba\b|@)\s*")
_SPELLED_DOT = re.compile(
    r"\s*(?:[(\[{]\s*(?:dot|ponto)\s*[)\]}]|\b(?:ponto|dot)\b)\s*|(?<=\w)\s+\.\s*(?=\w)"
)
_EMAIL = re.compile(r"[^\s@,;:()<>\[\]\"']+@[^\s@,;:()<>\[\]\"']+")
_DIGITS = re.compile(r"[0-9](?:[\s().+/-]{0,2}[0-9]){7,}")
_ORDER = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}[ -]?(?:[0-9a-f]{4}[ -]?){4}[0-9a-f]{8}(?![0-9a-f])")
_PATTERNS = {
    "phone": re.compile(
        r"(?<![\d.,])(?:\+?55[\s.-]*)?\(?0?[1-9]\d\)?[\s.-]{0,2}(?:9[\s.-]?)?\d{4}[\s.-]?\d{4}(?!\d)"
        r"|(?<!\d)9?\d{4}-\d{4}(?!\d)|(?<!\d)\d{8,}(?!\d)"
    ),
    "CPF": re.compile(r"(?<!\d)\d{3}[. ]?\d{3}[. ]?\d{3}[- ]?\d{2}(?!\d)"),
    "CEP": re.compile(r"(?<!\d)\d{2}\.?\d{3}-\d{3}(?!\d)"),
}


def kinds(text: str, known: KnownValues) -> Iterator[str]:
    """The kinds of personal data in one text, as `known e-mail` or `CPF`; none twice."""
    lowered = plain(text)
    if "@" in lowered or "arroba" in lowered or "at" in lowered:
        yield from _emails(lowered, known)
    if any(map(str.isdigit, lowered)):
        yield from _numbers(lowered, known)
        if _holds_address(squeeze(lowered), known):
            yield "known address"
    if _holds_name(words(lowered), known):
        yield "known name"


def _emails(lowered: str, known: KnownValues) -> Iterator[str]:
    joined = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", lowered))
    found = [address.strip(".!?*_") for address in _EMAIL.findall(joined)]
    if any(address in known.emails for address in found):
        yield "known e-mail"
    if any("." in address.partition("@")[2] for address in found):
        yield "e-mail"


def _numbers(lowered: str, known: KnownValues) -> Iterator[str]:
    runs = [re.sub(r"[^0-9]", "", run) for run in _DIGITS.findall(lowered)]
    if any(_holds_number(run, known) for run in runs):
        yield "known number"
    if orders := _ORDER.findall(lowered):
        ids = {re.sub(r"[ -]", "", order) for order in orders}
        yield "known order id" if ids & known.orders else "order id"
    for kind, pattern in _PATTERNS.items():
        if pattern.search(lowered):
            yield kind


def _holds_number(digits: str, known: KnownValues) -> bool:
    return any(
        digits[start:end] in known.numbers
        for start in range(len(digits) - SHORTEST_NUMBER + 1)
        for end in range(start + SHORTEST_NUMBER, len(digits) + 1)
    )


def _holds_address(squeezed: str, known: KnownValues) -> bool:
    return any(
        squeezed.startswith(tuple(candidates), start)
        for start in range(len(squeezed) - PREFIX + 1)
        if (candidates := known.addresses.get(squeezed[start : start + PREFIX]))
    )


def _holds_name(found: list[str], known: KnownValues) -> bool:
    return any(
        tuple(found[start : start + len(name)]) == name
        for start, word in enumerate(found)
        if word in known.names
        for name in known.names[word]
    )
