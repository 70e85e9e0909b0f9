#include "client/src/playback_reader.h"

#include <utility>

#include "client/src/status.h"

namespace hotline::internal {
namespace {

// What the program gets for an answer: a refusal becomes an error like those of whole calls.
absl::StatusOr<v1::PlayTimelineResponse> ResultOf(const v1::PlayTimelineResponse& response) {
  const v1::ControlApplied& applied = response.control_applied();
  if (applied.code() == 0) return response;
  return ServerError(static_cast<absl::StatusCode>(applied.code()), applied.reason(), applied.message());
}

}  // namespace

std::shared_ptr<AwaitedAnswer> PlaybackReader::Send(v1::PlaybackControl control) {
  auto awaited = std::make_shared<AwaitedAnswer>();
  absl::MutexLock lock(&mu_);
  if (ended_) {
    awaited->result = *ended_;
  } else if (controls_finished_) {
    awaited->result = absl::FailedPreconditionError("no control may follow FinishControls()");
  } else {
    control.set_control_id(++last_control_id_);
    awaited_.emplace(last_control_id_, awaited);
    source_->Send(control);
  }
  return awaited;
}

void PlaybackReader::FinishControls() {
  absl::MutexLock lock(&mu_);
  if (!controls_finished_) source_->FinishControls();
  controls_finished_ = true;
}

std::optional<absl::StatusOr<v1::PlayTimelineResponse>> PlaybackReader::Next() {
  absl::MutexLock lock(&mu_);
  while (unread_.empty() && !ended_) {
    if (!reading_) {
      ReadOne();
      continue;
    }
    const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !unread_.empty() || !reading_; };
    mu_.Await(absl::Condition(&woken));
  }
  if (unread_.empty()) return std::nullopt;
  absl::StatusOr<v1::PlayTimelineResponse> next = std::move(unread_.front());
  unread_.pop_front();
  return next;
}

bool PlaybackReader::IsReady(const AwaitedAnswer& awaited) const {
  absl::MutexLock lock(&mu_);
  return awaited.result.has_value();
}

absl::StatusOr<v1::PlayTimelineResponse> PlaybackReader::Wait(const AwaitedAnswer& awaited) {
  absl::MutexLock lock(&mu_);
  while (!awaited.result) {
    if (!reading_) {
      ReadOne();
      continue;
    }
    const auto woken = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return awaited.result.has_value() || !reading_; };
    mu_.Await(absl::Condition(&woken));
  }
  return *awaited.result;
}

void PlaybackReader::Close() {
  source_->Cancel();
  {
    absl::MutexLock lock(&mu_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !reading_; };
    mu_.Await(absl::Condition(&idle));
    End(absl::CancelledError("the playback was destroyed"));
  }
  source_.reset();
}

void PlaybackReader::ReadOne() {
  reading_ = true;
  mu_.Unlock();
  std::optional<absl::StatusOr<v1::PlayTimelineResponse>> read = source_->Next();
  mu_.Lock();
  reading_ = false;
  if (!read) return End(absl::FailedPreconditionError("the playback has ended"));
  unread_.push_back(*std::move(read));
  const absl::StatusOr<v1::PlayTimelineResponse>& response = unread_.back();
  if (!response.ok()) return End(response.status());
  if (!response->has_control_applied()) return;
  const auto awaited = awaited_.find(response->control_applied().control_id());
  if (awaited == awaited_.end()) return;
  awaited->second->result = ResultOf(*response);
  awaited_.erase(awaited);
}

void PlaybackReader::End(const absl::Status& status) {
  if (ended_) return;
  ended_ = status;
  for (const auto& [id, awaited] : awaited_) awaited->result = status;
  awaited_.clear();
}

}  // namespace hotline::internal
