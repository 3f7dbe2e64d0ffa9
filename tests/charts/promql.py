"""The metrics that rules and dashboards may use, each from where it really comes, and those that an expression uses."""

from __future__ import annotations

import re

import yaml

from customer360.metrics import KNOWN
from tests.charts.rendering import CHARTS

# kube-state-metrics' own, which GKE collects itself.
OF_THE_CLUSTER = {"kube_pod_status_phase"}
WORDS = {
    *(
        "absent",
        "absent_over_time",
        "and",
        "avg",
        "by",
        "changes",
        "count",
        "increase",
        "last_over_time",
        "max",
    ),
    *("max_over_time", "min", "offset", "or", "rate", "sum", "time", "topk", "unless", "vector"),
}


def known_metrics() -> set[str]:
    """Names as Prometheus has them: Airflow's by the exporter's mapping, ours, and the cluster's."""
    found = OF_THE_CLUSTER | set(KNOWN)
    for entry in yaml.safe_load((CHARTS / "airflow" / "values.yaml").read_text())["statsd"][
        "overrideMappings"
    ]:
        if entry.get("action") == "drop":
            continue
        found.add(entry["name"])
        if "summary_options" in entry:
            found |= {f"{entry['name']}_count", f"{entry['name']}_sum"}
    return found


def used_metrics(expression: str) -> set[str]:
    """The metrics that an expression names: what is no label, no time and no word of the language."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)|\boffset \w+", " ", expression)
    return set(re.findall(r"[a-zA-Z_:][\w:]*", bare)) - WORDS
