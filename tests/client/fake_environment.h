#ifndef HOTLINE_TESTS_CLIENT_FAKE_ENVIRONMENT_H_
#define HOTLINE_TESTS_CLIENT_FAKE_ENVIRONMENT_H_

#include <vector>

#include "client/src/environment.h"

namespace hotline::tests {

// A world without waiting: sleeping moves the clock and is noted. Must outlive what uses its environment.
struct FakeEnvironment {
  absl::Time now = absl::UnixEpoch();
  // Every random number.
  double random = 0.5;
  std::vector<absl::Duration> waits;

  internal::Environment Get() {
    return {[this] { return now; },
            [this](absl::Duration duration, const absl::Notification&) {
              waits.push_back(duration);
              now += duration;
            },
            [this] { return random; }};
  }
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_FAKE_ENVIRONMENT_H_
