// hotlined: the whole server on one page. Flags, corpus, server, signals.

#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/corpus/loader.h"
#include "server/corpus/report.h"
#include "server/flags.h"
#include "server/rpc/access_log.h"
#include "server/rpc/admin_server.h"
#include "server/rpc/exit_watchdog.h"
#include "server/rpc/log_writer.h"
#include "server/rpc/machine_limits.h"
#include "server/rpc/metrics.h"
#include "server/rpc/self_probe.h"
#include "server/rpc/server.h"
#include "server/rpc/tls.h"
#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

constexpr int kExitRefused = 1;
constexpr int kExitStuck = 4;
// A connection is a descriptor, and a playback of its own channel one connection; with less nothing can be served well.
constexpr std::uint64_t kWantedOpenFiles = 65'536;
constexpr std::uint64_t kLeastOpenFiles = 4'096;
// What ends later than the window by this has a defect.
constexpr absl::Duration kPatienceBeyondWindow = absl::Seconds(5);

int Refuse(const absl::Status& status) {
  std::cerr << "hotlined: " << status.message() << "\n";
  return kExitRefused;
}

// What gRPC has to say, in the form of our own lines.
void LogForGrpc(gpr_log_func_args* args) {
  const spdlog::level::level_enum level = args->severity == GPR_LOG_SEVERITY_ERROR  ? spdlog::level::err
                                          : args->severity == GPR_LOG_SEVERITY_INFO ? spdlog::level::info
                                                                                    : spdlog::level::debug;
  spdlog::log(level, "grpc: {}", args->message);
}

// Standard error, for spdlog's lines too, without waiting for whoever reads it.
class Log {
 public:
  Log() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("hotlined", std::make_shared<Sink>(&writer_)));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    gpr_set_log_function(LogForGrpc);
  }
  ~Log() { spdlog::set_default_logger(nullptr); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  LogWriter* writer() { return &writer_; }

 private:
  class Sink final : public spdlog::sinks::base_sink<std::mutex> {
   public:
    explicit Sink(LogWriter* writer) : writer_(writer) {}

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      writer_->Add(LogWriter::Urgency::kAtOnce,
                   [&line](std::string* pending) { pending->append(line.data(), line.size()); });
    }
    void flush_() override { writer_->Flush(); }

    LogWriter* const writer_;
  };

  LogWriter writer_{STDERR_FILENO};
};

// Returns what it blocked.
sigset_t Block(std::initializer_list<int> numbers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void LogErrors(const LoadResult& loaded) {
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::kError) spdlog::error("{}", diagnostic.ToString());
  }
}

// Everything that runs beside the services.
struct Surroundings {
  explicit Surroundings(LogWriter* writer) : log_writer(writer) {}

  std::string MetricsText() ABSL_LOCKS_EXCLUDED(mutex) {
    {
      const absl::MutexLock lock(&mutex);
      const std::uint64_t dropped = log_writer->dropped_lines();
      metrics.CountDroppedAccessLogLines(dropped - std::exchange(told_of_dropped, dropped));
    }
    return metrics.Text();
  }

  LogWriter* const log_writer;
  // Of the server, as the admin pages tell it.
  std::atomic<bool> answers_connections = true;
  std::atomic<const char*> not_ready = "starting";  // null: ready
  absl::Mutex mutex;
  std::uint64_t told_of_dropped ABSL_GUARDED_BY(mutex) = 0;
  Metrics metrics{HOTLINE_VERSION};
  std::optional<AccessLog> access_log;
  std::unique_ptr<ServerCertificates> certificates;
  std::unique_ptr<AdminServer> admin;
};

// Reads the corpus again, and the certificates. What has an error is told about, and what was before it stays.
void Reload(const Settings& settings, Server& server, Surroundings& around) {
  if (around.certificates != nullptr) {
    if (absl::Status status = around.certificates->CheckNow(); !status.ok()) {
      spdlog::error("SIGHUP: {}", std::string(status.message()));
    }
  }
  const LoadResult loaded = LoadCorpus(settings.corpus);
  around.metrics.CountReload(loaded.corpus != nullptr);
  if (loaded.corpus == nullptr) {
    LogErrors(loaded);
    spdlog::error("SIGHUP: the corpus cannot be served, and the revision before it still is");
    return;
  }
  server.Reload(loaded.corpus);
  spdlog::info("SIGHUP: serving revision {}, {} documents", loaded.corpus->revision(),
               loaded.corpus->documents().size());
}

absl::Status Prepare(const Settings& settings, Surroundings* around, ServerOptions* options) {
  if (settings.access_log.has_value()) around->access_log.emplace(*settings.access_log, around->log_writer);
  if (around->access_log.has_value()) options->access_log = &*around->access_log;
  if (settings.tls.has_value()) {
    Metrics* metrics = &around->metrics;
    absl::StatusOr<std::unique_ptr<ServerCertificates>> certificates =
        ServerCertificates::Make(*settings.tls, [metrics](const CertificateEvent& event) {
          metrics->CountTlsReload(event.outcome == CertificateEvent::Outcome::kReloaded);
          metrics->SetCertificateNotAfter(event.not_after);
        });
    if (!certificates.ok()) return certificates.status();
    around->certificates = *std::move(certificates);
    metrics->SetCertificateNotAfter(around->certificates->not_after());
    options->credentials = around->certificates->credentials();
    options->named_peers = !settings.tls->client_ca_file.empty();
  }
  if (settings.metrics_listen.empty()) return absl::OkStatus();
  options->metrics = &around->metrics;
  AdminPages pages;
  pages.metrics = [around] { return around->MetricsText(); };
  pages.health = [around] {
    return around->answers_connections ? absl::OkStatus() : absl::UnavailableError("new connections are not answered");
  };
  pages.readiness = [around] {
    const char* why = around->not_ready;
    return why == nullptr ? absl::OkStatus() : absl::UnavailableError(why);
  };
  absl::StatusOr<std::unique_ptr<AdminServer>> admin = AdminServer::Start(settings.metrics_listen, std::move(pages));
  if (!admin.ok()) return admin.status();
  around->admin = *std::move(admin);
  spdlog::info("metrics on {}", around->admin->address());
  return absl::OkStatus();
}

// Plaintext that others than this machine may read and answer.
void WarnOfPlaintext(const Server& server) {
  for (const std::string& address : server.addresses()) {
    if (IsLoopback(address)) continue;
    spdlog::warn("{} is served in plaintext to other machines; use --tls_cert, or a proxy that ends TLS", address);
  }
}

int Serve(const Settings& settings, std::shared_ptr<const Corpus> corpus, LogWriter* log_writer) {
  // To leave, and to read its files again; blocked before any thread starts, so that none but this one takes them.
  sigset_t signals = Block({SIGTERM, SIGINT, SIGHUP});

  Surroundings around(log_writer);
  ServerOptions options = settings.server;
  if (absl::Status status = Prepare(settings, &around, &options); !status.ok()) return Refuse(status);
  const absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(corpus, options);
  if (!server.ok()) return Refuse(server.status());
  spdlog::info("serving revision {}, {} documents", corpus->revision(), corpus->documents().size());
  for (const std::string& address : (*server)->addresses()) spdlog::info("listening on {}", address);
  if (!settings.tls.has_value()) WarnOfPlaintext(**server);
  around.not_ready = nullptr;
  corpus = nullptr;  // the server lets go of it in its own time

  std::atomic<bool> stuck = false;
  std::optional<SelfProbe> probe;
  if (settings.self_probe_interval > absl::ZeroDuration()) {
    SelfProbe::Options probing;
    probing.interval = settings.self_probe_interval;
    probe.emplace(
        probing, [&server] { return (*server)->ConnectToSelf(); }, &around.metrics,
        [&stuck, &around] {
          around.answers_connections = false;
          stuck = true;
          kill(getpid(), SIGTERM);
        });
  }

  int signal = 0;
  for (sigwait(&signals, &signal); signal == SIGHUP; sigwait(&signals, &signal)) Reload(settings, **server, around);
  sigdelset(&signals, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // from here on a second one ends the process
  around.not_ready = "draining";
  probe.reset();
  spdlog::info("{}: draining", stuck ? "stuck" : signal == SIGTERM ? "SIGTERM" : "SIGINT");
  {
    const ExitWatchdog watchdog(settings.drain.window + kPatienceBeyondWindow, [&server, log_writer] {
      spdlog::critical("not drained {} after the window; calls that did not end: {}",
                       absl::FormatDuration(kPatienceBeyondWindow), (*server)->LiveCalls());
      log_writer->Flush();
    });
    (*server)->Drain(settings.drain);
  }
  spdlog::info("drained");
  return stuck ? kExitStuck : 0;
}

int Run(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks at every lock, gRPC's own among them: a third of all CPU of many playbacks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // By rand() gRPC spreads the ages of connections, and does not seed it: all replicas would draw the same.
  std::srand(static_cast<unsigned>(std::time(nullptr)) ^ static_cast<unsigned>(getpid()));
  const absl::StatusOr<Settings> settings = ReadFlags(argc, argv);
  if (!settings.ok()) return Refuse(settings.status());
  // A SIGHUP that comes while the corpus is first read waits until that is done; by itself it would end the process. A
  // log that nobody reads any more must not end it either.
  Block({SIGHUP, SIGPIPE});
  Log log;
  LoadResult loaded = LoadCorpus(settings->corpus);
  if (settings->check) {
    std::cout << CorpusReport(loaded);
    return loaded.corpus == nullptr ? kExitRefused : 0;
  }
  if (loaded.corpus == nullptr) {
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      if (diagnostic.severity == Diagnostic::Severity::kError) std::cerr << diagnostic.ToString() << "\n";
    }
    return Refuse(absl::FailedPreconditionError("the corpus cannot be served; --check tells everything about it"));
  }
  loaded.diagnostics = {};  // of a large corpus they are many
  const absl::StatusOr<std::uint64_t> files = RaiseOpenFiles(kWantedOpenFiles, kLeastOpenFiles);
  if (!files.ok()) return Refuse(files.status());
  return Serve(*settings, std::move(loaded.corpus), log.writer());
}

}  // namespace
}  // namespace hotline::server

int main(int argc, char** argv) { return hotline::server::Run(argc, argv); }
