#!/bin/bash
# Builds the example and the adapter that runs the cases on its stubs.
# usage: tests/languages/node/build.sh
set -eu
cd "$(dirname "$0")"
example=../../../client/examples/node
export npm_config_update_notifier=false

# What npm installed is written down in node_modules itself.
if [ ! "$example/node_modules/.package-lock.json" -nt "$example/package-lock.json" ]; then
  npm --prefix "$example" ci --loglevel=error --no-audit --no-fund
fi
npm --prefix "$example" run --silent generate
ln -sfn "$example/node_modules" node_modules
node_modules/.bin/tsc --build
