"""Fetch from upstream: a short probe tells whether it answers, and nothing unverified is kept."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import requests

from scripts.cluster import ClusterError

PROBE_SECONDS = 3
FETCH_SECONDS = 60


def answers(url: str) -> bool:
    """True when the server of `url` can be reached from here; asked once per server."""
    parts = urlsplit(url)
    return _server_answers(f"{parts.scheme}://{parts.netloc}/")


@cache
def _server_answers(root: str) -> bool:
    try:
        requests.head(root, timeout=PROBE_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return False
    return True


def text(url: str) -> str:
    """The text at `url`. Raises ClusterError."""
    return _get(url).text


def fetch(url: str, sha256: str, destination: Path) -> None:
    """Download a file and keep it only when its SHA-256 is the expected one. Raises ClusterError."""
    content = _get(url).content
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ClusterError(f"{url}: the checksum is {found}, not {sha256}; try again, or check your proxy")
    unfinished = destination.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(destination)


def _get(url: str) -> requests.Response:
    try:
        answer = requests.get(url, timeout=FETCH_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ClusterError(f"{url} could not be fetched: {type(error).__name__}; try again") from error
    return answer
