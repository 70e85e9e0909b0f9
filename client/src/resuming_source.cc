#include "client/src/resuming_source.h"

#include <utility>

namespace hotline::internal {

ResumingSource::ResumingSource(v1::StreamTimelineRequest request, const ConnectionOptions& options,
                               Environment environment, StartTimelineCall start_call)
    : idle_timeout_(options.stream_idle_timeout),
      environment_(std::move(environment)),
      start_call_(std::move(start_call)),
      request_(std::move(request)),
      resumption_(options, environment_) {}

std::optional<absl::StatusOr<v1::StreamTimelineResponse>> ResumingSource::Next() {
  v1::StreamTimelineResponse response;
  while (true) {
    if (call_ == nullptr) OpenCall();
    if (call_ != nullptr && call_->Read(&response, idle_timeout_) && !cancelled_.HasBeenNotified()) {
      if (Accept(&response)) return response;
      continue;
    }
    const absl::Status status = CloseCall();
    if (resumption_.complete()) return std::nullopt;
    if (cancelled_.HasBeenNotified()) return CancelledByProgram();
    const absl::StatusOr<absl::Duration> wait = resumption_.OnCallEnded(status);
    if (!wait.ok()) return wait.status();
    environment_.sleep(*wait, cancelled_);
  }
}

void ResumingSource::Cancel() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  cancelled_.Notify();
  if (call_ != nullptr) call_->Cancel();
}

void ResumingSource::OpenCall() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  resumption_.OnCallBegun();
  call_ = start_call_(request_);
}

absl::Status ResumingSource::CloseCall() {
  std::unique_ptr<TimelineCall> call;
  {
    absl::MutexLock lock(&mu_);
    call = std::move(call_);
  }
  return call == nullptr ? absl::OkStatus() : AsCut(call->status());
}

bool ResumingSource::Accept(v1::StreamTimelineResponse* response) {
  if (!response->position().empty()) request_.set_from_position(response->position());
  const EpochCheck::Result result = epoch_check_.Examine(response);
  violations_ += result.violations;
  resumption_.OnMessage(*response, result.progress);
  return !result.repeats;
}

}  // namespace hotline::internal
