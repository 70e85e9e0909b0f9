// Measures what a unary call costs the server's CPU: hotlined with all off and with all on, beside a server that only
// answers fixed bytes. All take their turns within one run, round by round, so that whatever else the machine does hits
// all alike; what is compared was measured in the same round.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "hotline/v1/archive_service.pb.h"
#include "tests/bench/call_load.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"
#include "tests/bench/server_under_test.h"

ABSL_FLAG(std::string, hotlined, HOTLINED, "path of the server to measure");
ABSL_FLAG(std::string, fixed_bytes_server, FIXED_BYTES_SERVER, "path of the server to compare it with");
ABSL_FLAG(std::vector<std::string>, documents, std::vector<std::string>({"documents/kk-04", "documents/kk-08"}),
          "which ones of the shipped corpus to get, separated by commas; a table for each");
ABSL_FLAG(int, rounds, 31, "how often each server takes its turn, 1 to 1000");
ABSL_FLAG(int, calls, 5'000, "in each round, to each server, 1 to 10000000");
ABSL_FLAG(bool, smoke, false, "one short round: shows that everything runs, and measures nothing of worth");

namespace hotline::bench {
namespace {

constexpr char kGetDocument[] = "/hotline.v1.ArchiveService/GetDocument";
constexpr int kConnections = 4;
constexpr int kInFlight = 16;

// How hotlined is run. Its log is read as it comes.
struct Setting {
  std::string name;
  std::vector<std::string> flags;
};
enum : std::size_t { kOff, kOn, kOnAsJson };
const std::vector<Setting>& Settings() {
  static const auto* const settings = new std::vector<Setting>{
      {"all off", {"--access_log=off"}},
      {"all on", {"--access_log=text", "--metrics_listen=127.0.0.1:0"}},
      {"all on, log as JSON", {"--access_log=json", "--metrics_listen=127.0.0.1:0"}},
  };
  return *settings;
}

// A server that is measured, and what was.
struct Contender {
  std::string name;
  std::unique_ptr<ServerUnderTest> server;
  std::unique_ptr<CallLoad> load;
  std::vector<double> microseconds;  // of server CPU a call, by round
  std::vector<absl::Duration> latencies;
};

absl::StatusOr<Contender> Start(const std::string& name, const ServerUnderTest::Options& options) {
  Contender contender;
  contender.name = name;
  absl::StatusOr<std::unique_ptr<ServerUnderTest>> server = ServerUnderTest::Start(options);
  if (!server.ok()) return server.status();
  contender.server = *std::move(server);
  absl::StatusOr<std::unique_ptr<CallLoad>> load = CallLoad::Connect(contender.server->address(), kConnections);
  if (!load.ok()) return load.status();
  contender.load = *std::move(load);
  return contender;
}

CallLoad::Calls CallsOf(const std::string& document, int count, std::size_t answer) {
  v1::GetDocumentRequest request;
  request.set_name(document);
  const grpc::Slice slice(request.SerializeAsString());
  return {kGetDocument, grpc::ByteBuffer(&slice, 1), count, std::min(count, kInFlight), answer};
}

absl::Status TakeTurn(const CallLoad::Calls& calls, Contender* contender) {
  const CpuWindow window(contender->server->pid());
  const absl::StatusOr<CallLoad::Answers> answers = contender->load->Run(calls);
  if (!answers.ok()) {
    return absl::Status(answers.status().code(), absl::StrCat(contender->name, ": ", answers.status().message()));
  }
  contender->microseconds.push_back(absl::ToDoubleMicroseconds(window.SoFar().server) / calls.count);
  contender->latencies.insert(contender->latencies.end(), answers->latencies.begin(), answers->latencies.end());
  return absl::OkStatus();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string Spread(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return absl::StrFormat("%.3f to %.3f", *least, *most);
}

// How many times as much `contender` took as `base`, the median of all rounds.
void Compare(const Contender& contender, const Contender& base, std::optional<Goal> goal, Report* report) {
  std::vector<double> times;
  for (std::size_t i = 0; i < base.microseconds.size(); ++i) {
    times.push_back(contender.microseconds[i] / base.microseconds[i]);
  }
  const std::string what = absl::StrCat(contender.name, " / ", base.name);
  report->Add(what, Median(times), "", goal);
  report->AddText(what + ", all rounds", Spread(times));
}

absl::StatusOr<std::string> RunDocument(const std::string& document, int rounds, int calls) {
  std::vector<Contender> contenders;
  std::size_t bytes = 0;
  for (const auto& [name, flags] : Settings()) {
    absl::StatusOr<Contender> contender = Start(name, {absl::GetFlag(FLAGS_hotlined), "", flags, {}});
    if (!contender.ok()) return contender.status();
    const absl::StatusOr<CallLoad::Answers> first = contender->load->Run(CallsOf(document, 1, 0));
    if (!first.ok()) return first.status();
    bytes = first->bytes;
    contenders.push_back(*std::move(contender));
  }
  absl::StatusOr<Contender> fixed =
      Start("fixed bytes", {absl::GetFlag(FLAGS_fixed_bytes_server), "", {absl::StrCat("--answer_bytes=", bytes)}, {}});
  if (!fixed.ok()) return fixed.status();
  contenders.push_back(*std::move(fixed));

  const CallLoad::Calls warming = CallsOf(document, std::max(calls / 10, 1), bytes);
  for (Contender& contender : contenders) {
    if (const auto warm = contender.load->Run(warming); !warm.ok()) return warm.status();
  }
  const CallLoad::Calls turn = CallsOf(document, calls, bytes);
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      if (absl::Status status = TakeTurn(turn, &contender); !status.ok()) return status;
    }
  }

  Report report(absl::StrFormat(
      "call: GetDocument of %s, %d bytes; %d calls in flight over %d connections, %d rounds of %d calls", document,
      bytes, turn.in_flight, kConnections, rounds, calls));
  for (const Contender& contender : contenders) {
    report.Add(contender.name + ": server CPU a call, median", Median(contender.microseconds), "us");
    report.AddText(contender.name + ": server CPU a call, all rounds", Spread(contender.microseconds));
    report.Add(contender.name + ": latency p50", Percentile(contender.latencies, 0.5));
    report.Add(contender.name + ": latency p99", Percentile(contender.latencies, 0.99));
  }
  const Contender& least = contenders.back();
  const Contender& off = contenders[kOff];
  const Contender& on = contenders[kOn];
  Compare(on, off, AtMost(1.15), &report);
  Compare(on, least, AtMost(1.15), &report);
  Compare(off, least, std::nullopt, &report);
  Compare(contenders[kOnAsJson], off, std::nullopt, &report);
  for (Contender& contender : contenders) {
    contender.load.reset();
    if (absl::Status status = contender.server->Stop(); !status.ok()) return status;
  }
  return report.ToString();
}

int Run() {
  const bool smoke = absl::GetFlag(FLAGS_smoke);
  const int rounds = smoke ? 1 : absl::GetFlag(FLAGS_rounds);
  const int calls = smoke ? 200 : absl::GetFlag(FLAGS_calls);
  if (rounds < 1 || rounds > 1000) {
    std::fprintf(stderr, "call_bench: --rounds is %d; allowed are 1 to 1000\n", rounds);
    return 1;
  }
  if (calls < 1 || calls > 10'000'000) {
    std::fprintf(stderr, "call_bench: --calls is %d; allowed are 1 to 10000000\n", calls);
    return 1;
  }
  for (const std::string& program : {absl::GetFlag(FLAGS_hotlined), absl::GetFlag(FLAGS_fixed_bytes_server)}) {
    if (std::filesystem::exists(program)) continue;
    std::fprintf(stderr, "call_bench: there is no program %s\n", program.c_str());
    return 1;
  }
  for (const std::string& document : absl::GetFlag(FLAGS_documents)) {
    const absl::StatusOr<std::string> table = RunDocument(document, rounds, calls);
    if (!table.ok()) {
      std::fprintf(stderr, "call_bench: %s: %s\n", document.c_str(), table.status().ToString().c_str());
      return 1;
    }
    std::printf("%s\n", table->c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace hotline::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("measures what a unary call costs hotlined");
  absl::ParseCommandLine(argc, argv);
  // Debian's Abseil checks for deadlocks at every lock, of gRPC too, which takes a third of the load's CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return hotline::bench::Run();
}
