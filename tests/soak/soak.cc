// Runs hotlined under mixed load for minutes and watches what it holds: memory, descriptors and threads must not grow,
// no call may end otherwise than it should, and when all have left everything must be given back. Prints a line every
// ten seconds and exits with 1 and the reasons where anything is wrong.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/bench/load.h"
#include "tests/soak/corpora.h"
#include "tests/soak/loads.h"
#include "tests/soak/server.h"
#include "tests/soak/vitals.h"

ABSL_FLAG(int, seconds, 600, "how long the load lasts, 30 to 86400; its first minute, or first third, only warms");
ABSL_FLAG(std::uint64_t, seed, 1962, "of all that is left to chance");
ABSL_FLAG(std::string, hotlined, HOTLINED, "path of the server");
ABSL_FLAG(std::string, hotline, HOTLINE, "path of the command line");
ABSL_FLAG(std::vector<std::string>, server_flags, {}, "more flags of hotlined, separated by commas");
ABSL_FLAG(std::vector<std::string>, loads, {}, "only those whose names begin so, separated by commas; default: all");

namespace hotline::soak {
namespace {

constexpr absl::Duration kDrainWindow = absl::Seconds(10);
constexpr absl::Duration kDrainGrace = absl::Seconds(5);
constexpr absl::Duration kGiveBackTimeout = absl::Seconds(30);
constexpr int kSecondsALine = 10;

// What is flat. Memory goes up and down with corpora that come and go; the rise is that of the line that fits.
constexpr Tolerance kTolerance = {/*resident_bytes=*/8'000'000, /*descriptors=*/20, /*threads=*/4, /*most_threads=*/39};
// Descriptors that may be open, when all clients have left, over those before the first came.
constexpr int kKeptDescriptors = 8;

// The threads that make the load, and what came of their turns.
class Crowd {
 public:
  Crowd(Soak* soak, std::uint64_t seed) : soak_(soak), turns_(Loads().size()) {
    const std::vector<std::string> wanted = absl::GetFlag(FLAGS_loads);
    for (std::size_t kind = 0; kind < Loads().size(); ++kind) {
      const std::string name = Loads()[kind].name;
      const auto begins = [&name](const std::string& beginning) { return name.rfind(beginning, 0) == 0; };
      if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), begins)) continue;
      for (int i = 0; i < Loads()[kind].threads; ++i) {
        threads_.emplace_back([this, kind, seed = seed++] { Work(kind, seed); });
      }
    }
  }

  // After the soak's end.
  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::int64_t turns(std::size_t kind) const { return turns_[kind]; }

  // One for each turn that failed, the first few of them.
  std::vector<std::string> faults() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return faults_;
  }

 private:
  void Work(std::size_t kind, std::uint64_t seed) {
    constexpr std::size_t kMostFaults = 20;
    const Load& load = Loads()[kind];
    Random random(seed);
    while (!soak_->over()) {
      const absl::Status status = load.turn(*soak_, &random);
      ++turns_[kind];
      if (!status.ok()) {
        absl::MutexLock lock(&mutex_);
        if (faults_.size() < kMostFaults) faults_.push_back(absl::StrCat(load.name, ": ", status.ToString()));
      }
      soak_->Pause(Between(absl::ZeroDuration(), 2 * load.pause, &random));
    }
  }

  Soak* const soak_;
  std::vector<std::atomic<std::int64_t>> turns_;  // by kind
  std::vector<std::thread> threads_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
};

void PrintLine(const Vitals& vitals, const Server& server) {
  std::printf("%4d s  %s; %d calls in the log\n", static_cast<int>(absl::ToInt64Seconds(vitals.at)),
              ToString(vitals).c_str(), static_cast<int>(server.calls()));
  std::fflush(stdout);
}

// A sample a second. Ends early where the server does, or a turn has failed.
std::vector<Vitals> Watch(const Soak& soak, const Crowd& crowd, absl::Duration time) {
  std::vector<Vitals> samples;
  const absl::Duration begun = bench::SteadyNow();
  for (int second = 1; absl::Seconds(second) <= time; ++second) {
    soak.Pause(begun + absl::Seconds(second) - bench::SteadyNow());
    const std::optional<Vitals> vitals = VitalsOf(soak.server().pid(), bench::SteadyNow() - begun);
    if (!vitals.has_value() || !crowd.faults().empty()) break;
    samples.push_back(*vitals);
    if (second % kSecondsALine == 0) PrintLine(*vitals, soak.server());
  }
  return samples;
}

// Puts the server under load and returns what was sampled. Faults go to `faults`.
std::vector<Vitals> RunLoad(Server* server, const Corpora& corpora, std::vector<std::string>* faults) {
  Soak soak(server, &corpora, absl::GetFlag(FLAGS_hotline));
  Crowd crowd(&soak, absl::GetFlag(FLAGS_seed));
  const std::vector<Vitals> samples = Watch(soak, crowd, absl::Seconds(absl::GetFlag(FLAGS_seconds)));
  soak.End();
  crowd.Join();
  for (std::size_t kind = 0; kind < Loads().size(); ++kind) {
    std::printf("%8d  turns of %s\n", static_cast<int>(crowd.turns(kind)), Loads()[kind].name);
  }
  *faults = crowd.faults();
  return samples;
}

// Whether descriptors go back to what they were once all clients have left.
absl::Status AwaitGivenBack(const Server& server, const Vitals& base) {
  const absl::Duration deadline = bench::SteadyNow() + kGiveBackTimeout;
  const absl::Notification never;
  while (true) {
    const std::optional<Vitals> vitals = VitalsOf(server.pid(), absl::ZeroDuration());
    if (!vitals.has_value()) return absl::InternalError("the server is gone");
    if (vitals->descriptors <= base.descriptors + kKeptDescriptors) {
      std::printf("all have left: %s\n", ToString(*vitals).c_str());
      return absl::OkStatus();
    }
    if (bench::SteadyNow() > deadline) {
      return absl::InternalError(absl::StrCat(vitals->descriptors, " descriptors are open ",
                                              absl::FormatDuration(kGiveBackTimeout), " after all clients have left; ",
                                              base.descriptors, " were before the first came"));
    }
    never.WaitForNotificationWithTimeout(absl::Milliseconds(100));
  }
}

// Has the server leave while some still play, read nothing or stand still.
absl::Status Leave(Server* server) {
  absl::StatusOr<std::unique_ptr<bench::Load>> guests =
      bench::Load::Connect(server->address(), 2, bench::Load::Windows::kFixed);
  if (!guests.ok()) return guests.status();
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1e4);
  bench::PlaybackCall::Options plays;
  plays.ends_with = grpc::StatusCode::UNAVAILABLE;
  (*guests)->Start(request, plays);
  request.mutable_pace()->set_unpaced(true);
  bench::PlaybackCall::Options does_not_read;
  does_not_read.reads = false;
  (*guests)->Start(request, does_not_read);
  if (absl::Status status = (*guests)->AwaitOpened(absl::Seconds(30)); !status.ok()) return status;
  const absl::Duration begun = bench::SteadyNow();
  if (absl::Status status = server->Stop(kDrainWindow + kDrainGrace); !status.ok()) return status;
  std::printf("left within %.1f s of SIGTERM\n", absl::ToDoubleSeconds(bench::SteadyNow() - begun));
  return absl::OkStatus();
}

// What was wrong, in words.
absl::StatusOr<std::vector<std::string>> Run() {
  const Corpora corpora;
  std::vector<std::string> flags = {"--listen=127.0.0.1:0", "--metrics_listen=127.0.0.1:0",
                                    "--corpus=" + corpora.served(),
                                    absl::StrCat("--write_stall_limit=", absl::FormatDuration(kStallLimit)),
                                    absl::StrCat("--drain_window=", absl::FormatDuration(kDrainWindow)),
                                    // Young enough to be met here.
                                    "--max_connection_age=20s", "--max_playback_age=10s"};
  const std::vector<std::string> more = absl::GetFlag(FLAGS_server_flags);
  flags.insert(flags.end(), more.begin(), more.end());
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(absl::GetFlag(FLAGS_hotlined), flags);
  if (!server.ok()) return server.status();
  const std::optional<Vitals> base = VitalsOf((*server)->pid(), absl::ZeroDuration());
  if (!base.has_value()) return absl::InternalError("the server is gone");
  PrintLine(*base, **server);

  std::vector<std::string> faults;
  std::vector<Vitals> samples = RunLoad(server->get(), corpora, &faults);
  const absl::Duration all = absl::Seconds(absl::GetFlag(FLAGS_seconds));
  const absl::Duration warming = std::min(absl::Minutes(1), all / 3);
  samples.erase(samples.begin(), std::find_if(samples.begin(), samples.end(),
                                              [warming](const Vitals& sample) { return sample.at > warming; }));
  std::printf("RSS rose by %.1f MB along the line that fits, in what came after %s\n",
              FittedRiseOfMemory(samples) / 1e6, absl::FormatDuration(warming).c_str());
  for (std::string& growth : FindGrowth(samples, kTolerance)) faults.push_back(std::move(growth));
  for (const absl::Status& status : {AwaitGivenBack(**server, *base), Leave(server->get())}) {
    if (!status.ok()) faults.emplace_back(status.message());
  }
  for (const std::string& error : (*server)->errors()) faults.push_back("in the log: " + error);
  return faults;
}

int Main() {
  const int seconds = absl::GetFlag(FLAGS_seconds);
  if (seconds < 30 || seconds > 86'400) {
    std::fprintf(stderr, "soak: --seconds is %d; allowed are 30 to 86400\n", seconds);
    return 1;
  }
  for (const std::string& program : {absl::GetFlag(FLAGS_hotlined), absl::GetFlag(FLAGS_hotline)}) {
    if (std::filesystem::exists(program)) continue;
    std::fprintf(stderr, "soak: there is no program %s\n", program.c_str());
    return 1;
  }
  const absl::StatusOr<std::vector<std::string>> faults = Run();
  if (!faults.ok()) {
    std::fprintf(stderr, "soak: %s\n", faults.status().ToString().c_str());
    return 1;
  }
  for (const std::string& fault : *faults) std::fprintf(stderr, "soak: %s\n", fault.c_str());
  if (faults->empty()) std::printf("memory, descriptors and threads are flat, and nothing went wrong\n");
  return faults->empty() ? 0 : 1;
}

}  // namespace
}  // namespace hotline::soak

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("runs hotlined under mixed load and looks whether anything grows");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil checks for deadlocks at every lock, of gRPC too, which takes a third of the load's CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return hotline::soak::Main();
}
