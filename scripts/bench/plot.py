"""Draw a benchmark's results as one picture of four panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, StrMethodFormatter

BLUE, ORANGE, GREEN, INK, MUTED, GRID = "#1f6fb2", "#b85c00", "#0a7657", "#17202b", "#566272", "#e6ebf0"
LINES = (BLUE, ORANGE, GREEN, "#7a4fa3", "#c2185b", MUTED)
STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "Helvetica Neue", "Arial", "DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    # The same results must give the same bytes: fixed ids, and text as text.
    "svg.hashsalt": "customer360",
    "svg.fonttype": "none",
}


def plot(results: Mapping[str, Any], path: Path) -> None:
    """Write the picture; the ending of `path` (.svg or .png) chooses the format.

    `results` holds `machine`; `upload` (ours_mb_s, curl_mb_s, ratio, peak_rss_mb); `runs`, a list of orders,
    seconds by step and peak_rss_mb; `ordinary` (ours_s, ordinary_s, ratio). Raises KeyError when one is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 6.6), layout="constrained")
        panels = figure.subplots(2, 2, height_ratios=(3, 1.3))
        runs = sorted(results["runs"], key=lambda run: run["orders"])
        _seconds(panels[0, 0], runs)
        _memory(panels[0, 1], runs)
        _upload(panels[1, 0], results["upload"])
        _ordinary(panels[1, 1], results["ordinary"])
        figure.supxlabel(f"Measured on {results['machine']}", fontsize=8, color=MUTED, x=0.01, ha="left")
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _seconds(axes: Axes, runs: Sequence[Mapping[str, Any]]) -> None:
    axes.set_title("Full run: seconds by orders")
    orders = [run["orders"] for run in runs]
    steps = [step for step in runs[0]["seconds"] if step != "total"]
    steps.sort(key=lambda step: runs[-1]["seconds"][step])
    totals = [run["seconds"].get("total", sum(run["seconds"].values())) for run in runs]
    for step, colour in zip(steps, LINES, strict=False):
        _line(axes, orders, [run["seconds"][step] for run in runs], step, colour)
    _line(axes, orders, totals, "total", INK, linewidth=2.5)
    axes.loglog()
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    for count, total in zip(orders, totals, strict=True):
        axes.annotate(f"{total:,.0f} s", (count, total), (-4, 5), textcoords="offset points", ha="right")
    axes.set_ylabel("seconds, logarithmic")
    _order_axis(axes, orders)


def _memory(axes: Axes, runs: Sequence[Mapping[str, Any]]) -> None:
    axes.set_title("Full run: peak memory by orders")
    orders = [run["orders"] for run in runs]
    peaks = [_by_process(run["peak_rss_mb"]) for run in runs]
    for process, colour in zip(peaks[0], LINES, strict=False):
        _line(axes, orders, [peak[process] for peak in peaks], process, colour)
    axes.semilogx()
    axes.set_ylim(bottom=0)
    axes.set_ylabel("MB")
    _order_axis(axes, orders)


def _by_process(peak: float | Mapping[str, float]) -> Mapping[str, float]:
    """One number stands for the process that runs the steps."""
    return peak if isinstance(peak, Mapping) else {"steps": peak}


def _upload(axes: Axes, upload: Mapping[str, float]) -> None:
    axes.set_title(
        f"Upload: {upload['ratio']:.2f} of plain curl, {upload['peak_rss_mb']:,.0f} MB of memory at most"
    )
    _bars(axes, {"this project": upload["ours_mb_s"], "curl": upload["curl_mb_s"]}, "MB/s")


def _ordinary(axes: Axes, ordinary: Mapping[str, float]) -> None:
    axes.set_title(f"Full run: {ordinary['ratio']:.2f} of the ordinary way's time")
    _bars(axes, {"this project": ordinary["ours_s"], "ordinary way": ordinary["ordinary_s"]}, "s")


def _bars(axes: Axes, values: Mapping[str, float], unit: str) -> None:
    bars = axes.barh(list(values), list(values.values()), color=[BLUE, MUTED], height=0.6)
    axes.bar_label(bars, [f"{value:,.0f} {unit}" for value in values.values()], padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.grid(visible=False, axis="y")


def _line(
    axes: Axes, orders: Sequence[int], values: Sequence[float], name: str, colour: str, linewidth: float = 1.5
) -> None:
    axes.plot(orders, values, label=name, marker="o", markersize=4, color=colour, linewidth=linewidth)


def _order_axis(axes: Axes, orders: Sequence[int]) -> None:
    axes.set_xticks(orders, [f"{count:,}" for count in orders])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.15)
    axes.set_xlabel("orders, logarithmic")
    axes.legend(
        loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, labelcolor="linecolor", reverse=True
    )
