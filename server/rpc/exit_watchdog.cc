#include "server/rpc/exit_watchdog.h"

#include <stdlib.h>

#include <utility>

namespace hotline::server {

ExitWatchdog::ExitWatchdog(absl::Duration limit, std::function<void()> last_words)
    : thread_([this, limit, last_words = std::move(last_words)] {
        if (ended_.WaitForNotificationWithTimeout(limit)) return;
        last_words();
        _Exit(kExitCode);
      }) {}

ExitWatchdog::~ExitWatchdog() {
  ended_.Notify();
  thread_.join();
}

}  // namespace hotline::server
