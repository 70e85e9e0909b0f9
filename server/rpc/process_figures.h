#ifndef HOTLINE_SERVER_RPC_PROCESS_FIGURES_H_
#define HOTLINE_SERVER_RPC_PROCESS_FIGURES_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace hotline::server {

// What the kernel tells about a process.
struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0;  // the soft limit; the largest number there is where there is none
  std::uint64_t threads = 0;
  absl::Duration cpu;  // user and system, of all threads
  absl::Time started_at = absl::UnixEpoch();
};

// Read from `proc` ("/proc"), where "self" is the process. A figure that is not to be had is 0. A few system calls, and
// one for every hundred or so open descriptors.
ProcessFigures ReadProcessFigures(const std::string& proc = "/proc");

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PROCESS_FIGURES_H_
