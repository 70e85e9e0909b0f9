#!/bin/bash
# Builds the example and the adapter in Go, with Go 1.26 or later and protoc, into build/languages/go.
set -eu
cd "$(dirname "$0")"
if ! go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])'; then
  echo "Go 1.26 or later is needed, and here is: $(go version 2>&1 || true)" >&2
  exit 1
fi
# As in tools/build.sh, such that what both need is compiled once.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly"
out=$PWD/../../../build/languages/go
mkdir -p "$out"
(cd ../../../client/examples/go && go generate && go build -ldflags='-s -w' -o "$out/crisis" .)
go build -ldflags='-s -w' -o "$out/adapter" .
