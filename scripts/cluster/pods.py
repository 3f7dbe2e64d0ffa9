"""The pods of tasks as they come and go: one watch, where a question a second costs a tenth of a core."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self, cast

from scripts.cluster import programs
from scripts.cluster.kind import kubeconfig
from scripts.cluster.secrets import AIRFLOW

WATCH = (
    *("get", "pods", "--namespace", AIRFLOW, "--selector", "dag_id,task_id"),
    *("--watch", "--output-watch-events", "--output", "json"),
)
AGAIN_SECONDS = 2.0

Pod = Mapping[str, Any]


class PodWatch:
    """Watches the pods of tasks within a block. `seen`: each pod's last description, by name, also when it is gone."""

    def __init__(self) -> None:
        self.seen: dict[str, Pod] = {}
        self._gone: set[str] = set()
        self._over = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def states(self) -> dict[str, str]:
        """State of the pod that a task has now, by `task_id` or `task_id[map_index]`."""
        there = [pod for name, pod in list(self.seen.items()) if name not in self._gone]
        return {task_of(pod): state_of(pod) for pod in there}

    def take(self, lines: Iterable[str]) -> None:
        """Keep what Kubernetes tells: an event a line. Raises ValueError and KeyError for a line that is none."""
        for line in lines:
            event = json.loads(line)
            name = event["object"]["metadata"]["name"]
            if event["type"] == "DELETED":
                self._gone.add(name)
            self.seen[name] = event["object"]

    def _follow(self) -> None:
        # The watch ends whenever the API of Kubernetes does.
        while not self._over.is_set():
            with (
                subprocess.Popen(
                    [str(programs.path("kubectl")), *WATCH],
                    env={**os.environ, "KUBECONFIG": str(kubeconfig())},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                ) as self._process,
                suppress(ValueError, KeyError),  # it may end within a line, or with an error for an object
            ):
                if self._over.is_set():  # the block ended while the program started
                    self._process.kill()
                self.take(cast(IO[str], self._process.stdout))
            self._over.wait(AGAIN_SECONDS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._process is not None:
            self._process.kill()
        self._thread.join()


def task_of(pod: Pod) -> str:
    """The task of a pod: `task_id` or `task_id[map_index]`."""
    labels = pod["metadata"]["labels"]
    index = labels.get("map_index", "-1")
    return labels["task_id"] if index == "-1" else f"{labels['task_id']}[{index}]"


def state_of(pod: Pod) -> str:
    """The phase of a pod, or why its container waits."""
    containers = pod["status"].get("containerStatuses") or []
    waiting = [entry["state"]["waiting"]["reason"] for entry in containers if "waiting" in entry["state"]]
    return waiting[0] if waiting else str(pod["status"]["phase"])
