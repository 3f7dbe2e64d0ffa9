#!/usr/bin/env bash
# Run the tests, fast ones first, with the coverage of customer360. Usage: scripts/test.sh [pytest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

# A part of the tests says nothing of the coverage.
if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest "$@"; fi
exec .venv/bin/python -m pytest --cov=customer360 --cov-branch --cov-report=term:skip-covered --cov-fail-under=90
