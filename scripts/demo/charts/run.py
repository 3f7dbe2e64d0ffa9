"""The run: its timeline, and the rows through the layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.demo.charts.scales import Scale, decades, from_zero


@dataclass(frozen=True)
class Step:
    """One step of the run; `start` and `seconds` in seconds from the beginning of the run."""

    name: str
    start: float
    seconds: float


@dataclass(frozen=True)
class Timeline:
    """The steps in order of their start; `measured` is false when only the durations are known."""

    steps: tuple[Step, ...]
    scale: Scale
    measured: bool


def timeline(summary: Mapping[str, Any]) -> Timeline:
    """Steps from `timeline`, else from `seconds`, which knows no starts: those bars all begin at zero."""
    entries = summary.get("timeline") or [
        {"step": step, "start": 0, "seconds": seconds}
        for step, seconds in summary["seconds"].items()
        if step != "total"
    ]
    zero = min((entry["start"] for entry in entries), default=0)
    steps = [Step(entry["step"], entry["start"] - zero, entry["seconds"]) for entry in entries]
    steps.sort(key=lambda step: step.start)
    scale = from_zero([step.start + step.seconds for step in steps], ticks=8)
    return Timeline(tuple(steps), scale, measured=bool(summary.get("timeline")))


@dataclass(frozen=True)
class Memory:
    """Peak resident size in MB per process, largest first."""

    rows: tuple[tuple[str, float], ...]
    scale: Scale


def memory(summary: Mapping[str, Any]) -> Memory:
    """One entry for all steps, which share a process, and one for each other process."""
    steps = {entry["step"].replace(" ", "_") for entry in summary.get("timeline", ())}
    peaks: dict[str, float] = {}
    for name, size in summary.get("peak_rss_mb", {}).items():
        process = "steps" if name in steps else name
        peaks[process] = max(size, peaks.get(process, 0))
    return Memory(tuple(sorted(peaks.items(), key=lambda item: -item[1])), from_zero(peaks.values()))


@dataclass(frozen=True)
class SourceRows:
    """Rows of one delivered table; they balance when none was lost on the way to staging."""

    table: str
    raw: int
    staged: int | None
    quarantined: int

    @property
    def lost(self) -> int | None:
        """Rows neither in staging nor in quarantine; None when staging was not counted."""
        return None if self.staged is None else self.raw - self.staged - self.quarantined


@dataclass(frozen=True)
class Layers:
    """Rows per table through the layers, on one logarithmic axis."""

    sources: tuple[SourceRows, ...]
    marts: Mapping[str, int]
    scale: Scale

    @property
    def raw(self) -> int:
        """All delivered rows."""
        return sum(source.raw for source in self.sources)

    @property
    def staged(self) -> int:
        """All rows in staging."""
        return sum(source.staged or 0 for source in self.sources)

    @property
    def quarantined(self) -> int:
        """All rows in quarantine."""
        return sum(source.quarantined for source in self.sources)

    @property
    def lost(self) -> int:
        """Rows that vanished: gains of one table never make up for losses of another."""
        return sum(abs(source.lost or 0) for source in self.sources)


def layers(summary: Mapping[str, Any]) -> Layers:
    """Pair `raw.<table>` with `staging.stg_<table>` and the quarantine's counts."""
    rows: Mapping[str, int] = summary["rows"]
    quarantined = summary.get("quarantined", {})
    tables = [key.removeprefix("raw.") for key in rows if key.startswith("raw.")]
    sources = [
        SourceRows(table, rows[f"raw.{table}"], rows.get(f"staging.stg_{table}"), quarantined.get(table, 0))
        for table in tables
    ]
    sources.sort(key=lambda source: -source.raw)
    marts = {key.removeprefix("marts."): count for key, count in rows.items() if key.startswith("marts.")}
    ordered = dict(sorted(marts.items(), key=lambda item: -item[1]))
    return Layers(tuple(sources), ordered, decades([*ordered.values(), *(source.raw for source in sources)]))
