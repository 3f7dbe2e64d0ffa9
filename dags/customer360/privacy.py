"""Contact data in plain Python: normalising, masking, redaction and keyed hashing.

The warehouse does the same in SQL (dbt/macros/{contacts,redact_text,keyed_hash}.sql). This is the reference that
the SQL is tested against, and what the leak scan looks with.
"""

from __future__ import annotations

import hashlib
import hmac
import re

BLOCK_BYTES = 64  # SHA-256's block, by RFC 2104
FLAGS = re.IGNORECASE | re.ASCII  # as RE2: letters beyond ASCII have no case

# Full-width digits, exotic blanks and dashes as their ASCII twins; invisible characters away.
PLAIN_CHARACTERS = {
    **str.maketrans("０１２３４５６７８９＠．－／（）＋", "0123456789@.-/()+"),
    **str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------"),
    **str.maketrans("\u00a0\u2002\u2003\u2009\u202f\u3000\u000b", "       "),
    **str.maketrans("\u017f\u212a", "sk"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")),
}

_AT = r"\s*(?:@|[(\[]\s*(?:at|arroba)\s*[)\]]|\barroba\b)\s*"
_SPELLED_DOT = r"\s*(?:\bponto\b|[(\[]\s*(?:dot|ponto)\s*[)\]])\s*"
_LOCAL_PART = r"[^\s@,;:()<>\[\]]+"
_STREET = r"(?:rua|avenida|travessa|alameda|pra[çÇc]a|rodovia|estrada|av|(?:r|trav|al|rod|estr)[.])"
_STREET_WORD = r"[^\s0-9,;!?()\[\]]+"

# Class and pattern, in the order in which they are replaced: the long and certain ones first.
REDACTIONS = tuple(
    (name, re.compile(pattern, FLAGS))
    for name, pattern in (
        ("order", r"\b[0-9a-f]{8}[ -]?(?:[0-9a-f]{4}[ -]?){4}[0-9a-f]{8}\b"),
        (
            "email",
            rf"{_LOCAL_PART}(?:{_SPELLED_DOT}[a-z0-9_-]+)*{_AT}"
            rf"[a-z0-9-]+(?:[.][a-z0-9-]+|\s*[.]\s*(?:com|net|org|br)\b|{_SPELLED_DOT}[a-z0-9-]+)+",
        ),
        ("email", rf"{_LOCAL_PART}@{_LOCAL_PART}"),
        ("company", r"\b[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2}\b"),
        ("person", r"\b[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}\b"),
        ("postcode", r"\b[0-9]{2}[.]?[0-9]{3}[ -][0-9]{3}\b"),
        ("phone", r"\b0?[3589]00[ .-]?[0-9]{3}[ .-]?[0-9]{4}\b"),
        (
            "phone",
            r"[+]?(?:\b55[ .-]*[(]?|[(]?\b)0?[1-9][0-9][)]?[ .-]{0,2}"
            r"(?:9[ .-]?)?[0-9]{4}[ .-]?[0-9]{4}\b",
        ),
        ("phone", r"[(]?\b[0-9](?:[)]?[ .-][0-9]){7,}\b"),
        ("phone", r"\b9[ .-]?[0-9]{4}[ .-]?[0-9]{4}\b|\b[0-9]{4}-[0-9]{4}\b"),
        ("number", r"[0-9]{8,}"),
        (
            "address",
            rf"\b{_STREET}[.]?\s+(?:[0-9]{{1,2}}\s+de\s+)?{_STREET_WORD}(?:\s+{_STREET_WORD}){{0,6}}"
            r"\s*,?\s*(?:n[^a-z0-9\s]*\s*)?(?:[0-9]{1,5}\b|\[[a-z]+\])"
            r"(?:\s*,?\s*(?:apartamento|apto|ap|casa|bloco|bl)[.]?\s*[0-9a-z]{1,4}\b)*",
        ),
    )
)
_REPLACEMENT = re.compile(rf"\[(?:{'|'.join(dict.fromkeys(name for name, _ in REDACTIONS))})\]")
_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+[.][!-?A-~]+")
_PHONE = re.compile(r"(?:00)?(?:55)?0?([1-9][0-9]{9,10})")


def normalise_email(text: str | None) -> str | None:
    """Lower case without blanks around it; None for text that is no e-mail address, which is printable ASCII."""
    found = (text or "").strip(" \t\r\n\u00a0").lower()
    return found if _EMAIL.fullmatch(found) else None


def normalise_phone(text: str | None) -> str | None:
    """E.164 of a Brazilian number in any layout; None without an area code, which leaves the number open."""
    digits = re.sub(r"[^0-9]", "", plain_characters(text or ""))
    found = _PHONE.fullmatch(digits)
    return f"+55{found[1]}" if found else None


def mask_name(text: str) -> str:
    """One initial per word, the length hidden: `José da Silva` is `J*** D*** S***`."""
    words = re.sub(r"\s+", " ", text.strip(" "), flags=re.ASCII)
    return re.sub(r"([^\s])[^\s]*", r"\1***", words, flags=re.ASCII).upper()


def plain_characters(text: str) -> str:
    """The text with look-alikes of ASCII digits, blanks and dashes made ASCII."""
    return text.translate(PLAIN_CHARACTERS)


def redact_text(text: str) -> str:
    """The text with contact data replaced by its class in brackets, as in `call [phone]`."""
    redacted = plain_characters(text)
    for name, pattern in REDACTIONS:
        redacted = pattern.sub(f"[{name}]", redacted)
    return redacted


def redaction_count(redacted: str) -> int:
    """Number of replacements in a redacted text."""
    return len(_REPLACEMENT.findall(redacted))


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA256 (RFC 2104), 64 bytes each: SQL then needs to concatenate only."""
    block = (key if len(key) <= BLOCK_BYTES else hashlib.sha256(key).digest()).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def keyed_hash(key: bytes, value: str) -> str:
    """HMAC-SHA256 of a text in lower-case hex, 64 characters."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
