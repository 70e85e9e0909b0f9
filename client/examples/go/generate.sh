#!/bin/sh
# Generates hotline/v1 from ../../../proto, with the plugins that go.mod pins. `go generate` runs it.
set -eu
cd "$(dirname "$0")"
proto=../../../proto
protoc -I "$proto" \
  --plugin=protoc-gen-go="$(go tool -n protoc-gen-go)" --go_out=. --go_opt=paths=source_relative \
  --plugin=protoc-gen-go-grpc="$(go tool -n protoc-gen-go-grpc)" --go-grpc_out=. --go-grpc_opt=paths=source_relative \
  "$proto"/hotline/v1/*.proto
