"""The sandbox: BigQuery, Cloud Storage and the rates API as local processes."""

from scripts.sandbox.lifecycle import Sandbox, running, running_sandbox, start, status, stop
from scripts.sandbox.processes import SandboxError

__all__ = ["Sandbox", "SandboxError", "running", "running_sandbox", "start", "status", "stop"]
