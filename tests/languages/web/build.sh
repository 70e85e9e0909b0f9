#!/bin/bash
# Builds the page into browser/dist, and installs what drives the browser into build/languages/web. Does little the
# second time. Needs node, npm, and python3 with venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../../../build/languages/web"
mkdir -p "$out"

cd "$here/browser"
if ! cmp -s package-lock.json node_modules/installed-lock.json; then
  npm ci --no-audit --no-fund --silent
  cp package-lock.json node_modules/installed-lock.json
fi
npm run --silent build >"$out/build.log" 2>&1 || { cat "$out/build.log"; exit 1; }

if ! cmp -s "$here/requirements.txt" "$out/requirements.txt"; then
  /usr/bin/python3 -m venv --clear "$out/python"
  "$out/python/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes \
    -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$out"
fi
