#ifndef HOTLINE_CLIENT_SRC_ENVIRONMENT_H_
#define HOTLINE_CLIENT_SRC_ENVIRONMENT_H_

#include <functional>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace hotline::internal {

// What the SDK takes from the world besides gRPC, so that tests can put a fake in its place.
struct Environment {
  // A clock that never falls. Only differences mean something.
  std::function<absl::Time()> now;
  // Blocks for so long, or until `wake` is notified.
  std::function<void(absl::Duration, const absl::Notification& wake)> sleep;
  // A number from 0, inclusive, to 1, exclusive.
  std::function<double()> random;
};

// All three may be called from any thread.
Environment RealEnvironment();

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_ENVIRONMENT_H_
