#!/bin/bash
# Builds grpcurl, grpc-health-probe and ghz, as go.mod pins them, with Go 1.26 or later, into build/languages/tools.
set -eu
cd "$(dirname "$0")"
if ! go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])'; then
  echo "Go 1.26 or later is needed, and here is: $(go version 2>&1 || true)" >&2
  exit 1
fi
# As in go/build.sh, such that what both need is compiled once.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly"
out=$PWD/../../../build/languages/tools
mkdir -p "$out"
go build -ldflags='-s -w' -o "$out/" tool
