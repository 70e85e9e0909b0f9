#!/bin/bash
# Builds the example and the adapter that runs the cases on its stubs.
# usage: tests/languages/java/build.sh
set -eu
cd "$(dirname "$0")"
example=../../../client/examples/java
built=conformance/target/adapter.jar

# Maven takes seconds to find out that there is nothing to do.
sources=(pom.xml conformance/pom.xml conformance/src "$example/pom.xml" "$example/src" ../../../proto)
if [ -f "$built" ] && [ -f "$example/target/crisis.jar" ] &&
  [ -z "$(find "${sources[@]}" -newer "$built" -print -quit)" ]; then
  exit
fi
mvn --quiet --batch-mode package
touch "$built"
