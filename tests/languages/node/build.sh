#!/bin/bash
# Builds the example and the adapter that runs the cases on its stubs.
# usage: tests/languages/node/build.sh
set -eu
cd "$(dirname "$0")"
example=../../../client/examples/node

# What npm installed is written down in node_modules itself.
if [ ! "$example/node_modules/.package-lock.json" -nt "$example/package-lock.json" ]; then
  npm --prefix "$example" ci --silent --no-audit --no-fund --no-update-notifier
fi
npm --prefix "$example" run --silent generate
ln -sfn "$example/node_modules" node_modules
node_modules/.bin/tsc --build
