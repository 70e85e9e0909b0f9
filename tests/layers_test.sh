#!/bin/bash
# Holds the source to its layers: what may include what, and who may read a clock. Usage: layers_test.sh SOURCE_DIR
set -u
cd "$1"
failed=0

# forbid WHY PATTERN PATH...: no line of C++ under the paths may match.
forbid() {
  local why=$1 pattern=$2
  shift 2
  if grep -rnE --include='*.cc' --include='*.h' "$pattern" "$@"; then
    echo "  ^ $why"
    failed=1
  fi
}

forbid "nothing below rpc/ knows gRPC" '#include [<"]grpc' server/corpus server/search server/timeline
forbid "corpus/ stands alone" '#include "server/(search|timeline|rpc)' server/corpus
forbid "search/ knows the corpus alone" '#include "server/(timeline|rpc)' server/search
forbid "timeline/ knows the corpus alone" '#include "server/(search|rpc)' server/timeline
forbid "the client knows nothing of the server" '#include "server/' client
forbid "the CLI uses only the SDK's public headers" '#include "(client/src|client/include|.*\.grpc\.pb\.h)|#include <grpc' client/cli
forbid "public headers use std types" 'absl::(string_view|optional)' client/include
forbid "no using namespace in a header" '^ *using namespace' $(git ls-files '*.h' 2>/dev/null || find server client tests -name '*.h')
forbid "one place reads the steady clock" 'steady_clock::now' $(ls server/*/*.cc server/*.cc | grep -v timeline/scheduler.cc)
forbid "no pure code reads the time or sleeps" 'system_clock::now|absl::Now\(|SleepFor|sleep_for' server/corpus server/search server/timeline
exit $failed
