#include "client/src/grpc_timeline_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/src/status.h"

namespace hotline::internal {

GrpcTimelineCall::GrpcTimelineCall(std::shared_ptr<v1::TimelineService::StubInterface> stub,
                                   const v1::StreamTimelineRequest& request, bool wait_for_ready)
    : stub_(std::move(stub)), request_(request) {
  context_.set_wait_for_ready(wait_for_ready);
  stub_->async()->StreamTimeline(&context_, &request_, this);
  // Reads begin outside of reactions: the hold keeps gRPC from finishing between two of them.
  AddHold();
  StartCall();
}

GrpcTimelineCall::~GrpcTimelineCall() {
  if (finished_) return;
  context_.TryCancel();
  Finish();
}

bool GrpcTimelineCall::Read(v1::StreamTimelineResponse* response, absl::Duration timeout) {
  {
    absl::MutexLock lock(&mu_);
    read_ = ReadState::kPending;
  }
  StartRead(&response_);
  const auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return read_ != ReadState::kPending; };
  bool timed_out;
  {
    absl::MutexLock lock(&mu_);
    timed_out = !mu_.AwaitWithTimeout(absl::Condition(&settled), timeout);
  }
  if (timed_out) {
    context_.TryCancel();
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(&settled));
  }
  {
    absl::MutexLock lock(&mu_);
    if (read_ == ReadState::kMessage && !timed_out) {
      response->Swap(&response_);
      return true;
    }
  }
  Finish();
  if (timed_out) {
    status_ = absl::UnavailableError(absl::StrCat("no message for ", absl::FormatDuration(timeout)));
  }
  return false;
}

void GrpcTimelineCall::Finish() {
  finished_ = true;
  RemoveHold();
  const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return done_; };
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(&done));
  status_ = done_status_;
}

void GrpcTimelineCall::OnReadDone(bool ok) {
  absl::MutexLock lock(&mu_);
  read_ = ok ? ReadState::kMessage : ReadState::kOver;
}

void GrpcTimelineCall::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  done_status_ = FromGrpc(status);
  done_ = true;
}

}  // namespace hotline::internal
