#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr int kMostRequestBytes = 64 * 1024;
// Above what a proxy lets through: gRPC 1.51 ends all streams of a connection when one request exceeds it.
constexpr int kMostMetadataBytes = 128 * 1024;

bool IsUnix(absl::string_view address) { return absl::StartsWith(address, "unix:"); }

// gRPC takes a missing port for 443 and a large one modulo 65536.
absl::Status CheckAddress(absl::string_view address) {
  if (IsUnix(address)) {
    if (address.size() > 5 && address.size() - 5 < sizeof(sockaddr_un::sun_path)) return absl::OkStatus();
  } else {
    const std::size_t colon = address.rfind(':');
    unsigned port = 0;
    if (colon != address.npos && colon > 0 && absl::SimpleAtoi(address.substr(colon + 1), &port) && port <= 65'535) {
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(address),
                   " is no address to listen on; allowed are HOST:PORT with a port of 0 to 65535, and unix:PATH of at "
                   "most ",
                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
}

// Whether a server listens on this unix socket already. gRPC would take its path over without a word.
bool IsServed(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

absl::Status CannotListen(absl::string_view addresses) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", addresses, ": in use, or not this machine's"));
}

// "127.0.0.1:0" with the port that was chosen.
std::string WithPort(const std::string& address, int port) {
  if (IsUnix(address)) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

}  // namespace

Server::Server(std::shared_ptr<const Corpus> corpus, const ServerOptions& options)
    : holdings_(std::make_shared<const Archive>(std::move(corpus))),
      health_({v1::ArchiveService::service_full_name(), v1::TimelineService::service_full_name()}),
      archive_(&holdings_, options.search),
      timeline_(&holdings_, options.playback) {}

void Server::Reload(std::shared_ptr<const Corpus> corpus) {
  holdings_.Add(std::make_shared<const Archive>(std::move(corpus)));
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(std::shared_ptr<const Corpus> corpus,
                                                      const ServerOptions& options) {
  for (const std::string& address : options.addresses) {
    if (absl::Status status = CheckAddress(address); !status.ok()) return status;
    if (IsUnix(address) && IsServed(address.substr(5))) return CannotListen(address);
  }
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
      return CannotListen(absl::StrJoin(options.addresses, ", "));
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
