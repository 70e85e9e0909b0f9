#!/bin/bash
# Builds grpcurl, grpc-health-probe and ghz, as go.mod pins them, with Go 1.26 or later, into build/languages/tools.
set -eu
cd "$(dirname "$0")"
. ../go/environment.sh
out=$PWD/../../../build/languages/tools
mkdir -p "$out"
go build -ldflags='-s -w' -o "$out/" tool
