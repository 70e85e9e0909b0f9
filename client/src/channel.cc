#include "client/src/channel.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "client/src/status.h"
#include "google/rpc/error_details.pb.h"
#include "hotline/version.h"

namespace hotline::internal {
namespace {

// Every address in turn, but those whose health service says NOT_SERVING: a replica that drains is left in time.
// Outliers are left for some seconds as well: a replica that hangs says nothing, but its calls fail while others' do
// not.
constexpr char kServiceConfig[] = R"({"loadBalancingConfig":[{"outlier_detection_experimental":{
  "interval":"1s","baseEjectionTime":"3s","maxEjectionTime":"6s","maxEjectionPercent":34,
  "failurePercentageEjection":{"threshold":90,"enforcementPercentage":100,"minimumHosts":2,"requestVolume":1},
  "childPolicy":[{"round_robin":{}}]}}],"healthCheckConfig":{"serviceName":""}})";
constexpr int kMaxReceiveBytes = 8 * 1024 * 1024;
constexpr absl::Duration kShortestDnsInterval = absl::Seconds(10);

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

// INVALID_ARGUMENT for an option, with the detail that a server attaches for a field of a request.
absl::Status Refuse(const std::string& field, const std::string& description) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(field, ": ", description));
  google::rpc::BadRequest detail;
  google::rpc::BadRequest::FieldViolation* violation = detail.add_field_violations();
  violation->set_field(field);
  violation->set_description(description);
  AddDetail(detail, &status);
  return status;
}

// The content of the PEM file that `field` names; empty where it names none. By C's streams, since those of C++ throw
// where the file is a directory.
absl::StatusOr<std::string> ReadFile(const std::string& field, const std::string& path) {
  std::string content;
  if (path.empty()) return content;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  char buffer[4096];
  std::size_t got = 0;
  while (file != nullptr && (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) content.append(buffer, got);
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return Refuse(field, absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  if (content.empty()) return Refuse(field, absl::StrCat("cannot read ", path, ": it is empty"));
  return content;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const ConnectionOptions& options) {
  if (options.channel_credentials != nullptr) return options.channel_credentials;
  if (!options.tls && options.ca_file.empty() && options.cert_file.empty()) return grpc::InsecureChannelCredentials();
  const absl::StatusOr<std::string> ca = ReadFile("ca_file", options.ca_file);
  if (!ca.ok()) return ca.status();
  const absl::StatusOr<std::string> cert = ReadFile("cert_file", options.cert_file);
  if (!cert.ok()) return cert.status();
  const absl::StatusOr<std::string> key = ReadFile("key_file", options.key_file);
  if (!key.ok()) return key.status();
  return grpc::SslCredentials({*ca, *key, *cert});
}

grpc::ChannelArguments MakeArguments(const ConnectionOptions& options, Eligible eligible) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetInt(GRPC_ARG_INHIBIT_HEALTH_CHECKING, eligible == Eligible::kReachable || !options.watch_health ? 1 : 0);
  arguments.SetUserAgentPrefix(absl::StrCat(options.user_agent_prefix, options.user_agent_prefix.empty() ? "" : " ",
                                            "hotline-cpp/", std::string(kVersion)));
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  // Retries are ours: two loops, one within the other, would multiply.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // A call is tried again no sooner than the connection is, or it would only hear of the last failure once more.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, Milliseconds(options.initial_backoff));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, Milliseconds(options.max_backoff));
  // Despite its name, how long one attempt to connect may last.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(options.rpc_timeout));
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, Milliseconds(kShortestDnsInterval));
  return arguments;
}

}  // namespace

absl::Status Validate(const ConnectionOptions& options) {
  const struct {
    const char* field;
    absl::Duration value;
  } durations[] = {
      {"rpc_timeout", options.rpc_timeout},
      {"attempt_timeout", options.attempt_timeout},
      {"initial_backoff", options.initial_backoff},
      {"max_backoff", options.max_backoff},
      {"stream_retry_time", options.stream_retry_time},
      {"stream_initial_backoff", options.stream_initial_backoff},
      {"stream_idle_timeout", options.stream_idle_timeout},
      {"keepalive_time", options.keepalive_time},
      {"keepalive_timeout", options.keepalive_timeout},
  };
  for (const auto& [field, value] : durations) {
    if (value < absl::Milliseconds(1) || value > absl::Hours(24)) {
      return Refuse(field, absl::StrCat(absl::FormatDuration(value), "; 1ms to 24h are allowed"));
    }
  }
  if (options.max_attempts < 1) {
    return Refuse("max_attempts", absl::StrCat(options.max_attempts, "; at least 1 is allowed"));
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    const bool lacks_key = options.key_file.empty();
    return Refuse(lacks_key ? "key_file" : "cert_file",
                  absl::StrCat("needed with ", lacks_key ? "cert_file" : "key_file", "; set both or neither"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target, const ConnectionOptions& options,
                                                           Eligible eligible) {
  if (absl::Status status = Validate(options); !status.ok()) return status;
  const absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = MakeCredentials(options);
  if (!credentials.ok()) return credentials.status();
  return grpc::CreateCustomChannel(target, *credentials, MakeArguments(options, eligible));
}

}  // namespace hotline::internal
