#!/usr/bin/env bash
# Bring up the cluster, put Flux in charge, run the tests of promotion, take Flux out again.
# Usage: scripts/e2e_gitops.sh [pytest arguments]; KEEP=1 leaves Flux in
set -euo pipefail
cd "$(dirname "$0")/.."

leave() {
  if [ -z "${KEEP:-}" ]; then .venv/bin/python -m scripts.gitops down; fi
}
trap leave EXIT

.venv/bin/python -m scripts.cluster up
.venv/bin/python -m scripts.gitops up
if [ $# -eq 0 ]; then set -- tests/e2e_gitops; fi
.venv/bin/python -m pytest -m cluster "$@"
