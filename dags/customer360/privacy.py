"""Keyed hashing in plain Python: the reference that the warehouse's SQL is tested against."""

from __future__ import annotations

import hashlib
import hmac

BLOCK_BYTES = 64  # SHA-256's block, by RFC 2104


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA256 (RFC 2104), 64 bytes each: SQL then needs to concatenate only."""
    block = (key if len(key) <= BLOCK_BYTES else hashlib.sha256(key).digest()).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def keyed_hash(key: bytes, value: str) -> str:
    """HMAC-SHA256 of a text in lower-case hex, 64 characters."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
