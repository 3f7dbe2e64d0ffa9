"""A way from this machine to a service of the cluster, for the length of a block."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from scripts.cluster import ClusterError, programs
from scripts.cluster.kind import kubeconfig

FORWARDING = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


@contextmanager
def forwarded(namespace: str, service: str, port: int) -> Iterator[str]:
    """The service's URL on this machine. Raises ClusterError when it has no ready pod."""
    command = [str(programs.path("kubectl")), "port-forward", "--namespace", namespace]
    with subprocess.Popen(
        [*command, f"service/{service}", f":{port}"],
        env={**os.environ, "KUBECONFIG": str(kubeconfig())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            line = cast(IO[str], process.stdout).readline()
            found = FORWARDING.match(line)
            if not found:
                raise ClusterError(f"no way to {service}: {line.strip()}; see `make status`")
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            process.kill()
