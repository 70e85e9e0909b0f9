#ifndef HOTLINE_SERVER_RPC_EXIT_WATCHDOG_H_
#define HOTLINE_SERVER_RPC_EXIT_WATCHDOG_H_

#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace hotline::server {

// Ends the process with exit code 3 if it does not end by itself: gRPC's Shutdown() waits without bound for every call
// that was not finished, and a defect may leave one.
class ExitWatchdog {
 public:
  static constexpr int kExitCode = 3;

  // Waits for its own destruction, and after `limit` in vain calls `last_words` and ends the process.
  ExitWatchdog(absl::Duration limit, std::function<void()> last_words);
  ~ExitWatchdog();
  ExitWatchdog(const ExitWatchdog&) = delete;
  ExitWatchdog& operator=(const ExitWatchdog&) = delete;

 private:
  absl::Notification ended_;
  std::thread thread_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_EXIT_WATCHDOG_H_
