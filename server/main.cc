// hotlined: the whole server on one page. Flags, corpus, server, signals.

#include <grpc/support/log.h>
#include <signal.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/corpus/loader.h"
#include "server/corpus/report.h"
#include "server/rpc/server.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

ABSL_FLAG(std::vector<std::string>, listen, std::vector<std::string>({"127.0.0.1:50051"}),
          "addresses to listen on, separated by commas or given again: HOST:PORT, where port 0 is any free one, or "
          "unix:PATH");
ABSL_FLAG(
    std::string, corpus, "",
    "folder with finding_aid.txt and, perhaps, curation.textproto; default: the corpus that comes with the program");
ABSL_FLAG(bool, check, false, "load and check the corpus, print what was found, and exit: 0 if it can be served");
ABSL_FLAG(std::int64_t, max_playbacks, 10000, "how many playbacks there may be at once, 1 to 1000000");
ABSL_FLAG(absl::Duration, write_stall_limit, absl::Seconds(60),
          "how long a playback's client may leave a message unread, or send no start, before its call is ended, 1s to "
          "1h");
ABSL_FLAG(absl::Duration, drain_window, absl::Seconds(10),
          "how long calls under way may take to end after SIGTERM or SIGINT, 0 to 1h; a second signal ends at once");

namespace hotline::server {
namespace {

// The data that is installed, or laid out by the build, beside the program.
std::filesystem::path DefaultCorpus() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/hotline/data";
}

absl::Status CheckFlags() {
  if (absl::GetFlag(FLAGS_listen).empty()) return absl::InvalidArgumentError("--listen names no address");
  const std::int64_t most = absl::GetFlag(FLAGS_max_playbacks);
  if (most < 1 || most > 1'000'000) {
    return absl::InvalidArgumentError(absl::StrCat("--max_playbacks is ", most, "; allowed are 1 to 1000000"));
  }
  const absl::Duration stall = absl::GetFlag(FLAGS_write_stall_limit);
  if (stall < absl::Seconds(1) || stall > absl::Hours(1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--write_stall_limit is ", absl::FormatDuration(stall), "; allowed are 1s to 1h"));
  }
  const absl::Duration window = absl::GetFlag(FLAGS_drain_window);
  if (window < absl::ZeroDuration() || window > absl::Hours(1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--drain_window is ", absl::FormatDuration(window), "; allowed are 0 to 1h"));
  }
  return absl::OkStatus();
}

// The arguments with every --listen=... joined into one: Abseil would keep the last only.
std::vector<std::string> JoinListen(int argc, char** argv) {
  std::vector<std::string> addresses;
  std::vector<std::string> arguments;
  for (int i = 0; i < argc; ++i) {
    absl::string_view argument = argv[i];
    const bool takes_next = argument == "--listen" && i + 1 < argc;
    if (takes_next) {
      addresses.push_back(argv[++i]);
    } else if (absl::ConsumePrefix(&argument, "--listen=")) {
      addresses.emplace_back(argument);
    } else {
      arguments.emplace_back(argument);
    }
  }
  if (!addresses.empty()) arguments.push_back("--listen=" + absl::StrJoin(addresses, ","));
  return arguments;
}

int Refuse(const absl::Status& status) {
  std::cerr << "hotlined: " << status.message() << "\n";
  return 1;
}

// What gRPC has to say, in the form of our own lines.
void LogForGrpc(gpr_log_func_args* args) {
  const spdlog::level::level_enum level = args->severity == GPR_LOG_SEVERITY_ERROR  ? spdlog::level::err
                                          : args->severity == GPR_LOG_SEVERITY_INFO ? spdlog::level::info
                                                                                    : spdlog::level::debug;
  spdlog::log(level, "grpc: {}", args->message);
}

void StartLogging() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("hotlined"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
  gpr_set_log_function(LogForGrpc);
}

// Those that the server waits for: to leave, and to read its corpus again.
sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

LoadResult LoadNamedCorpus() {
  const std::string folder = absl::GetFlag(FLAGS_corpus);
  return LoadCorpus(folder.empty() ? DefaultCorpus() : std::filesystem::path(folder));
}

// Reads the corpus again. One with an error is told about and left alone.
void Reload(Server& server) {
  const LoadResult loaded = LoadNamedCorpus();
  if (loaded.corpus != nullptr) {
    server.Reload(loaded.corpus);
    spdlog::info("SIGHUP: serving revision {}, {} documents", loaded.corpus->revision(),
                 loaded.corpus->documents().size());
    return;
  }
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::kError) spdlog::error("{}", diagnostic.ToString());
  }
  spdlog::error("SIGHUP: the corpus cannot be served, and the revision before it still is");
}

// Has a SIGHUP that comes while the corpus is first read wait until that is done; by itself it would end the process.
void HoldHangup() {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
}

int Serve(std::shared_ptr<const Corpus> corpus) {
  // Blocked before any thread starts, so that none but this one takes them.
  sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ServerOptions options;
  options.addresses = absl::GetFlag(FLAGS_listen);
  options.playback.most_playbacks = static_cast<std::size_t>(absl::GetFlag(FLAGS_max_playbacks));
  options.playback.stall = absl::GetFlag(FLAGS_write_stall_limit);
  const absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(corpus, options);
  if (!server.ok()) return Refuse(server.status());
  spdlog::info("serving revision {}, {} documents", corpus->revision(), corpus->documents().size());
  for (const std::string& address : (*server)->addresses()) spdlog::info("listening on {}", address);

  corpus = nullptr;  // the server lets go of it in its own time
  int signal = 0;
  for (sigwait(&signals, &signal); signal == SIGHUP; sigwait(&signals, &signal)) Reload(**server);
  sigdelset(&signals, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // from here on a second one ends the process
  spdlog::info("{}: draining", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  (*server)->Drain(absl::GetFlag(FLAGS_drain_window));
  spdlog::info("drained");
  return 0;
}

int Run(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks at every lock, gRPC's own among them: a third of all CPU of many playbacks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::SetProgramUsageMessage("serves the Kennedy-Khrushchev correspondence of October 1962 over gRPC");
  absl::FlagsUsageConfig usage;
  usage.version_string = [] { return std::string("hotlined " HOTLINE_VERSION "\n"); };
  // --help shows this file's flags, under its name in the source; by default Abseil looks for a file named after the
  // program, and shows the folder in which it was built.
  usage.normalize_filename = [](absl::string_view file) {
    const std::size_t source = file.rfind("server/");
    return std::string(source == file.npos ? file : file.substr(source));
  };
  usage.contains_help_flags = [](absl::string_view file) { return absl::EndsWith(file, "server/main.cc"); };
  usage.contains_helpshort_flags = usage.contains_help_flags;
  absl::SetFlagsUsageConfig(usage);
  std::vector<std::string> arguments = JoinListen(argc, argv);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  const std::vector<char*> rest = absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
  StartLogging();

  if (rest.size() > 1) {
    return Refuse(absl::InvalidArgumentError(absl::StrCat("\"", rest[1], "\" is no flag; --help lists them")));
  }
  if (absl::Status status = CheckFlags(); !status.ok()) return Refuse(status);
  HoldHangup();
  LoadResult loaded = LoadNamedCorpus();
  if (absl::GetFlag(FLAGS_check)) {
    std::cout << CorpusReport(loaded);
    return loaded.corpus == nullptr ? 1 : 0;
  }
  if (loaded.corpus == nullptr) {
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      if (diagnostic.severity == Diagnostic::Severity::kError) std::cerr << diagnostic.ToString() << "\n";
    }
    return Refuse(absl::FailedPreconditionError("the corpus cannot be served; --check tells everything about it"));
  }
  loaded.diagnostics = {};  // of a large corpus they are many
  return Serve(std::move(loaded.corpus));
}

}  // namespace
}  // namespace hotline::server

int main(int argc, char** argv) { return hotline::server::Run(argc, argv); }
