#include "server/rpc/machine_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hotline::server {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// A number alone in a file; no limit where there is none ("max", or no such file).
std::uint64_t ReadLimit(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  std::uint64_t limit = kNoLimit;
  if (!(file >> word) || !absl::SimpleAtoi(word, &limit)) return kNoLimit;
  return limit;
}

// The limits of a group and of those that it is within; `group` is "/a/b".
std::uint64_t LeastLimit(const std::string& mount, absl::string_view group, absl::string_view file) {
  std::uint64_t least = ReadLimit(absl::StrCat(mount, "/", file));
  while (group.size() > 1) {
    least = std::min(least, ReadLimit(absl::StrCat(mount, group, "/", file)));
    group = group.substr(0, group.rfind('/'));
  }
  return least;
}

}  // namespace

std::uint64_t MemoryBytes(const std::string& root) {
  std::uint64_t least =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  // "0::/group" is version 2, "4:memory:/group" version 1.
  std::ifstream groups(root + "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const std::vector<absl::string_view> controllers = absl::StrSplit(parts[1], ',');
    if (parts[0] == "0" && parts[1].empty()) {
      least = std::min(least, LeastLimit(root + "sys/fs/cgroup", parts[2], "memory.max"));
    } else if (std::find(controllers.begin(), controllers.end(), "memory") != controllers.end()) {
      least = std::min(least, LeastLimit(root + "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"));
    }
  }
  return least;
}

absl::StatusOr<std::uint64_t> RaiseOpenFiles(std::uint64_t wanted, std::uint64_t least) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    rlimit more = {wanted, std::max<rlim_t>(wanted, limit.rlim_max)};
    // Only root may go beyond what it was given.
    if (setrlimit(RLIMIT_NOFILE, &more) != 0) {
      more = {std::min<rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
      setrlimit(RLIMIT_NOFILE, &more);
    }
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < least) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this process may have ", limit.rlim_cur, " files open, and needs at least ", least,
                     "; raise the limit (ulimit -n, or LimitNOFILE in a systemd unit)"));
  }
  return limit.rlim_cur;
}

}  // namespace hotline::server
