#ifndef HOTLINE_SERVER_FLAGS_H_
#define HOTLINE_SERVER_FLAGS_H_

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/rpc/access_log.h"
#include "server/rpc/server.h"
#include "server/rpc/tls.h"

namespace hotline::server {

// What the command line says.
struct Settings {
  // The corpus, and whether it is to be checked only.
  std::filesystem::path corpus;
  bool check = false;
  // But for what must be made first: metrics, access log, credentials.
  ServerOptions server;
  std::optional<TlsOptions> tls;
  DrainTimes drain;
  // Zero: no probe.
  absl::Duration self_probe_interval;
  // HOST:PORT; empty: no metrics.
  std::string metrics_listen;
  // Absent: none.
  std::optional<AccessLog::Format> access_log;
};

// Reads and checks the flags. INVALID_ARGUMENT names the one that is wrong, and says what is allowed. Where they ask
// for
// --help or --version, or are no flags, Abseil answers and ends the process.
absl::StatusOr<Settings> ReadFlags(int argc, char** argv);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_FLAGS_H_
