#!/usr/bin/env bash
# Make build/site, what Pages shows, of what `make demo` left: the report, dbt's documentation, the summary.
# Usage: scripts/site.sh
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -f build/demo/report.html ]; then
  echo "site: build/demo/report.html is not there; run make docs, which makes it" >&2
  exit 1
fi
rm -rf build/site
mkdir -p build/site
cp build/demo/report.html build/site/index.html
cp -R build/demo/docs build/demo/summary.json build/site/
echo "site: build/site/index.html"
