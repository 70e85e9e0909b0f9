#include "client/src/resuming_playback.h"

#include <utility>

namespace hotline::internal {
namespace {

v1::PlayTimelineRequest Request(const v1::PlaybackStart& start) {
  v1::PlayTimelineRequest request;
  *request.mutable_start() = start;
  return request;
}

v1::PlayTimelineRequest Request(const v1::PlaybackControl& control) {
  v1::PlayTimelineRequest request;
  *request.mutable_control() = control;
  return request;
}

}  // namespace

ResumingPlayback::ResumingPlayback(v1::PlaybackStart start, const ConnectionOptions& options, Environment environment,
                                   StartControlledCall start_call)
    : idle_timeout_(options.stream_idle_timeout),
      environment_(std::move(environment)),
      start_call_(std::move(start_call)),
      start_(std::move(start)),
      resumption_(options, environment_) {}

std::optional<absl::StatusOr<v1::PlayTimelineResponse>> ResumingPlayback::Next() {
  v1::PlayTimelineResponse response;
  while (true) {
    if (call_ == nullptr) OpenCall();
    if (call_ != nullptr && call_->Read(&response, idle_timeout_) && !cancelled_.HasBeenNotified()) {
      if (Accept(&response)) return response;
      continue;
    }
    const absl::Status status = CloseCall();
    // A stop that was answered holds, though `closing` was lost.
    if (resumption_.complete() || check_.stopped()) return std::nullopt;
    if (cancelled_.HasBeenNotified()) return CancelledByProgram();
    const absl::StatusOr<absl::Duration> wait = resumption_.OnCallEnded(status);
    NoteInterruption(status, wait.ok());
    if (!wait.ok()) return wait.status();
    environment_.sleep(*wait, cancelled_);
  }
}

void ResumingPlayback::Send(const v1::PlaybackControl& control) {
  absl::MutexLock lock(&mu_);
  unanswered_.Add(control);
  if (call_ != nullptr) call_->Write(Request(control));
}

void ResumingPlayback::FinishControls() {
  absl::MutexLock lock(&mu_);
  controls_finished_ = true;
  if (call_ != nullptr) call_->FinishWrites();
}

void ResumingPlayback::Cancel() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  cancelled_.Notify();
  if (call_ != nullptr) call_->Cancel();
  interruption_.reset();
}

std::optional<absl::Status> ResumingPlayback::interruption() const {
  absl::MutexLock lock(&mu_);
  return interruption_;
}

void ResumingPlayback::OpenCall() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  resumption_.OnCallBegun();
  check_.OnCallBegun();
  call_ = start_call_();
  call_->Write(Request(start_));
  for (const v1::PlaybackControl& control : unanswered_.SendAgain()) call_->Write(Request(control));
  if (controls_finished_) call_->FinishWrites();
}

absl::Status ResumingPlayback::CloseCall() {
  std::unique_ptr<ControlledCall> call;
  {
    absl::MutexLock lock(&mu_);
    call = std::move(call_);
  }
  return call == nullptr ? absl::OkStatus() : AsCut(call->status());
}

void ResumingPlayback::NoteInterruption(const absl::Status& why, bool goes_on) {
  absl::MutexLock lock(&mu_);
  interruption_.reset();
  if (goes_on && !cancelled_.HasBeenNotified()) interruption_ = why;
}

bool ResumingPlayback::Accept(v1::PlayTimelineResponse* response) {
  if (!response->position().empty()) {
    // It carries the pace, and whether the clock runs.
    start_.set_from_position(response->position());
    start_.clear_pace();
    start_.clear_start_paused();
  }
  absl::MutexLock lock(&mu_);
  interruption_.reset();
  const PlaybackCheck::Result result = check_.Examine(response, &unanswered_);
  violations_ += result.violations;
  resumption_.OnMessage(*response, result.progress);
  return !result.repeats;
}

}  // namespace hotline::internal
