// Puts paced playbacks and a stream of unary calls to one target through the SDK, and says what became of them.
//
// On standard error "opened" comes once every playback runs, so that whoever started this may begin with its faults. At
// the end one line of JSON comes on standard output (report.h). Exit code 0 says only that it ran; the figures judge.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "hotline/client.h"
#include "hotline/options.h"
#include "tests/balancer/playback_load.h"
#include "tests/balancer/report.h"
#include "tests/balancer/unary_load.h"

ABSL_FLAG(std::string, target, "", "what the SDK connects to");
ABSL_FLAG(int, connections, 8, "over how many connections of the SDK playbacks and calls are spread");
ABSL_FLAG(int, playbacks, 500, "how many playbacks there are");
ABSL_FLAG(absl::Duration, open_over, absl::Seconds(4), "over what time they begin");
ABSL_FLAG(int, controlled_percent, 20, "how many of 100 are PlayTimeline, the others StreamTimeline");
ABSL_FLAG(absl::Duration, day_length, absl::Seconds(30), "how long a day of history takes");
ABSL_FLAG(bool, allow_continue, false, "whether a playback may go on in another revision");
ABSL_FLAG(int, unary_rate, 100, "unary calls a second, as long as playbacks run and --at_least has not passed");
ABSL_FLAG(int, unary_threads, 16, "how many unary calls there are at once at most");
ABSL_FLAG(absl::Duration, at_least, absl::ZeroDuration(), "how long unary calls are made at least");
ABSL_FLAG(absl::Duration, at_most, absl::Minutes(2), "after what time playbacks that still run are cancelled");
ABSL_FLAG(absl::Duration, stream_idle_timeout, absl::Seconds(60), "ConnectionOptions::stream_idle_timeout");
ABSL_FLAG(absl::Duration, keepalive_time, absl::Seconds(30), "ConnectionOptions::keepalive_time");
ABSL_FLAG(absl::Duration, keepalive_timeout, absl::Seconds(10), "ConnectionOptions::keepalive_timeout");

namespace hotline::balancer {
namespace {

std::vector<Client> MakeClients() {
  std::vector<Client> clients;
  for (int i = 0; i < absl::GetFlag(FLAGS_connections); ++i) {
    ConnectionOptions options;
    options.stream_idle_timeout = absl::GetFlag(FLAGS_stream_idle_timeout);
    options.keepalive_time = absl::GetFlag(FLAGS_keepalive_time);
    options.keepalive_timeout = absl::GetFlag(FLAGS_keepalive_timeout);
    // Connections that differ in nothing would share one underneath.
    options.user_agent_prefix = absl::StrCat("balancer-load/", i);
    clients.emplace_back(MakeConnection(absl::GetFlag(FLAGS_target), options));
  }
  return clients;
}

int Run() {
  const absl::Time begun_at = absl::Now();
  const absl::Time deadline = begun_at + absl::GetFlag(FLAGS_at_most);
  const std::vector<Client> clients = MakeClients();
  PlaybackLoad::Options options;
  options.playbacks = absl::GetFlag(FLAGS_playbacks);
  options.open_over = absl::GetFlag(FLAGS_open_over);
  options.controlled_percent = absl::GetFlag(FLAGS_controlled_percent);
  options.day_length = absl::GetFlag(FLAGS_day_length);
  if (absl::GetFlag(FLAGS_allow_continue)) options.revision_policy = v1::REVISION_POLICY_CONTINUE;

  UnaryLoad unary(clients, absl::GetFlag(FLAGS_unary_threads), absl::GetFlag(FLAGS_unary_rate));
  PlaybackLoad playbacks(clients, options);
  if (playbacks.AwaitOpened(deadline)) std::cerr << "opened" << std::endl;
  playbacks.AwaitDone(deadline);
  absl::SleepFor(begun_at + absl::GetFlag(FLAGS_at_least) - absl::Now());
  const UnaryFigures unary_figures = unary.Finish();
  std::cout << ToJson(playbacks.Finish(), unary_figures) << std::endl;
  return 0;
}

}  // namespace
}  // namespace hotline::balancer

int main(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks at every lock, which is most of the CPU of thousands of threads.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::SetProgramUsageMessage("puts playbacks and unary calls to a target, and says what became of them");
  absl::ParseCommandLine(argc, argv);
  // Or every run would begin with the same replica (connection.h).
  std::srand(static_cast<unsigned>(absl::ToUnixNanos(absl::Now())));
  return hotline::balancer::Run();
}
