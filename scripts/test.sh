#!/usr/bin/env bash
# Run the tests, fast ones first, with the coverage of customer360. Usage: scripts/test.sh [pytest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

coverage=(--cov=customer360 --cov-branch --cov-report=term:skip-covered)
if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest "$@"; fi
.venv/bin/python -m pytest -m "not slow" "${coverage[@]}" --cov-report=
.venv/bin/python -m pytest -m slow "${coverage[@]}" --cov-append --cov-fail-under=90
