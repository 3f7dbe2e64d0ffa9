"""Tell a chat or an incident tool that a task failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import requests

TIMEOUT_SECONDS = (5, 10)  # to connect, to answer

logger = logging.getLogger(__name__)


def alert(url: str, facts: Mapping[str, str | int]) -> None:
    """Post the facts as JSON; nothing happens without a `url`.

    Never raises: what failed must be told by its own error, not by that of its messenger. The address is a
    secret, so it is not logged either.
    """
    if not url:
        return
    try:
        answer = requests.post(url, json=dict(facts), timeout=TIMEOUT_SECONDS)
    except Exception as error:  # whatever it is, see above
        logger.warning("the alert could not be sent: %s", type(error).__name__)
        return
    if not answer.ok:
        logger.warning("the alert was refused with status %s", answer.status_code)
