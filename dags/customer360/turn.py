"""Whose turn it is: one run at a time changes data, be it a delivery's or an erasure.

The turn is an object that names its holder; it is made, or passed on, only in place of what was read. It is nobody's
once the holder has ended, so that a run that was killed holds up none.
"""

from __future__ import annotations

from collections.abc import Callable

from customer360.storage import Bucket, ObjectExistsError

TURN = "turn.json"


class TurnTakenError(RuntimeError):
    """Another run is at work; the same call succeeds once that has ended."""


def take(bucket: Bucket, holder: str, has_ended: Callable[[str], bool]) -> None:
    """Take the turn, or keep it. Raises TurnTakenError while another holder has not ended."""
    live = bucket.live(TURN)
    turn = {"holder": holder}
    try:
        if live is None:
            bucket.create_json(TURN, turn)
            return
        current = str(bucket.read_json(TURN)["holder"])
        if current == holder:
            return
        if not has_ended(current):
            raise TurnTakenError(f"{current} is at work; this waits until it has ended")
        bucket.replace_json(live, turn)
    except ObjectExistsError:
        raise TurnTakenError("another run was quicker; this waits until it has ended") from None
