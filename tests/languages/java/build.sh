#!/bin/bash
# Builds the example and the adapter that runs the cases on its stubs.
# usage: tests/languages/java/build.sh
set -eu
cd "$(dirname "$0")"
exec mvn --quiet --batch-mode -Dstyle.color=never package
