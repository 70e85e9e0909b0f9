// Measures playback: runs hotlined, plays many playbacks from it, and prints a table for each scenario.

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/synchronization/mutex.h"
#include "tests/bench/scenarios.h"

ABSL_FLAG(std::string, scenario, "all",
          "which one to run: all, paced, paused, unpaced, million, stalled, never_readers or pause");
ABSL_FLAG(std::string, hotlined, HOTLINED, "path of the server to measure");
ABSL_FLAG(bool, smoke, false, "small and short: shows that everything runs, and measures nothing of worth");
ABSL_FLAG(int, playbacks, 0, "how many playbacks to run; 0: as many as the scenario is about");
ABSL_FLAG(std::vector<std::string>, server_flags, {}, "more flags of hotlined, separated by commas");
ABSL_FLAG(std::vector<std::string>, server_environment, {}, "NAME=value, separated by commas, for hotlined alone");

namespace hotline::bench {
namespace {

struct Scenario {
  const char* name;
  absl::StatusOr<std::string> (*run)(const BenchOptions&);
};
constexpr Scenario kScenarios[] = {
    {"paced", RunPaced},     {"paused", RunPaused},   {"unpaced", RunUnpaced},
    {"million", RunMillion}, {"stalled", RunStalled}, {"never_readers", RunNeverReaders},
    {"pause", RunPause},
};

int Run() {
  BenchOptions options;
  options.hotlined = absl::GetFlag(FLAGS_hotlined);
  options.smoke = absl::GetFlag(FLAGS_smoke);
  const int playbacks = absl::GetFlag(FLAGS_playbacks);
  if (playbacks < 0) {
    std::fprintf(stderr, "playback_bench: --playbacks is %d; allowed are 0 and more\n", playbacks);
    return 1;
  }
  if (playbacks > 0) options.playbacks = playbacks;
  options.flags = absl::GetFlag(FLAGS_server_flags);
  options.environment = absl::GetFlag(FLAGS_server_environment);
  if (!std::filesystem::exists(options.hotlined)) {
    std::fprintf(stderr, "playback_bench: there is no program %s\n", options.hotlined.c_str());
    return 1;
  }
  const std::string wanted = absl::GetFlag(FLAGS_scenario);
  bool found = false;
  for (const Scenario& scenario : kScenarios) {
    if (wanted != "all" && wanted != scenario.name) continue;
    found = true;
    const absl::StatusOr<std::string> table = scenario.run(options);
    if (!table.ok()) {
      std::fprintf(stderr, "playback_bench: %s: %s\n", scenario.name, table.status().ToString().c_str());
      return 1;
    }
    std::printf("%s\n", table->c_str());
    std::fflush(stdout);
  }
  if (!found) std::fprintf(stderr, "playback_bench: \"%s\" is no scenario; --help lists them\n", wanted.c_str());
  return found ? 0 : 1;
}

}  // namespace
}  // namespace hotline::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("measures the playback of hotlined");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil checks for deadlocks at every lock, of gRPC too, which takes a third of the load's CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return hotline::bench::Run();
}
