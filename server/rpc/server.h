#ifndef HOTLINE_SERVER_RPC_SERVER_H_
#define HOTLINE_SERVER_RPC_SERVER_H_

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/corpus/corpus.h"
#include "server/rpc/acceptor.h"
#include "server/rpc/archive_service.h"
#include "server/rpc/call_record.h"
#include "server/rpc/health_service.h"
#include "server/rpc/holdings.h"
#include "server/rpc/timeline_service.h"
#include "server/rpc/unknown_methods.h"

namespace hotline::server {

// What a connection may do, and for how long.
struct TransportLimits {
  // Calls at once on one connection; a client that knows HTTP/2 holds back what is more.
  int most_streams_per_connection = 1'000;
  // A connection is told to go when it is so old, give or take a tenth, so that load moves on to new replicas. Its
  // playbacks go on, until they are too old themselves. Infinite: none is.
  absl::Duration most_connection_age = absl::Minutes(15);
  // One without calls is closed after this.
  absl::Duration most_connection_idle = absl::Minutes(15);
  // One that has not said what it wants, TLS handshake included, is closed after this.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // Clients may ping so often; one that does it more often is sent away (ENHANCE_YOUR_CALM) at the third time.
  absl::Duration least_ping_interval = absl::Seconds(10);
  // After so long without a sign of a client it is pinged, and after so much more it is taken for dead.
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(20);
  // Memory for all of gRPC's buffers together; above it reads are held back and calls ended, which comes late. 0: no
  // bound.
  std::size_t most_bytes = 0;
};

struct ServerOptions {
  // HOST:PORT, where port 0 means any free one, or unix:PATH, where a socket that nobody listens on is replaced.
  std::vector<std::string> addresses = {"127.0.0.1:50051"};
  PlaybackLimits playback;
  SearchLimits search;
  ConnectionLimits connections;
  TransportLimits transport;
  // TLS; null: plaintext. `named_peers`: clients show certificates, whose names are told with their calls.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  bool named_peers = false;
  // Whether grpc.reflection tells clients what there is.
  bool reflection = true;
  // Where calls and connections are told of. Null: nowhere. They outlive the server.
  Metrics* metrics = nullptr;
  AccessLog* access_log = nullptr;
  // Served too. They outlive the server.
  std::vector<grpc::Service*> more_services;
};

// How long a server takes to leave.
struct DrainTimes {
  // All of it. What is not done then is cancelled.
  absl::Duration window = absl::Seconds(10);
  // For how long all but new playbacks is served as before, so that whoever looks at health sends clients elsewhere;
  // at most half of the window. Skipped where no connection is open.
  absl::Duration lame_duck = absl::ZeroDuration();
};

// Both services, health and reflection on one gRPC server.
class Server {
 public:
  // Listens and serves; health is SERVING when this returns. INVALID_ARGUMENT for an address that is none of the forms
  // above; UNAVAILABLE where one cannot be listened on, because it is in use (nothing is shared or taken over) or not
  // this machine's. The message names it.
  static absl::StatusOr<std::unique_ptr<Server>> Start(std::shared_ptr<const Corpus> corpus,
                                                       const ServerOptions& options);

  // Shuts down at once if that was not done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The addresses that it listens on, with the ports that were chosen.
  const std::vector<std::string>& addresses() const { return acceptor_->addresses(); }

  // Answers from this corpus from now on. Lists and playbacks that began in one of the three before it go on in that.
  void Reload(std::shared_ptr<const Corpus> corpus);

  // Takes leave, in this order: health NOT_SERVING and playbacks refused; after the lame duck, playbacks closed with
  // DRAINING and a position, spread over what is left of the window but for some of it; health watches ended, no
  // connection accepted, connections told to go, calls under way served; what is not done by the end of the window is
  // cancelled. Returns when nothing is left.
  void Drain(const DrainTimes& times);

  // Makes a connection to itself and returns it, or none where that was refused. Not once Drain() was called.
  FileDescriptor ConnectToSelf() const { return acceptor_->ConnectToSelf(); }

  // The calls that have not ended, as "2 of /package.Service/Method", separated by commas.
  std::string LiveCalls() const { return observer_.LiveCalls(); }

 private:
  Server(std::shared_ptr<const Corpus> corpus, const ServerOptions& options);
  absl::Status Listen(const ServerOptions& options);
  void TellOfCorpus();
  void AwaitLameDuck(absl::Duration longest);

  Metrics* const metrics_;
  CallObserver observer_;
  Holdings holdings_;
  HealthService health_;
  ArchiveService archive_;
  TimelineService timeline_;
  UnknownMethods unknown_methods_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Acceptor> acceptor_;  // hands connections to the server, and so goes first
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_SERVER_H_
