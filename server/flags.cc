#include "server/flags.h"

#include <cstdint>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/rpc/machine_limits.h"

ABSL_FLAG(std::vector<std::string>, listen, std::vector<std::string>({"127.0.0.1:50051"}),
          "addresses to listen on, separated by commas or given again: HOST:PORT, where port 0 is any free one, or "
          "unix:PATH");
ABSL_FLAG(
    std::string, corpus, "",
    "folder with finding_aid.txt and, perhaps, curation.textproto; default: the corpus that comes with the program");
ABSL_FLAG(bool, check, false, "load and check the corpus, print what was found, and exit: 0 if it can be served");

ABSL_FLAG(std::string, tls_cert, "",
          "PEM file of the certificate, with its chain; with --tls_key: TLS, and nothing else");
ABSL_FLAG(std::string, tls_key, "", "PEM file of the certificate's key");
ABSL_FLAG(std::string, tls_client_ca, "", "PEM file of authorities; clients must show a certificate by one of them");
ABSL_FLAG(std::vector<std::string>, tls_allowed_names, {},
          "names (DNS, URI, IP, e-mail) of client certificates that may call, separated by commas; default: all");
ABSL_FLAG(absl::Duration, tls_refresh, absl::Seconds(60),
          "how often the TLS files are looked at for new ones, 100ms to 24h");

ABSL_FLAG(std::int64_t, max_playbacks, 10000, "how many playbacks there may be at once, 1 to 1000000");
ABSL_FLAG(std::int64_t, max_playbacks_per_peer, 10000,
          "how many of them for one address, 1 to 1000000; behind a proxy all clients have one");
ABSL_FLAG(std::int64_t, max_connections, 10000, "how many connections there may be at once, 1 to 1000000");
ABSL_FLAG(std::int64_t, max_connections_per_peer, 10000, "how many of them from one address, 1 to 1000000");
ABSL_FLAG(std::int64_t, max_streams_per_connection, 1000, "how many calls at once on one connection, 1 to 1000000");
ABSL_FLAG(
    std::int64_t, memory_limit, 0,
    "bytes for gRPC's buffers together, above which it holds back reads and ends calls, 16777216 (16 MiB) and more; "
    "it comes late and is no bound on the process, which --max_connections is; 0: half of what the cgroup or the "
    "machine has");
ABSL_FLAG(absl::Duration, write_stall_limit, absl::Seconds(60),
          "how long a playback's client may leave a message unread, or send no start, before its call is ended, 1s to "
          "1h");
ABSL_FLAG(absl::Duration, max_playback_age, absl::Hours(1),
          "age at which a playback is closed, to be resumed elsewhere, give or take a tenth, 1s to 24h");
ABSL_FLAG(absl::Duration, max_connection_age, absl::Minutes(15),
          "age at which a connection is told to go, give or take a tenth, 1s to 24h; 0: never");
ABSL_FLAG(absl::Duration, handshake_timeout, absl::Seconds(10),
          "how long a new connection may take to say what it wants, 100ms to 10m");
ABSL_FLAG(absl::Duration, min_ping_interval, absl::Seconds(10),
          "how often a client may ping; one that does it more often is sent away, 0 to 1h");
ABSL_FLAG(absl::Duration, keepalive_time, absl::Seconds(60), "after what silence a client is pinged, 1s to 24h");
ABSL_FLAG(absl::Duration, keepalive_timeout, absl::Seconds(20),
          "how long it may then take to answer before it is taken for dead, 100ms to 1h");
ABSL_FLAG(bool, reflection, true, "tell clients what services and messages there are (grpc.reflection)");

ABSL_FLAG(absl::Duration, drain_window, absl::Seconds(10),
          "how long calls under way may take to end after SIGTERM or SIGINT, 0 to 1h; a second signal ends at once");
ABSL_FLAG(absl::Duration, lame_duck, absl::Seconds(5),
          "how much of that all but new playbacks is served as before, while health says NOT_SERVING, 0 to 1h, at most "
          "half of --drain_window; make it three times the interval of the balancer's health checks");
ABSL_FLAG(absl::Duration, self_probe_interval, absl::Seconds(3),
          "how often the server connects to itself; where it fails three times it drains and exits with code 4, 100ms "
          "to 1h; 0: never");

ABSL_FLAG(std::string, metrics_listen, "",
          "HOST:PORT for /metrics, /healthz and /readyz over plain HTTP; port 0: any free one; default: none");
ABSL_FLAG(std::string, access_log, "text", "a line a call on standard error: text, json, or off");

namespace hotline::server {
namespace {

// The data that is installed, or laid out by the build, beside the program.
std::filesystem::path DefaultCorpus() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "share/hotline/data";
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

absl::Status ParseFlags(int argc, char** argv) {
  absl::SetProgramUsageMessage("serves the Kennedy-Khrushchev correspondence of October 1962 over gRPC");
  absl::FlagsUsageConfig usage;
  usage.version_string = [] { return std::string("hotlined " HOTLINE_VERSION "\n"); };
  // --help shows this file's flags, under its name in the source; by default Abseil looks for a file named after the
  // program, and shows the folder in which it was built.
  usage.normalize_filename = [](absl::string_view file) {
    const std::size_t source = file.rfind("server/");
    return std::string(source == file.npos ? file : file.substr(source));
  };
  usage.contains_help_flags = [](absl::string_view file) { return absl::EndsWith(file, "server/flags.cc"); };
  usage.contains_helpshort_flags = usage.contains_help_flags;
  absl::SetFlagsUsageConfig(usage);
  std::vector<std::string> arguments = JoinListen(argc, argv);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  const std::vector<char*> rest = absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
  if (rest.size() <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", rest[1], "\" is no flag; --help lists them"));
}

// Each reads one flag, and notes the first that is out of its range.
class Checked {
 public:
  std::int64_t Count(const char* name, const absl::Flag<std::int64_t>& flag) {
    const std::int64_t value = absl::GetFlag(flag);
    if (value < 1 || value > 1'000'000) Refuse(absl::StrCat("--", name, " is ", value, "; allowed are 1 to 1000000"));
    return value;
  }
  // `zero`: 0 is allowed besides.
  absl::Duration Time(const char* name, const absl::Flag<absl::Duration>& flag, absl::Duration least,
                      absl::Duration most, bool zero = false) {
    const absl::Duration value = absl::GetFlag(flag);
    if ((value < least || value > most) && !(zero && value == absl::ZeroDuration())) {
      Refuse(absl::StrCat("--", name, " is ", absl::FormatDuration(value), "; allowed are ",
                          absl::FormatDuration(least), " to ", absl::FormatDuration(most), zero ? ", and 0" : ""));
    }
    return value;
  }
  void Refuse(const std::string& message) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(message);
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

constexpr absl::Duration kMoment = absl::Milliseconds(100);
constexpr absl::Duration kHour = absl::Hours(1);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::int64_t kLeastMemory = 16 * 1024 * 1024;

std::optional<TlsOptions> ReadTls(Checked* checked) {
  TlsOptions tls;
  tls.cert_file = absl::GetFlag(FLAGS_tls_cert);
  tls.key_file = absl::GetFlag(FLAGS_tls_key);
  tls.client_ca_file = absl::GetFlag(FLAGS_tls_client_ca);
  tls.allowed_names = absl::GetFlag(FLAGS_tls_allowed_names);
  tls.refresh = checked->Time("tls_refresh", FLAGS_tls_refresh, kMoment, kDay);
  if (tls.cert_file.empty() != tls.key_file.empty()) checked->Refuse("--tls_cert and --tls_key need each other");
  if (tls.cert_file.empty() && !tls.client_ca_file.empty()) checked->Refuse("--tls_client_ca needs --tls_cert");
  if (tls.client_ca_file.empty() && !tls.allowed_names.empty()) {
    checked->Refuse("--tls_allowed_names needs --tls_client_ca");
  }
  if (tls.cert_file.empty()) return std::nullopt;
  return tls;
}

ServerOptions ReadServer(Checked* checked) {
  ServerOptions options;
  options.addresses = absl::GetFlag(FLAGS_listen);
  if (options.addresses.empty()) checked->Refuse("--listen names no address");
  const auto count = [checked](const char* name, const absl::Flag<std::int64_t>& flag) {
    return static_cast<std::size_t>(checked->Count(name, flag));
  };
  options.playback.most_playbacks = count("max_playbacks", FLAGS_max_playbacks);
  options.playback.most_playbacks_per_peer = count("max_playbacks_per_peer", FLAGS_max_playbacks_per_peer);
  options.playback.stall = checked->Time("write_stall_limit", FLAGS_write_stall_limit, absl::Seconds(1), kHour);
  options.playback.age = checked->Time("max_playback_age", FLAGS_max_playback_age, absl::Seconds(1), kDay);
  options.connections.most = count("max_connections", FLAGS_max_connections);
  options.connections.most_per_peer = count("max_connections_per_peer", FLAGS_max_connections_per_peer);
  TransportLimits& transport = options.transport;
  transport.most_streams_per_connection =
      static_cast<int>(checked->Count("max_streams_per_connection", FLAGS_max_streams_per_connection));
  transport.most_connection_age =
      checked->Time("max_connection_age", FLAGS_max_connection_age, absl::Seconds(1), kDay, /*zero=*/true);
  if (transport.most_connection_age == absl::ZeroDuration()) transport.most_connection_age = absl::InfiniteDuration();
  transport.handshake_timeout = checked->Time("handshake_timeout", FLAGS_handshake_timeout, kMoment, absl::Minutes(10));
  transport.least_ping_interval =
      checked->Time("min_ping_interval", FLAGS_min_ping_interval, absl::ZeroDuration(), kHour);
  transport.keepalive_time = checked->Time("keepalive_time", FLAGS_keepalive_time, absl::Seconds(1), kDay);
  transport.keepalive_timeout = checked->Time("keepalive_timeout", FLAGS_keepalive_timeout, kMoment, kHour);
  options.connections.longest_unacknowledged = transport.keepalive_timeout;
  const std::int64_t memory = absl::GetFlag(FLAGS_memory_limit);
  if (memory != 0 && memory < kLeastMemory) {
    checked->Refuse(absl::StrCat("--memory_limit is ", memory, "; allowed are 0, and ", kLeastMemory, " and more"));
  }
  transport.most_bytes = memory != 0 ? static_cast<std::size_t>(memory) : MemoryBytes() / 2;
  options.reflection = absl::GetFlag(FLAGS_reflection);
  return options;
}

std::optional<AccessLog::Format> ReadAccessLog(Checked* checked) {
  const std::string format = absl::GetFlag(FLAGS_access_log);
  if (format == "text") return AccessLog::Format::kText;
  if (format == "json") return AccessLog::Format::kJson;
  if (format != "off")
    checked->Refuse(absl::StrCat("--access_log is \"", format, "\"; allowed are text, json and off"));
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Settings> ReadFlags(int argc, char** argv) {
  if (absl::Status status = ParseFlags(argc, argv); !status.ok()) return status;
  Checked checked;
  Settings settings;
  const std::string corpus = absl::GetFlag(FLAGS_corpus);
  settings.corpus = corpus.empty() ? DefaultCorpus() : std::filesystem::path(corpus);
  settings.check = absl::GetFlag(FLAGS_check);
  settings.server = ReadServer(&checked);
  settings.tls = ReadTls(&checked);
  settings.drain.window = checked.Time("drain_window", FLAGS_drain_window, absl::ZeroDuration(), kHour);
  settings.drain.lame_duck = checked.Time("lame_duck", FLAGS_lame_duck, absl::ZeroDuration(), kHour);
  settings.self_probe_interval =
      checked.Time("self_probe_interval", FLAGS_self_probe_interval, kMoment, kHour, /*zero=*/true);
  settings.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  settings.access_log = ReadAccessLog(&checked);
  if (!checked.status().ok()) return checked.status();
  return settings;
}

}  // namespace hotline::server
