# Sourced by what builds in Go: the version that grpc-go takes, and flags such that what several builds need is compiled
# once.
if ! go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])'; then
  echo "Go 1.26 or later is needed, and here is: $(go version 2>&1 || true)" >&2
  exit 1
fi
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly"
