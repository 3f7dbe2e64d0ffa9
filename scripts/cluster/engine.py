"""The Docker engine: installed where it is absent, started where nothing else would start it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from scripts import docker
from scripts.cluster import ClusterError
from scripts.cluster.pieces import cache_folder
from scripts.commands import CommandError, run, succeeds

PACKAGES = ("docker.io", "containerd", "runc", "iptables", "mmdebstrap", "jq")
CAP_SYS_RESOURCE = 24
PID_FILE = Path("/var/run/docker.pid")
START_SECONDS = 60
RUNC_WRAPPER = Path(__file__).parents[1] / "offline" / "node_image" / "runc-without-sys-resource"


def provide() -> str:
    """Have a running engine; one line that says what it took. Raises ClusterError and CommandError."""
    if _is_running():
        return "docker: running"
    done = "started"
    if not _is_installed():
        _install()
        done = "installed from Debian and started"
    _start()
    return f"docker: {done}"


def may_claim_resources(status: str) -> bool:
    """True when /proc/self/status grants CAP_SYS_RESOURCE, without which plain privileged containers fail."""
    bounding = next(line.split()[1] for line in status.splitlines() if line.startswith("CapBnd:"))
    return bool(int(bounding, 16) >> CAP_SYS_RESOURCE & 1)


def _is_running() -> bool:
    try:
        return succeeds(docker.program(), "info")
    except CommandError:
        return False


def _is_installed() -> bool:
    # A machine may have the client alone.
    return bool(shutil.which("dockerd") or shutil.which(docker.DEBIAN))


def _install() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ClusterError("docker is not installed: install Docker Engine, then run this again")
    log = cache_folder("logs") / "apt.log"
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", log=log)
    run("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES, log=log, env=quiet)
    docker.program.cache_clear()


def _start() -> None:
    if Path("/run/systemd/system").exists():
        run("systemctl", "start", "docker")
    elif os.geteuid() == 0 and shutil.which("dockerd"):
        _spawn()
    else:
        raise ClusterError(
            "the docker engine does not answer: start it (or join its group), then run this again"
        )
    deadline = time.monotonic() + START_SECONDS
    while not _is_running():
        if time.monotonic() > deadline:
            log = cache_folder("logs") / "dockerd.log"
            raise ClusterError(f"the docker engine did not start in {START_SECONDS} s; see {log}")
        time.sleep(0.5)


def _spawn() -> None:
    """Start the daemon by hand, in its own session, as no init system does it."""
    _remove_stale_pid()
    command = ["dockerd"]
    if not may_claim_resources(Path("/proc/self/status").read_text()):
        wrapper = cache_folder("bin") / RUNC_WRAPPER.name
        shutil.copy(RUNC_WRAPPER, wrapper)
        wrapper.chmod(0o755)
        command += ["--add-runtime", f"modest={wrapper}", "--default-runtime", "modest"]
    with (cache_folder("logs") / "dockerd.log").open("ab") as log:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def _remove_stale_pid() -> None:
    """A daemon that was killed leaves its number behind, which may meanwhile be another process's."""
    with suppress(OSError, ValueError):
        pid = int(PID_FILE.read_text())
        if Path(f"/proc/{pid}/comm").read_text().strip() != "dockerd":
            PID_FILE.unlink()
