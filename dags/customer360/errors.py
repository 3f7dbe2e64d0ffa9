"""The one thing a caller must know of any step's error: whether to try again."""

from __future__ import annotations


class PermanentError(Exception):
    """Trying again changes nothing: first somebody has to mend the delivery, the settings or the code.

    Its message leaves the platform with an alert: it names files, rows, columns and counts, and never quotes a value.
    """
