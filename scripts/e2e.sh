#!/usr/bin/env bash
# Bring the cluster up and run the tests that need it or the images, those of GitOps last, which bring Flux.
# Usage: scripts/e2e.sh [pytest arguments]; KEEP=1 leaves Flux in
set -euo pipefail
cd "$(dirname "$0")/.."

# The tests of Airflow's UI look at it with a browser.
scripts/chromium.sh
.venv/bin/python -m scripts.cluster up
# The cluster's registry may have the images from another checkout; their tests read what a build writes here.
.venv/bin/python -m scripts.images build
if [ $# -eq 0 ]; then set -- tests/images tests/e2e; fi
exec .venv/bin/python -m pytest -m cluster "$@"
