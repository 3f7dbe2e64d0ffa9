"""Airflow's REST API as far as a run needs it: log in, trigger, look, read a log."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from scripts.cluster import ClusterError

REQUEST_SECONDS = 30
# An api-server that restarts is away for about this long.
PATIENCE_SECONDS = 180
AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class TaskInstance:
    """One try of a task; times in seconds since the epoch, None until they happened. map_index -1: not mapped."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int
    label: str
    start: str | None
    end: str | None

    @property
    def key(self) -> str:
        """What tells it from others of its run: `task_id`, or `task_id[map_index]` where it is mapped."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


class Airflow:
    """A logged-in client. Calls outlast a restart of the server for three minutes.

    Raises ClusterError for an answer that says no, and when nobody answers at all.
    """

    def __init__(self, url: str, username: str, password: str):
        self.url = url.rstrip("/")
        self._credentials = {"username": username, "password": password}
        self._session = requests.Session()

    def trigger(self, dag_id: str, conf: dict[str, Any], logical_date: datetime | None = None) -> str:
        """Start a run, once, also when the answer is lost and the call repeated; its id.

        A Dag has one run for a logical date, and any number without one.
        """
        run_id = f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}_{secrets.token_hex(4)}"
        date = logical_date and logical_date.isoformat()
        body = {"dag_run_id": run_id, "logical_date": date, "conf": conf}
        # A conflict is this very run, which an earlier try has started.
        self._call("post", f"dags/{dag_id}/dagRuns", body, allowed=(requests.codes.conflict,))
        return run_id

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler start runs of a Dag."""
        self._call("patch", f"dags/{dag_id}", {"is_paused": False})

    def has_dag(self, dag_id: str) -> bool:
        """True when the Dag has been parsed."""
        return self._call("get", f"dags/{dag_id}", allowed=(requests.codes.not_found,)).ok

    def parse_seconds(self, dag_id: str) -> float:
        """How long the file of a Dag took when it was parsed last."""
        return float(self._call("get", f"dags/{dag_id}").json()["last_parse_duration"])

    def runs(self, dag_id: str) -> list[str]:
        """The ids of the last hundred runs, newest first."""
        found = self._call("get", f"dags/{dag_id}/dagRuns?order_by=-run_after&limit=100").json()
        return [entry["dag_run_id"] for entry in found["dag_runs"]]

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        state: str = self._call("get", f"dags/{dag_id}/dagRuns/{run_id}").json()["state"]
        return state

    def tasks(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """The task instances of a run, mapped ones each."""
        found = self._call("get", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=200").json()
        return [_task(entry) for entry in found["task_instances"]]

    def log(self, dag_id: str, run_id: str, task: TaskInstance) -> list[str]:
        """The lines of a task's last try."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}/logs/{max(task.try_number, 1)}"
        found = self._call("get", f"{path}?map_index={task.map_index}&full_content=true").json()
        return [log_line(entry) for entry in found["content"]]

    def returned(self, dag_id: str, run_id: str, task: TaskInstance) -> Any:
        """What a task returned."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task.task_id}/xcomEntries/return_value"
        return self._call("get", f"{path}?map_index={task.map_index}&deserialize=true").json()["value"]

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, allowed: tuple[int, ...] = ()
    ) -> requests.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self._send(method, path, body)
            except (requests.ConnectionError, requests.Timeout):
                answer = None
            if answer is not None and _is_airflow_s(answer):
                break
            if time.monotonic() > deadline:
                raise ClusterError(f"Airflow at {self.url} does not answer; see `make status`")
            # A restarted node may give the server's address to another pod, to which a kept connection leads for good.
            self._session.close()
            time.sleep(AGAIN_SECONDS)
        if not answer.ok and answer.status_code not in allowed:
            raise ClusterError(
                f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:500]}"
            )
        return answer

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> requests.Response:
        url = f"{self.url}/api/v2/{path}"
        answer = self._session.request(method, url, json=body, timeout=REQUEST_SECONDS)
        if answer.status_code == requests.codes.unauthorized:
            self._log_in()
            answer = self._session.request(method, url, json=body, timeout=REQUEST_SECONDS)
        return answer

    def _log_in(self) -> None:
        answer = self._session.post(f"{self.url}/auth/token", json=self._credentials, timeout=REQUEST_SECONDS)
        if not answer.ok:
            raise ClusterError(
                f"Airflow refused the login of {self._credentials['username']}: {answer.status_code}"
            )
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _is_airflow_s(answer: requests.Response) -> bool:
    """False for what a server says that is not yet, or no longer, Airflow: errors, and a 404 without a reason."""
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    return answer.status_code < 500 and (is_json or answer.status_code != requests.codes.not_found)


def _task(entry: dict[str, Any]) -> TaskInstance:
    return TaskInstance(
        task_id=entry["task_id"],
        map_index=entry["map_index"],
        state=entry["state"],
        try_number=entry["try_number"],
        label=entry.get("rendered_map_index") or entry["task_id"],
        start=entry["start_date"],
        end=entry["end_date"],
    )


def log_line(entry: str | dict[str, Any]) -> str:
    """A line of a log as Airflow answers it, as text."""
    if isinstance(entry, str):
        return entry
    errors = "; ".join(
        f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or ()
    )
    return f"{entry.get('timestamp') or ''} {entry.get('event', '')} {errors}".strip()
