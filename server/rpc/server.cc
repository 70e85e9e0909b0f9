#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace hotline::server {
namespace {

constexpr int kMostRequestBytes = 64 * 1024;
// Above what a proxy lets through: gRPC 1.51 ends all streams of a connection when one request exceeds it.
constexpr int kMostMetadataBytes = 128 * 1024;

// "127.0.0.1:0" with the port that was chosen.
std::string WithPort(const std::string& address, int port) {
  if (absl::StartsWith(address, "unix:")) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

}  // namespace

Server::Server(std::shared_ptr<const Corpus> corpus, const ServerOptions& options)
    : health_({v1::ArchiveService::service_full_name(), v1::TimelineService::service_full_name()}),
      archive_(corpus),
      timeline_(corpus, options.playback) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(std::shared_ptr<const Corpus> corpus,
                                                      const ServerOptions& options) {
  std::unique_ptr<Server> server(new Server(std::move(corpus), options));
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMostRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes);
  // A second server on a port in use is refused instead of taking a part of its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  std::vector<int> ports(options.addresses.size());
  for (std::size_t i = 0; i < options.addresses.size(); ++i) {
    builder.AddListeningPort(options.addresses[i], grpc::InsecureServerCredentials(), &ports[i]);
  }
  builder.RegisterService(&server->health_);
  builder.RegisterService(&server->archive_);
  builder.RegisterService(&server->timeline_);
  server->server_ = builder.BuildAndStart();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (server->server_ == nullptr || ports[i] == 0) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", absl::StrJoin(options.addresses, ", "),
                                                 ": an address is in use, not this machine's, or malformed"));
    }
    server->addresses_.push_back(WithPort(options.addresses[i], ports[i]));
  }
  server->health_.SetServing(true);
  return server;
}

Server::~Server() { Drain(absl::ZeroDuration()); }

void Server::Drain(absl::Duration window) {
  if (server_ == nullptr) return;
  health_.SetServing(false);
  timeline_.Drain();
  health_.EndWatches();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + window));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace hotline::server
