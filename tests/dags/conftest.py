"""The Dag's own tests need Airflow, which cannot be where dbt is: scripts/test.sh runs them in .venv-airflow."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("airflow") else ["airflow"]
