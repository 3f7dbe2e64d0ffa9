#!/usr/bin/env bash
# Run the tests, fast ones first, with the coverage of customer360; then those of the Dag, which need Airflow.
# Usage: scripts/test.sh [pytest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

dag_tests=tests/dags/airflow
# A part of the tests says nothing of the coverage.
case "$*" in
  "") ;;
  *"$dag_tests"*) exec .venv-airflow/bin/python -m pytest "$@" ;;
  *) exec .venv/bin/python -m pytest "$@" ;;
esac

failed=0
# Two processes, each with a sandbox of its own, which grows to 3 GB; a module stays in one process.
processes=(--numprocesses 2 --dist loadfile --no-loadscope-reorder)
coverage=(--cov=customer360 --cov-branch --cov-report=term:skip-covered --cov-fail-under=90)
# The charts' tests render with them.
.venv/bin/python -m scripts.cluster tools || failed=1
.venv/bin/python -m pytest "${processes[@]}" "${coverage[@]}" || failed=1
.venv-airflow/bin/python -m pytest "$dag_tests" || failed=1
exit "$failed"
