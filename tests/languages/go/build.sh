#!/bin/bash
# Builds the example and the adapter in Go, with Go 1.26 or later and protoc, into build/languages/go.
set -eu
cd "$(dirname "$0")"
. ./environment.sh
out=$PWD/../../../build/languages/go
mkdir -p "$out"
(cd ../../../client/examples/go && go generate && go build -ldflags='-s -w' -o "$out/crisis" .)
go build -ldflags='-s -w' -o "$out/adapter" .
