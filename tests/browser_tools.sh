#!/usr/bin/env bash
# Install what tests/browser.py needs: Chromium, its driver and axe-core.
# Run from anywhere, as often as you like: what is already there is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

AXE_VERSION=4.14.1
axe_package=.cache/axe/node_modules/axe-core/package.json

# Debian ships browser and driver in step, so nothing has to match versions.
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends chromium chromium-driver
fi

# --no-package-lock: the version is pinned above, a lock file would name a host.
if ! grep -q "\"version\": \"$AXE_VERSION\"" "$axe_package" 2>/dev/null; then
  mkdir -p .cache/axe
  npm install --prefix .cache/axe --no-save --no-package-lock --no-audit --no-fund \
    "axe-core@$AXE_VERSION"
fi

chromium --version
chromedriver --version
echo "axe-core $AXE_VERSION"
