"""The views that Terraform makes, before Google's own analyzer: no emulator has the logs that they read."""

from __future__ import annotations

from pathlib import Path

from scripts.lint_sql.analyzer import Query, Table, analyze

# What the linked dataset of a log bucket shows, as far as the view reads it.
LOG = Table(
    ("acme", "olist_job_log", "_AllLogs"),
    (
        {"name": "timestamp", "type": "TIMESTAMP"},
        {"name": "proto_payload", "type": "STRUCT<audit_log STRUCT<metadata JSON>>"},
    ),
)
COLUMNS = {
    "day": "DATE",
    "model": "STRING",
    "jobs": "INT64",
    "bytes_billed": "INT64",
    "slot_ms": "INT64",
    "usd": "FLOAT64",
}


def test_the_view_of_cost_by_model_is_what_bigquery_takes(analyzer: Path) -> None:
    sql = Path("terraform/views/cost_by_model.sql").read_text()
    sql = sql.replace("${project}", "acme").replace("${log}", "olist_job_log")
    columns = tuple({"name": name, "type": kind} for name, kind in COLUMNS.items())

    assert analyze(analyzer, [LOG], [Query("cost_by_model", sql, columns)]) == ()
