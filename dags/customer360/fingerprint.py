"""Size and checksums of bytes that stream by."""

from __future__ import annotations

import base64
import hashlib

import google_crc32c


class Crc32c:
    """Cloud Storage's checksum, as its API writes it: base64 of the big-endian value."""

    def __init__(self) -> None:
        self._checksum = google_crc32c.Checksum()  # type: ignore[no-untyped-call]

    def update(self, data: bytes) -> None:
        """Add the next bytes."""
        self._checksum.update(data)  # type: ignore[no-untyped-call]

    def __str__(self) -> str:
        return base64.b64encode(self._checksum.digest()).decode()  # type: ignore[no-untyped-call]


class Fingerprint:
    """What a manifest keeps of a file: `bytes`, crc32c in base64, sha256 in hex."""

    def __init__(self, data: bytes = b"") -> None:
        self.bytes = 0
        self._crc32c, self._sha256 = Crc32c(), hashlib.sha256()
        self.update(data)

    def update(self, data: bytes) -> None:
        """Add the next bytes."""
        self.bytes += len(data)
        self._crc32c.update(data)
        self._sha256.update(data)

    @property
    def crc32c(self) -> str:
        return str(self._crc32c)

    @property
    def crc32c_hex(self) -> str:
        """The same for names, in which base64's slashes would be folders."""
        return base64.b64decode(self.crc32c).hex()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()
