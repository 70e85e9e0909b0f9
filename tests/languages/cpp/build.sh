#!/bin/bash
# Builds what takes part of the C++ SDK. The build tree is that of `make build`.
set -eu
cd "$(dirname "$0")/../../.."
cmake --build --preset release --target languages_adapter languages_follow >build/languages/cpp.log || { cat build/languages/cpp.log; exit 1; }
