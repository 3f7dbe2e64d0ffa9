"""Peak resident memory of a process, by the kernel's count (proc(5))."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def peak_rss_mb(pid: int | str = "self") -> float:
    """Peak resident memory in MB of 1024 kB; 0 where the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return round(int(line.split()[1]) / 1024, 1)


def forget_peak() -> None:
    """Count this process's peak anew, from what it holds now; some kernels do not offer that."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
