#ifndef HOTLINE_TESTS_CLIENT_SCRIPTED_SERVER_H_
#define HOTLINE_TESTS_CLIENT_SCRIPTED_SERVER_H_

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/v1/archive_service.grpc.pb.h"
#include "hotline/v1/timeline_service.grpc.pb.h"

namespace hotline::tests {

// What one call of StreamTimeline is to do: write the messages, then end with `status`, or write no more and wait until
// the client gives up.
struct StreamScript {
  std::vector<v1::StreamTimelineResponse> responses;
  grpc::Status status;
  bool hangs = false;
};

// What one call of PlayTimeline is to do: write the messages of each act as soon as so many requests have come in all,
// then end with `status`, or wait until the client gives up.
struct PlayScript {
  struct Act {
    int requests = 1;
    std::vector<v1::PlayTimelineResponse> responses;
  };
  std::vector<Act> acts;
  grpc::Status status;
  bool hangs = false;
  // Whether the end comes only when the client has said that no request follows.
  bool waits_for_half_close = false;
  // Whether requests are read at all.
  bool reads = true;
};

// A gRPC server on a port of its own (or on `address`) that does as it is told. Script a call before it comes: one
// without a script ends UNIMPLEMENTED. Threads: any.
class ScriptedServer {
 public:
  explicit ScriptedServer(
      const std::string& address = "127.0.0.1:0",
      const std::shared_ptr<grpc::ServerCredentials>& credentials = grpc::InsecureServerCredentials());
  ~ScriptedServer();

  // For MakeConnection().
  const std::string& target() const { return target_; }

  // The next calls of GetCorpus end so, in turn; all later ones OK.
  void ScriptGetCorpus(std::vector<grpc::Status> statuses);
  // Calls of GetCorpus are not answered at all from now on.
  void IgnoreGetCorpus();
  // The next call of StreamTimeline does so.
  void ScriptStream(StreamScript script);
  // The next call of PlayTimeline does so.
  void ScriptPlay(PlayScript script);
  // What the health service says.
  void SetServing(bool serving) { server_->GetHealthCheckService()->SetServingStatus(serving); }

  int get_corpus_calls() const;
  std::string user_agent() const;
  std::vector<v1::StreamTimelineRequest> stream_requests() const;
  // The requests of each call of PlayTimeline.
  std::vector<std::vector<v1::PlayTimelineRequest>> play_requests() const;
  // Waits until so many requests have come in the last call of PlayTimeline. False: not in time.
  bool WaitForPlayRequests(int count, absl::Duration timeout = absl::Seconds(20)) const;
  // Waits until so many streams were cancelled by their clients. False: not in time.
  bool WaitForCancelledStreams(int count, absl::Duration timeout = absl::Seconds(20)) const;

 private:
  class Archive : public v1::ArchiveService::CallbackService {
   public:
    explicit Archive(ScriptedServer* server) : server_(server) {}
    grpc::ServerUnaryReactor* GetCorpus(grpc::CallbackServerContext* context, const v1::GetCorpusRequest* request,
                                        v1::GetCorpusResponse* response) override;

   private:
    ScriptedServer* const server_;
  };
  class Timeline : public v1::TimelineService::CallbackService {
   public:
    explicit Timeline(ScriptedServer* server) : server_(server) {}
    grpc::ServerWriteReactor<v1::StreamTimelineResponse>* StreamTimeline(
        grpc::CallbackServerContext* context, const v1::StreamTimelineRequest* request) override;

    grpc::ServerBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse>* PlayTimeline(
        grpc::CallbackServerContext* context) override;

   private:
    ScriptedServer* const server_;
  };

  void NoteCancelledStream();
  void NotePlayRequest(std::size_t call, const v1::PlayTimelineRequest& request);

  mutable absl::Mutex mu_;
  std::deque<grpc::Status> get_corpus_statuses_ ABSL_GUARDED_BY(mu_);
  bool ignores_get_corpus_ ABSL_GUARDED_BY(mu_) = false;
  int get_corpus_calls_ ABSL_GUARDED_BY(mu_) = 0;
  std::string user_agent_ ABSL_GUARDED_BY(mu_);
  std::deque<StreamScript> streams_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::StreamTimelineRequest> stream_requests_ ABSL_GUARDED_BY(mu_);
  std::deque<PlayScript> plays_ ABSL_GUARDED_BY(mu_);
  std::vector<std::vector<v1::PlayTimelineRequest>> play_requests_ ABSL_GUARDED_BY(mu_);
  int cancelled_streams_ ABSL_GUARDED_BY(mu_) = 0;

  Archive archive_{this};
  Timeline timeline_{this};
  std::string target_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_SCRIPTED_SERVER_H_
