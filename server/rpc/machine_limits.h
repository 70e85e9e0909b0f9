#ifndef HOTLINE_SERVER_RPC_MACHINE_LIMITS_H_
#define HOTLINE_SERVER_RPC_MACHINE_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace hotline::server {

// What the machine and whoever started the process allow.

// The memory that the process may take: the least of what its cgroup and those above it allow (version 2, or 1) and of
// what the machine has. `root` stands for "/", for tests.
std::uint64_t MemoryBytes(const std::string& root = "/");

// Raises the number of files that the process may have open to `wanted`, or as near to it as it may. Returns the
// number. RESOURCE_EXHAUSTED where that is less than `least`.
absl::StatusOr<std::uint64_t> RaiseOpenFiles(std::uint64_t wanted, std::uint64_t least);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_MACHINE_LIMITS_H_
