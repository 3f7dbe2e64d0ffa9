"""Where the images come from, for their labels."""

from __future__ import annotations

from urllib.parse import urlsplit

from scripts.commands import CommandError, run


def address() -> str:
    """The address of the repository's origin for people; empty where it has none but on this machine."""
    try:
        return public_address(run("git", "config", "--get", "remote.origin.url").strip())
    except CommandError:
        return ""


def public_address(url: str) -> str:
    """A remote's address over https and without credentials; empty for a folder."""
    if url.startswith("git@"):
        url = "https://" + url.removeprefix("git@").replace(":", "/", 1)
    found = urlsplit(url)
    if found.scheme not in ("http", "https", "ssh") or not found.hostname:
        return ""
    return f"https://{found.hostname}{found.path.removesuffix('.git')}"
