#!/usr/bin/env bash
# Test terraform/ without a cloud: format, schema, plans, access, Terraform's own tests, and checkov's policies.
# Usage: scripts/tf_test.sh [pytest arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/venv.sh

if [ $# -gt 0 ]; then exec .venv/bin/python -m pytest -m terraform "$@"; fi

make_venv .venv-checkov requirements/checkov.txt true
failed=0
.venv/bin/python -m pytest -m terraform tests/terraform tests/scripts/terraform tests/scripts/offline/terraform || failed=1
.venv/bin/python -m scripts.terraform plans build/terraform || failed=1
.venv-checkov/bin/checkov --config-file terraform/.checkov.yaml \
  --file build/terraform/staging.json build/terraform/production.json || failed=1
exit "$failed"
