#!/usr/bin/env bash
# Install Chromium for the tests that look at pages, where it is absent and apt-get may install it. Usage: scripts/chromium.sh
set -euo pipefail

if command -v chromium >/dev/null || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi
echo "tests: installing chromium"
apt-get update -qq
apt-get install -qq --yes --no-install-recommends chromium >/dev/null
