#ifndef HOTLINE_TESTS_RPC_RUNNING_SERVER_H_
#define HOTLINE_TESTS_RPC_RUNNING_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "hotline/v1/timeline_service.grpc.pb.h"
#include "server/rpc/server.h"

namespace hotline::server {

// The shipped corpus, loaded once.
std::shared_ptr<const Corpus> ShippedCorpus();

// One of so many letters that a client which does not read them holds up the server's writes.
std::shared_ptr<const Corpus> LargeCorpus();

// A real server on a free port of 127.0.0.1, and stubs that talk to it over a socket.
class RunningServer {
 public:
  explicit RunningServer(std::shared_ptr<const Corpus> corpus = ShippedCorpus(), const PlaybackLimits& limits = {},
                         const SearchLimits& search_limits = {}, const ConnectionLimits& connection_limits = {});

  Server& server() { return *server_; }
  const std::string& address() const { return server_->addresses().front(); }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::ArchiveService::Stub& archive() { return *archive_; }
  v1::TimelineService::Stub& timeline() { return *timeline_; }

 private:
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ArchiveService::Stub> archive_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
};

// A call's status with the details that came over the wire, as payloads.
absl::Status FromWire(const grpc::Status& status);

// A context whose call cannot hang a test.
class Context : public grpc::ClientContext {
 public:
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20)); }
};

// One call of ArchiveService.
template <typename Request, typename Response>
absl::StatusOr<Response> Ask(RunningServer& server,
                             grpc::Status (v1::ArchiveService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                              Response*),
                             const Request& request) {
  Context context;
  Response response;
  const absl::Status status = FromWire((server.archive().*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

// All messages of a playback up to its end, and how it ended.
struct Played {
  std::vector<v1::StreamTimelineResponse> messages;
  absl::Status status;

  std::vector<v1::TimelineItem> items() const;
};
Played Play(v1::TimelineService::Stub& stub, const v1::StreamTimelineRequest& request);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_RPC_RUNNING_SERVER_H_
