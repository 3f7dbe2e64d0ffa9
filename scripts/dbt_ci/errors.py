"""What the command says when it cannot start."""

from __future__ import annotations


class UsageError(ValueError):
    """An argument or the environment is wrong; the message says what to give instead."""
