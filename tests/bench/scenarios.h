#ifndef HOTLINE_TESTS_BENCH_SCENARIOS_H_
#define HOTLINE_TESTS_BENCH_SCENARIOS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/load.h"
#include "tests/bench/server_under_test.h"
#include "tests/support/temporary_folder.h"

namespace hotline::bench {

// What is asked of every scenario.
struct BenchOptions {
  std::string hotlined;                  // path of the program
  bool smoke = false;                    // small and short: whether it runs, not how fast
  std::optional<int> playbacks;          // instead of the scenario's own number
  std::vector<std::string> flags;        // more flags of the server
  std::vector<std::string> environment;  // of the server, "NAME=value"

  // How many playbacks a scenario runs.
  int Playbacks(int full, int in_smoke) const { return playbacks.value_or(smoke ? in_smoke : full); }
};

// A server with a corpus of its own, and a load connected to it.
class Rig {
 public:
  // `flags` go before those of `options`. The corpus has about `events` events, one a minute of history.
  static absl::StatusOr<std::unique_ptr<Rig>> Start(const BenchOptions& options, int events,
                                                    const std::vector<std::string>& flags = {});

  pid_t server() const { return server_->pid(); }
  Load& load() { return *load_; }
  // A second load of the same server.
  absl::StatusOr<std::unique_ptr<Load>> Connect(Load::Windows windows = Load::Windows::kGrowing) const;
  // Ends the load, then the server.
  absl::Status Stop();

 private:
  Rig() = default;

  tests::TemporaryFolder corpus_;
  std::unique_ptr<ServerUnderTest> server_;
  std::unique_ptr<Load> load_;
};

// Each runs one scenario against a server of its own and returns its table. An error where it could not be run, or the
// server was wrong: figures that miss their goals are no error.
absl::StatusOr<std::string> RunPaced(const BenchOptions& options);
absl::StatusOr<std::string> RunPaused(const BenchOptions& options);
absl::StatusOr<std::string> RunUnpaced(const BenchOptions& options);
absl::StatusOr<std::string> RunMillion(const BenchOptions& options);
absl::StatusOr<std::string> RunStalled(const BenchOptions& options);
absl::StatusOr<std::string> RunNeverReaders(const BenchOptions& options);
absl::StatusOr<std::string> RunPause(const BenchOptions& options);

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_SCENARIOS_H_
