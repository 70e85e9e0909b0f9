#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/time/clock.h"
#include "server/timeline/scheduler.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

constexpr int kMostRequestBytes = 64 * 1024;
// Below what every client takes by default, 4 MiB.
// Above what a proxy lets through: gRPC 1.51 ends all streams of a connection when one request exceeds it.
constexpr int kMostMetadataBytes = 128 * 1024;
// What a connection's last calls have beyond the age at which playbacks end.
constexpr absl::Duration kGraceBeyondPlaybacks = absl::Minutes(1);
constexpr absl::Duration kLookForConnectionsEvery = absl::Milliseconds(50);
// Of what is left of the window after the lame duck, so much is for closing playbacks; the rest is for their clients to
// take the last message, and for unary calls.
constexpr double kShareForPlaybacks = 0.6;

// gRPC's reflection library adds its plugin to every server of a process that it is linked with.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    const auto is_reflection = [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; };
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(), is_reflection), plugins->end());
  }
};

int Milliseconds(absl::Duration duration) {
  const std::int64_t milliseconds = absl::ToInt64Milliseconds(duration);
  return static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max()));  // which is no limit
}

void AddLimits(const ServerOptions& options, grpc::ServerBuilder* builder) {
  const TransportLimits& limits = options.transport;
  builder->SetMaxReceiveMessageSize(kMostRequestBytes);
  builder->SetMaxSendMessageSize(kMostResponseBytes);
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.most_streams_per_connection},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.most_connection_age)},
      // A playback ends by itself within this; what does not, like a health watch, is cut.
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(1.1 * options.playback.age + kGraceBeyondPlaybacks)},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, Milliseconds(limits.most_connection_idle)},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(limits.handshake_timeout)},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(limits.least_ping_interval)},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(limits.keepalive_time)},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(limits.keepalive_timeout)},
      // A client that reads slowly but is there answers pings: silence alone counts.
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
  };
  for (const auto& [name, value] : arguments) builder->AddChannelArgument(name, value);
  if (limits.most_bytes > 0) {
    grpc::ResourceQuota quota("hotlined");
    quota.Resize(limits.most_bytes);
    builder->SetResourceQuota(quota);
  }
}

}  // namespace

Server::Server(std::shared_ptr<const Corpus> corpus, const ServerOptions& options)
    : metrics_(options.metrics),
      observer_(options.metrics, options.access_log, options.named_peers),
      holdings_(std::make_shared<const Archive>(std::move(corpus))),
      health_({v1::ArchiveService::service_full_name(), v1::TimelineService::service_full_name()}, &observer_),
      archive_(&holdings_, options.search, &observer_),
      timeline_(&holdings_, options.playback, &observer_),
      unknown_methods_(&observer_) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(std::shared_ptr<const Corpus> corpus,
                                                      const ServerOptions& options) {
  std::unique_ptr<Server> server(new Server(std::move(corpus), options));
  if (absl::Status status = server->Listen(options); !status.ok()) return status;
  return server;
}

absl::Status Server::Listen(const ServerOptions& options) {
  absl::StatusOr<std::unique_ptr<Acceptor>> acceptor =
      Acceptor::Listen(options.addresses, options.connections, options.metrics);
  if (!acceptor.ok()) return acceptor.status();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  AddLimits(options, &builder);
  if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  builder.RegisterService(&health_);
  builder.RegisterService(&archive_);
  builder.RegisterService(&timeline_);
  builder.RegisterCallbackGenericService(&unknown_methods_);
  for (grpc::Service* service : options.more_services) builder.RegisterService(service);
  using Type = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> connections =
      builder.experimental().AddExternalConnectionAcceptor(
          Type::FROM_FD, options.credentials == nullptr ? grpc::InsecureServerCredentials() : options.credentials);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC did not start; it has said why");
  acceptor_ = *std::move(acceptor);
  if (metrics_ != nullptr) {
    metrics_->SetLimits(options.playback.most_playbacks, options.connections.most);
    metrics_->SetWatched({[this] { return acceptor_->open(); }, [this] { return archive_.searches_waiting(); }});
    TellOfCorpus();
  }
  health_.SetServing(true);
  if (metrics_ != nullptr) metrics_->SetServing(true);
  acceptor_->Start([connections = std::move(connections)](int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    connections->HandleNewConnection(&connection);
  });
  return absl::OkStatus();
}

Server::~Server() {
  Drain({absl::ZeroDuration()});
  if (metrics_ != nullptr) metrics_->SetWatched({});
}

void Server::Reload(std::shared_ptr<const Corpus> corpus) {
  holdings_.Add(std::make_shared<const Archive>(std::move(corpus)));
  if (metrics_ != nullptr) TellOfCorpus();
}

void Server::TellOfCorpus() {
  const std::shared_ptr<const Archive> archive = holdings_.current();
  metrics_->SetCorpus(
      {archive->corpus().revision(), archive->corpus().documents().size(), absl::Now(), holdings_.size()});
}

void Server::AwaitLameDuck(absl::Duration longest) {
  const SteadyTime until = SteadyNow() + longest;
  while (SteadyNow() < until && acceptor_->open() > 0) absl::SleepFor(kLookForConnectionsEvery);
}

void Server::Drain(const DrainTimes& times) {
  if (server_ == nullptr) return;
  const absl::Time end = absl::Now() + times.window;
  const absl::Duration lame_duck = std::min(times.lame_duck, times.window / 2);
  if (metrics_ != nullptr) {
    metrics_->SetDraining(true);
    metrics_->SetServing(false);
  }
  health_.SetServing(false);
  timeline_.BeginDrain();
  spdlog::info("drain: health is NOT_SERVING, playbacks are refused");
  AwaitLameDuck(lame_duck);
  spdlog::info("drain: closing playbacks");
  timeline_.ClosePlaybacks((times.window - lame_duck) * kShareForPlaybacks);
  spdlog::info("drain: ending health watches, accepting no connections, telling them to go");
  health_.EndWatches();
  acceptor_->Stop();
  server_->Shutdown(absl::ToChronoTime(end));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace hotline::server
