#ifndef HOTLINE_CLIENT_SRC_GRPC_CALLS_H_
#define HOTLINE_CLIENT_SRC_GRPC_CALLS_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/src/playback_call.h"
#include "hotline/v1/timeline_service.grpc.pb.h"

namespace hotline::internal {

// A call over gRPC. It is a reactor, so that a read can be given up: the thread that reads waits for the reaction, or
// for its timeout. What gRPC writes to lives here until OnDone(), and End() waits for that.
//
// Call: the interface; Reactor: gRPC's, of the same responses.
template <typename Call, typename Reactor>
class GrpcCall : public Call, protected Reactor {
 public:
  bool Read(typename Call::Response* response, absl::Duration timeout) override;
  absl::Status status() const override { return status_; }
  void Cancel() override { context_.TryCancel(); }

 protected:
  explicit GrpcCall(bool wait_for_ready) { context_.set_wait_for_ready(wait_for_ready); }

  // For the constructors of what is derived from this, once gRPC knows the reactor; and for their destructors, since
  // reactions are virtual.
  void Begin();
  void End();

  grpc::ClientContext context_;
  absl::Mutex mu_;
  // Whether the call is over, so that nothing may be begun in it.
  bool over_ ABSL_GUARDED_BY(mu_) = false;

 private:
  enum class ReadState { kNone, kPending, kMessage, kOver };

  // Reactions, on gRPC's threads, or on ours within a call to gRPC: so no lock is held during one.
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  // Lets gRPC finish, waits until it has, and takes its status. A read must not be pending.
  void Finish();

  // Of the thread that reads.
  bool finished_ = false;
  absl::Status status_;

  ReadState read_ ABSL_GUARDED_BY(mu_) = ReadState::kNone;
  // gRPC's to write while a read is pending.
  typename Call::Response response_;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status done_status_ ABSL_GUARDED_BY(mu_);
};

class GrpcTimelineCall : public GrpcCall<TimelineCall, grpc::ClientReadReactor<v1::StreamTimelineResponse>> {
 public:
  // Begins the call.
  GrpcTimelineCall(std::shared_ptr<v1::TimelineService::StubInterface> stub, const v1::StreamTimelineRequest& request,
                   bool wait_for_ready);
  ~GrpcTimelineCall() override;

 private:
  const std::shared_ptr<v1::TimelineService::StubInterface> stub_;
  const v1::StreamTimelineRequest request_;
};

class GrpcControlledCall
    : public GrpcCall<ControlledCall, grpc::ClientBidiReactor<v1::PlayTimelineRequest, v1::PlayTimelineResponse>> {
 public:
  // Begins the call.
  GrpcControlledCall(std::shared_ptr<v1::TimelineService::StubInterface> stub, bool wait_for_ready);
  ~GrpcControlledCall() override;

  void Write(const v1::PlayTimelineRequest& request) override;
  void FinishWrites() override;

 private:
  void OnWriteDone(bool ok) override;
  void OnWritesDoneDone(bool ok) override;

  // Begins what is next to be written, if anything is, unless something is being written.
  void WriteNext();

  const std::shared_ptr<v1::TimelineService::StubInterface> stub_;

  // The first of them is gRPC's to read while it is being written.
  std::deque<v1::PlayTimelineRequest> unwritten_ ABSL_GUARDED_BY(mu_);
  // Whether the end of the requests is still to be written behind them.
  bool end_unwritten_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_GRPC_CALLS_H_
