#ifndef HOTLINE_CLIENT_SRC_RETRY_H_
#define HOTLINE_CLIENT_SRC_RETRY_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/src/environment.h"
#include "hotline/options.h"

namespace hotline::internal {

// How long to wait after the n-th failure in a row, n >= 1: exponential, capped, with full jitter.
absl::Duration Backoff(int failures, absl::Duration initial, absl::Duration max, const Environment& environment);

// The same error, details included, with `why` before its message: "gave up after 5 attempts: Connection refused".
absl::Status Explain(const absl::Status& status, const std::string& why);

// "1 attempt", "5 attempts".
std::string Attempts(int count);

// Runs `attempt` until it returns anything but UNAVAILABLE and its own deadline, `options.max_attempts` are spent or
// `options.rpc_timeout` has passed, and returns its last status; where that was not of its own accord, the message says
// why it stopped. `attempt` is given its deadline: `options.attempt_timeout`, or less where less time is left.
absl::Status Retry(const ConnectionOptions& options, const Environment& environment,
                   absl::FunctionRef<absl::Status(absl::Duration timeout)> attempt);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_RETRY_H_
