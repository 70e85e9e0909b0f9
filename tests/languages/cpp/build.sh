#!/bin/bash
# Builds what takes part of the C++ SDK. The build tree is that of `make build`.
set -eu
cd "$(dirname "$0")/../../.."
log=build/languages/cpp.log
cmake --build --preset release --target languages_adapter languages_follow >"$log" || {
  cat "$log"
  exit 1
}
