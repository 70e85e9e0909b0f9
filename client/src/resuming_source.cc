#include "client/src/resuming_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/src/proto_time.h"
#include "client/src/retry.h"
#include "hotline/error.h"

namespace hotline::internal {
namespace {

// Whether the server is done with the playback, and not merely with the call.
bool EndsPlayback(const v1::Closing& closing) {
  switch (closing.reason()) {
    case v1::CLOSING_REASON_END:
    case v1::CLOSING_REASON_STOPPED:
    case v1::CLOSING_REASON_HALF_CLOSED:
    case v1::CLOSING_REASON_IDLE:
      return true;
    default:
      return false;
  }
}

// How long the server asked to wait, in `closing` or in its status.
absl::Duration AskedToWait(const std::optional<v1::Closing>& closing, const absl::Status& status) {
  if (closing && closing->has_retry_after()) {
    return ToDuration(closing->retry_after());
  }
  return GetRetryDelay(status).value_or(absl::ZeroDuration());
}

}  // namespace

ResumingSource::ResumingSource(v1::StreamTimelineRequest request, const ConnectionOptions& options,
                               Environment environment, StartTimelineCall start_call)
    : options_(options),
      environment_(std::move(environment)),
      start_call_(std::move(start_call)),
      request_(std::move(request)) {}

std::optional<absl::StatusOr<v1::StreamTimelineResponse>> ResumingSource::Next() {
  v1::StreamTimelineResponse response;
  while (true) {
    if (call_ == nullptr) OpenCall();
    if (call_ != nullptr && call_->Read(&response, options_.stream_idle_timeout) && !cancelled_.HasBeenNotified()) {
      if (Accept(&response)) return response;
      continue;
    }
    // The server's word that all was sent counts, even if the connection was lost right behind it.
    const bool complete = closing_ && EndsPlayback(*closing_);
    const absl::Status status = CloseCall();
    if (complete) return std::nullopt;
    const absl::Status error = WaitToResume(status);
    if (cancelled_.HasBeenNotified()) return absl::CancelledError("the playback was cancelled by this program");
    if (!error.ok()) return error;
  }
}

void ResumingSource::Cancel() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  cancelled_.Notify();
  if (call_ != nullptr) call_->Cancel();
}

void ResumingSource::OpenCall() {
  closing_.reset();
  call_begun_ = false;
  absl::MutexLock lock(&mu_);
  if (!cancelled_.HasBeenNotified()) call_ = start_call_(request_);
}

absl::Status ResumingSource::CloseCall() {
  std::unique_ptr<TimelineCall> call;
  {
    absl::MutexLock lock(&mu_);
    call = std::move(call_);
  }
  if (cancelled_.HasBeenNotified()) return absl::OkStatus();
  const absl::Status status = call->status();
  return status.ok() ? absl::UnavailableError("the server ended the call without closing the playback") : status;
}

bool ResumingSource::Accept(v1::StreamTimelineResponse* response) {
  if (begun_ && !call_begun_) ++resumes_;
  begun_ = call_begun_ = true;
  if (!response->position().empty()) request_.set_from_position(response->position());
  if (response->has_closing()) closing_ = response->closing();
  const EpochCheck::Result result = epoch_check_.Examine(response);
  violations_ += result.violations;
  if (result.progress) failures_ = 0;
  return !result.repeats;
}

absl::Status ResumingSource::WaitToResume(const absl::Status& status) {
  if (cancelled_.HasBeenNotified()) return absl::OkStatus();
  if (IsFinal(status)) return status;
  if (++failures_ == 1) failing_since_ = environment_.now();
  // The call that was cut was itself no attempt to resume.
  const int attempts = begun_ ? failures_ - 1 : failures_;
  const std::string gave_up = absl::StrCat("gave up after ", Attempts(attempts));
  if (!begun_ && attempts >= options_.max_attempts) return Explain(status, gave_up);
  const absl::Duration wait = AskedToWait(closing_, status) +
                              Backoff(failures_, begun_ ? options_.stream_initial_backoff : options_.initial_backoff,
                                      options_.max_backoff, environment_);
  if (environment_.now() + wait - failing_since_ > options_.stream_retry_time) {
    return Explain(status, absl::StrCat(gave_up, ", since the next would come later than ",
                                        absl::FormatDuration(options_.stream_retry_time), " after the first failure"));
  }
  environment_.sleep(wait, cancelled_);
  return absl::OkStatus();
}

bool ResumingSource::IsFinal(const absl::Status& status) const {
  switch (status.code()) {
    // CANCELLED is a reader that was too slow: the program's own wish is known before.
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return false;
    default:
      break;
  }
  const std::optional<ErrorInfo> info = GetErrorInfo(status);
  if (info && info->domain == "hotline") return true;
  // A playback that ran was cut on the way, and proxies give a cut call many codes.
  if (begun_) return false;
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDeadlineExceeded:
      return false;
    default:
      return true;
  }
}

}  // namespace hotline::internal
