#include "client/src/grpc_calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/src/status.h"

namespace hotline::internal {

template <typename Call, typename Reactor>
void GrpcCall<Call, Reactor>::Begin() {
  // Reads begin outside of reactions: the hold keeps gRPC from finishing between two of them.
  this->AddHold();
  this->StartCall();
}

template <typename Call, typename Reactor>
void GrpcCall<Call, Reactor>::End() {
  if (finished_) return;
  context_.TryCancel();
  Finish();
}

template <typename Call, typename Reactor>
bool GrpcCall<Call, Reactor>::Read(typename Call::Response* response, absl::Duration timeout) {
  {
    absl::MutexLock lock(&mu_);
    read_ = ReadState::kPending;
  }
  this->StartRead(&response_);
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

template <typename Call, typename Reactor>
void GrpcCall<Call, Reactor>::Finish() {
  finished_ = true;
  {
    absl::MutexLock lock(&mu_);
    over_ = true;
  }
  this->RemoveHold();
  const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return done_; };
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(&done));
  status_ = done_status_;
}

template <typename Call, typename Reactor>
void GrpcCall<Call, Reactor>::OnReadDone(bool ok) {
  absl::MutexLock lock(&mu_);
  read_ = ok ? ReadState::kMessage : ReadState::kOver;
}

template <typename Call, typename Reactor>
void GrpcCall<Call, Reactor>::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  done_status_ = FromGrpc(status);
  done_ = true;
}

GrpcTimelineCall::GrpcTimelineCall(std::shared_ptr<v1::TimelineService::StubInterface> stub,
                                   const v1::StreamTimelineRequest& request, bool wait_for_ready)
    : GrpcCall(wait_for_ready), stub_(std::move(stub)), request_(request) {
  stub_->async()->StreamTimeline(&context_, &request_, this);
  Begin();
}

GrpcTimelineCall::~GrpcTimelineCall() { End(); }

GrpcControlledCall::GrpcControlledCall(std::shared_ptr<v1::TimelineService::StubInterface> stub, bool wait_for_ready)
    : GrpcCall(wait_for_ready), stub_(std::move(stub)) {
  stub_->async()->PlayTimeline(&context_, this);
  Begin();
}

GrpcControlledCall::~GrpcControlledCall() { End(); }

void GrpcControlledCall::Write(const v1::PlayTimelineRequest& request) {
  {
    absl::MutexLock lock(&mu_);
    unwritten_.push_back(request);
  }
  WriteNext();
}

void GrpcControlledCall::FinishWrites() {
  {
    absl::MutexLock lock(&mu_);
    end_unwritten_ = true;
  }
  WriteNext();
}

void GrpcControlledCall::WriteNext() {
  const v1::PlayTimelineRequest* request = nullptr;
  {
    absl::MutexLock lock(&mu_);
    if (over_ || writing_ || (unwritten_.empty() && !end_unwritten_)) return;
    writing_ = true;
    if (unwritten_.empty()) {
      end_unwritten_ = false;
    } else {
      request = &unwritten_.front();
    }
    // So that the call does not finish between here and what is begun below.
    AddHold();
  }
  if (request != nullptr) {
    StartWrite(request);
  } else {
    StartWritesDone();
  }
  RemoveHold();
}

void GrpcControlledCall::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mu_);
    unwritten_.pop_front();
    writing_ = false;
    // The call is broken: Read() will say how.
    if (!ok) over_ = true;
  }
  WriteNext();
}

void GrpcControlledCall::OnWritesDoneDone(bool) {}

}  // namespace hotline::internal
