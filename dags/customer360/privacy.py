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

# Characters that look like the ASCII ones below them, in the same order; invisible ones go away.
_LOOK_ALIKES = (
    ("０１２３４５６７８９＠．－／（）＋", "0123456789@.-/()+"),
    ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
    ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
    ("०१२३४५६७८९", "0123456789"),
    ("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "0123456789"),
    ("𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", "0123456789"),
    ("𝟢𝟣𝟤𝟥𝟦𝟧𝟨𝟩𝟪𝟫", "0123456789"),
    ("𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵", "0123456789"),
    ("𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿", "0123456789"),
    ("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"),
    ("₀₁₂₃₄₅₆₇₈₉", "0123456789"),
    ("⓪①②③④⑤⑥⑦⑧⑨", "0123456789"),
    ("ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ", "abcdefghijklmnopqrstuvwxyz"),
    ("ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("аеорсухіѕјАВЕКМНОРСТХοΟ", "aeopcyxisjABEKMHOPCTXoO"),
    ("﹫․。•·∙", "@....."),
    ("\u2010\u2011\u2012\u2013\u2014\u2212", "------"),
    ("\u00a0\u2002\u2003\u2009\u202f\u3000\u000b", "       "),
    ("\u017f\u212a", "sk"),
)
PLAIN_CHARACTERS = {
    **{ord(one): other for pair in _LOOK_ALIKES for one, other in zip(*pair, strict=True)},
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")),
}

_AT = r"\s*(?:@|[(\[]\s*(?:at|arroba)\s*[)\]]|arroba)\s*"
_SPELLED_DOT = r"\s*(?:\bponto\b|[(\[]\s*(?:dot|ponto)\s*[)\]])\s*"
_GLUED_DOT = r"\s*ponto\s*(?:com|net|org|br)\b"
_PROVIDER = r"(?:gmail|hotmail|outlook|yahoo|icloud|uol|bol|terra)"
_NUMBER_WORD = (
    r"(?:zero|uma?|dois|duas|tr[eêÊ]s|quatro|cinco|seis|meia|sete|oito|nove|dez|onze|doze|treze|(?:c|qu)atorze|quinze"
    r"|deze(?:sseis|ssete|nove)|dezoito|vinte|trinta|(?:quar|cinqu|sess|set|oit|nov)enta)"
)
_BETWEEN_WORDS = r"[\s.,;/_*|-]{1,3}(?:e\s+)?"
_BETWEEN_DIGITS = r"[\s._*/|~-]"
_LOCAL_PART = r"[^\s@,;:()<>\[\]]+"
_STREET = r"(?:rua|avenida|travessa|alameda|pra[çÇc]a|rodovia|estrada|av|(?:r|trav|al|rod|estr)[.])"
_STREET_WORD = r"[^\s0-9,;!?()\[\]]+"

# Class and pattern, in the order in which they are replaced: the long and certain ones first.
REDACTIONS = tuple(
    (name, re.compile(pattern, FLAGS))
    for name, pattern in (
        ("order", r"\b[0-9a-f]{8}[ -]?(?:[0-9a-f]{4}[ -]?){4}[0-9a-f]{8}\b"),
        ("email", r"\b(?:[a-z0-9._-]\s){3,}@(?:\s[a-z0-9.-]){5,}"),
        (
            "email",
            rf"{_LOCAL_PART}(?:{_SPELLED_DOT}[a-z0-9_-]+)*{_AT}"
            rf"[a-z0-9-]+(?:[.][a-z0-9-]+|\s*[.]\s*(?:com|net|org|br)\b|{_GLUED_DOT}|{_SPELLED_DOT}[a-z0-9-]+)+",
        ),
        (
            "email",
            rf"{_LOCAL_PART}\s+{_PROVIDER}(?:\s*[.]\s*com|{_SPELLED_DOT}com|{_GLUED_DOT})\b(?:[.]br\b)?",
        ),
        ("email", r"\b[a-z0-9]+(?:[._][a-z0-9]+)+\s+[a-z0-9-]+[.](?:com|net|org|br)\b(?:[.]br\b)?"),
        ("email", rf"{_LOCAL_PART}@{_LOCAL_PART}"),
        ("company", r"\b[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}[/ ]?[0-9]{4}[- ]?[0-9]{2}\b"),
        ("person", r"\b[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}\b"),
        ("postcode", r"\b[0-9]{2}[.]?[0-9]{3}[ -][0-9]{3}\b"),
        ("phone", r"\b0?[3589]00[ .-]?[0-9]{3}[ .-]?[0-9]{4}\b"),
        (
            "phone",
            rf"[+]?(?:\b55[ .-]*[(]?|[(]?\b)0?[1-9][0-9][)]?{_BETWEEN_DIGITS}{{0,2}}"
            rf"(?:9{_BETWEEN_DIGITS}?)?[0-9]{{4}}{_BETWEEN_DIGITS}?[0-9]{{4}}\b",
        ),
        ("phone", r"[(]?\b[0-9](?:[)]?[\s.,;/_*|-]{1,2}[0-9]){7,}\b"),
        ("phone", rf"\b(?:{_NUMBER_WORD}|[0-9])(?:{_BETWEEN_WORDS}(?:{_NUMBER_WORD}|[0-9]{{1,2}})){{7,}}\b"),
        ("phone", rf"\b(?:{_NUMBER_WORD}{_BETWEEN_WORDS}){{1,4}}[0-9]{{4}}{_BETWEEN_DIGITS}?[0-9]{{4}}\b"),
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
# Class, and how it ends in a title and begins in the message after it.
SHORTEST_PHONE = 8  # digits in both halves
SPLITS = tuple(
    (name, re.compile(ending, FLAGS), re.compile(beginning, FLAGS))
    for name, ending, beginning in (
        ("phone", r"[0-9][0-9().\s-]*$", r"^[().\s-]*[0-9](?:[0-9().\s-]*[0-9])?"),
        ("email", rf"{_LOCAL_PART}{_AT}$", r"^\s*[a-z0-9-]+(?:[.][a-z0-9-]+)+"),
        ("email", rf"{_LOCAL_PART}\s*$", rf"^{_AT}[a-z0-9-]+(?:[.][a-z0-9-]+)+"),
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


def redact_review(title: str, message: str) -> tuple[str, str]:
    """Both texts of a review, redacted, also of what begins in the title and ends in the message."""
    title, message = plain_characters(title), plain_characters(message)
    for name, ending, beginning in SPLITS:
        end, begin = ending.search(title), beginning.search(message)
        if end and begin and (name != "phone" or _digit_count(end[0] + begin[0]) >= SHORTEST_PHONE):
            title, message = ending.sub(f"[{name}]", title), beginning.sub(f"[{name}]", message)
    return redact_text(title), redact_text(message)


def _digit_count(text: str) -> int:
    return len(re.sub(r"[^0-9]", "", text))


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
