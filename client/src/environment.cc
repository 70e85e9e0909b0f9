#include "client/src/environment.h"

#include <chrono>

#include "absl/random/random.h"

namespace hotline::internal {

Environment RealEnvironment() {
  Environment environment;
  environment.now = [] {
    return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  };
  environment.sleep = [](absl::Duration duration, const absl::Notification& wake) {
    wake.WaitForNotificationWithTimeout(duration);
  };
  // A generator for each number: it is drawn only before a retry, and so no state is shared between threads.
  environment.random = [] { return absl::Uniform(absl::BitGen(), 0.0, 1.0); };
  return environment;
}

}  // namespace hotline::internal
