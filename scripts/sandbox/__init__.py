"""The sandbox: BigQuery, Cloud Storage and the rates API as local processes."""

from scripts.sandbox.lifecycle import (
    DIRECTORY,
    Sandbox,
    copy_data,
    renew_keys,
    running,
    running_sandbox,
    start,
    status,
    stop,
    use_running,
)
from scripts.sandbox.processes import SandboxError

__all__ = [
    "DIRECTORY",
    "Sandbox",
    "SandboxError",
    "copy_data",
    "renew_keys",
    "running",
    "running_sandbox",
    "start",
    "status",
    "stop",
    "use_running",
]
