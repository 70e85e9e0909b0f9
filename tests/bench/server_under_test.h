#ifndef HOTLINE_TESTS_BENCH_SERVER_UNDER_TEST_H_
#define HOTLINE_TESTS_BENCH_SERVER_UNDER_TEST_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/process.h"

namespace hotline::bench {

// A hotlined, or one that speaks as it does when it starts, on a free port of 127.0.0.1. Destruction kills it if it was
// not stopped.
class ServerUnderTest {
 public:
  struct Options {
    std::string program;                   // path of it
    std::string corpus;                    // folder; empty: its own
    std::vector<std::string> flags;        // more of them
    std::vector<std::string> environment;  // "NAME=value"
  };

  // Returns when it listens. UNAVAILABLE, with what the server said, where it does not within 10 minutes: a corpus of
  // a million documents takes its time, most of all on a busy machine.
  static absl::StatusOr<std::unique_ptr<ServerUnderTest>> Start(const Options& options);

  // Asks it to leave with SIGTERM, and waits. INTERNAL where it does not exit with 0.
  absl::Status Stop();

  const std::string& address() const { return address_; }
  pid_t pid() const { return process_.pid(); }

 private:
  explicit ServerUnderTest(const Options& options);

  tests::Process process_;
  std::string address_;
};

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_SERVER_UNDER_TEST_H_
