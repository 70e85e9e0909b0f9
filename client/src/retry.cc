#include "client/src/retry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "hotline/error.h"

namespace hotline::internal {

absl::Duration Backoff(int failures, absl::Duration initial, absl::Duration max, const Environment& environment) {
  return std::min(initial * std::pow(2.0, failures - 1), max) * environment.random();
}

absl::Status Explain(const absl::Status& status, const std::string& why) {
  absl::Status explained(status.code(), absl::StrCat(why, ": ", status.message()));
  status.ForEachPayload(
      [&explained](absl::string_view type_url, const absl::Cord& detail) { explained.SetPayload(type_url, detail); });
  return explained;
}

std::string Attempts(int count) { return absl::StrCat(count, count == 1 ? " attempt" : " attempts"); }

absl::Status Retry(const ConnectionOptions& options, const Environment& environment,
                   absl::FunctionRef<absl::Status(absl::Duration timeout)> attempt) {
  const absl::Notification never;
  const absl::Time deadline = environment.now() + options.rpc_timeout;
  const std::string deadline_reached =
      absl::StrCat("deadline of ", absl::FormatDuration(options.rpc_timeout), " reached");
  absl::Status before;
  for (int attempts = 1;; ++attempts) {
    const absl::Duration left = deadline - environment.now();
    const absl::Status status = attempt(std::min(left, options.attempt_timeout));
    // The client's own deadline, and not one that the server gave.
    const bool too_long = absl::IsDeadlineExceeded(status) && !GetErrorInfo(status);
    if (too_long && left <= options.attempt_timeout) {
      return Explain(before.ok() ? status : before, absl::StrCat(deadline_reached, " in attempt ", attempts));
    }
    if (!absl::IsUnavailable(status) && !too_long) return status;
    if (attempts >= options.max_attempts) return Explain(status, absl::StrCat("gave up after ", Attempts(attempts)));
    const absl::Duration wait = GetRetryDelay(status).value_or(absl::ZeroDuration()) +
                                Backoff(attempts, options.initial_backoff, options.max_backoff, environment);
    if (environment.now() + wait >= deadline) {
      return Explain(status, absl::StrCat(deadline_reached, " after ", Attempts(attempts)));
    }
    environment.sleep(wait, never);
    before = status;
  }
}

}  // namespace hotline::internal
