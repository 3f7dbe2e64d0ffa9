#!/usr/bin/env bash
# Run every check, even after one has failed, and name the failed ones at the end. Usage: scripts/lint.sh
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
check() {
  local name=$1
  shift
  echo "lint: $name"
  "$@" || failed+=("$name")
}

# Names that must not reach the repository: package hosts, and folders of one machine.
forbidden_words() {
  local hosts='pypi[.]org|pythonhosted|proxy[.]golang|registry[.]npmjs|crates[.]io'
  ! git grep -nIiE "($hosts)|[.][.]/shared|(^|[^.a-z])/(root|work)/" -- . ':!scripts/lint.sh'
}

check ruff .venv/bin/ruff check --quiet
check format .venv/bin/ruff format --check --quiet
check mypy .venv/bin/mypy
check yamllint .venv/bin/yamllint --strict .
check shellcheck .venv/bin/shellcheck -x scripts/*.sh scripts/lib/*.sh .ci/run
check catalogue .venv/bin/python -m scripts.catalogue verify
check words forbidden_words

if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
echo "lint: all checks passed"
