"""What only the steps know, as gauges for statsd: sent and forgotten, and nothing is sent without an address."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NAME = re.compile(r"[a-z][a-z0-9_]*")
# Every metric of ours with its labels.
KNOWN: dict[str, tuple[str, ...]] = {
    "customer_360_reconciled_at_seconds": (),
    "customer_360_rows": ("layer", "table"),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gauge:
    """A value of a known metric. Labels are names of layers and tables: raises ValueError for anything unlike one."""

    name: str
    value: int
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if tuple(self.labels) != KNOWN.get(self.name):
            raise ValueError(f"no metric {self.name} with labels {', '.join(self.labels) or 'none'} is known")
        if not all(NAME.fullmatch(value) for value in self.labels.values()):
            raise ValueError(f"a label of {self.name} is no name of a layer or table")

    def __str__(self) -> str:
        tags = ",".join(f"{key}:{value}" for key, value in self.labels.items())
        return f"{self.name}:{self.value}|g" + (f"|#{tags}" if tags else "")


def send(address: str, gauges: Iterable[Gauge]) -> None:
    """Send each to `host:port`. Never raises for the network: a run does not fail of its metrics."""
    if not address:
        return
    host, _, port = address.rpartition(":")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.connect((host, int(port)))
            for gauge in gauges:
                connection.send(str(gauge).encode())
    except OSError as error:
        logger.warning("metrics could not be sent: %s", type(error).__name__)
