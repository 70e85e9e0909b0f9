#ifndef HOTLINE_CLIENT_SRC_GRPC_TIMELINE_CALL_H_
#define HOTLINE_CLIENT_SRC_GRPC_TIMELINE_CALL_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/src/playback_call.h"
#include "hotline/v1/timeline_service.grpc.pb.h"

namespace hotline::internal {

// A call over gRPC. It is a reactor, so that a read can be given up: the thread that reads waits for the reaction, or
// for its timeout. What gRPC writes to lives here until OnDone(), and the destructor waits for that.
class GrpcTimelineCall : public TimelineCall, private grpc::ClientReadReactor<v1::StreamTimelineResponse> {
 public:
  // Begins the call.
  GrpcTimelineCall(std::shared_ptr<v1::TimelineService::StubInterface> stub, const v1::StreamTimelineRequest& request,
                   bool wait_for_ready);
  ~GrpcTimelineCall() override;

  bool Read(v1::StreamTimelineResponse* response, absl::Duration timeout) override;
  absl::Status status() const override { return status_; }
  void Cancel() override { context_.TryCancel(); }

 private:
  enum class ReadState { kNone, kPending, kMessage, kOver };

  // Reactions, on gRPC's threads, or on ours within a call to gRPC: so no lock is held during one.
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  // Lets gRPC finish, waits until it has, and takes its status. A read must not be pending.
  void Finish();

  const std::shared_ptr<v1::TimelineService::StubInterface> stub_;
  const v1::StreamTimelineRequest request_;
  grpc::ClientContext context_;
  // Of the thread that reads.
  bool finished_ = false;
  absl::Status status_;

  absl::Mutex mu_;
  ReadState read_ ABSL_GUARDED_BY(mu_) = ReadState::kNone;
  // gRPC's to write while a read is pending.
  v1::StreamTimelineResponse response_;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status done_status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_GRPC_TIMELINE_CALL_H_
