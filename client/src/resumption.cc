#include "client/src/resumption.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/src/proto_time.h"
#include "client/src/retry.h"
#include "hotline/error.h"

namespace hotline::internal {

Resumption::Resumption(const ConnectionOptions& options, Environment environment)
    : options_(options), environment_(std::move(environment)) {}

void Resumption::OnCallBegun() {
  closing_.reset();
  call_begun_ = false;
}

bool Resumption::complete() const {
  if (!closing_) return false;
  switch (closing_->reason()) {
    case v1::CLOSING_REASON_END:
    case v1::CLOSING_REASON_STOPPED:
    case v1::CLOSING_REASON_HALF_CLOSED:
    case v1::CLOSING_REASON_IDLE:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<absl::Duration> Resumption::OnCallEnded(const absl::Status& status) {
  if (IsFinal(status)) return status;
  if (++failures_ == 1) failing_since_ = environment_.now();
  // The call that was cut was itself no attempt to resume.
  const int attempts = begun_ ? failures_ - 1 : failures_;
  const std::string gave_up = absl::StrCat("gave up after ", Attempts(attempts));
  if (!begun_ && attempts >= options_.max_attempts) return Explain(status, gave_up);
  const absl::Duration wait =
      AskedToWait(status) + Backoff(failures_, begun_ ? options_.stream_initial_backoff : options_.initial_backoff,
                                    options_.max_backoff, environment_);
  if (environment_.now() + wait - failing_since_ > options_.stream_retry_time) {
    return Explain(status, absl::StrCat(gave_up, ", since the next would come later than ",
                                        absl::FormatDuration(options_.stream_retry_time), " after the first failure"));
  }
  return wait;
}

bool Resumption::IsFinal(const absl::Status& status) const {
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

absl::Duration Resumption::AskedToWait(const absl::Status& status) const {
  if (closing_ && closing_->has_retry_after()) return ToDuration(closing_->retry_after());
  return GetRetryDelay(status).value_or(absl::ZeroDuration());
}

absl::Status AsCut(const absl::Status& status) {
  return status.ok() ? absl::UnavailableError("the server ended the call without closing the playback") : status;
}

absl::Status CancelledByProgram() { return absl::CancelledError("the playback was cancelled by this program"); }

}  // namespace hotline::internal
