#ifndef HOTLINE_SERVER_RPC_SERVER_H_
#define HOTLINE_SERVER_RPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/corpus/corpus.h"
#include "server/rpc/archive_service.h"
#include "server/rpc/health_service.h"
#include "server/rpc/holdings.h"
#include "server/rpc/timeline_service.h"

namespace hotline::server {

struct ServerOptions {
  // HOST:PORT, where port 0 means any free one, or unix:PATH, where a socket that nobody listens on is replaced.
  std::vector<std::string> addresses = {"127.0.0.1:50051"};
  PlaybackLimits playback;
  SearchLimits search;
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
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Answers from this corpus from now on. Lists and playbacks that began in one of the three before it go on in that.
  void Reload(std::shared_ptr<const Corpus> corpus);

  // Takes leave: health NOT_SERVING, playbacks closed with DRAINING and a position, health watches ended, connections
  // told to go, calls under way served. What is not done after `window` is cancelled. Returns when nothing is left.
  void Drain(absl::Duration window);

 private:
  Server(std::shared_ptr<const Corpus> corpus, const ServerOptions& options);

  Holdings holdings_;
  HealthService health_;
  ArchiveService archive_;
  TimelineService timeline_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;  // last, so that it goes first
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_SERVER_H_
