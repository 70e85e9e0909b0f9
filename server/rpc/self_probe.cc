#include "server/rpc/self_probe.h"

#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "spdlog/spdlog.h"

namespace hotline::server {

SelfProbe::SelfProbe(const Options& options, Connect connect, Metrics* metrics, std::function<void()> on_stuck)
    : options_(options),
      connect_(std::move(connect)),
      metrics_(metrics),
      on_stuck_(std::move(on_stuck)),
      thread_([this] { Run(); }) {}

SelfProbe::~SelfProbe() {
  stopping_.Notify();
  thread_.join();
}

void SelfProbe::Run() {
  int failures = 0;
  while (!stopping_.WaitForNotificationWithTimeout(options_.interval)) {
    healthy_ = IsAnswered();
    if (healthy_) {
      failures = 0;
      continue;
    }
    ++failures;
    if (metrics_ != nullptr) metrics_->CountSelfProbeFailure();
    spdlog::error("self-probe: a new connection was not answered, {} of {} times", failures, options_.most_failures);
    if (failures < options_.most_failures) continue;
    on_stuck_();
    return;
  }
}

bool SelfProbe::IsAnswered() const {
  const FileDescriptor fd = connect_();
  if (fd.get() < 0) return false;
  // The kernel takes connections and this end for a process that does not. One that does answers the end: with a
  // greeting, or with its own end where it waits for TLS.
  shutdown(fd.get(), SHUT_WR);
  pollfd answer = {fd.get(), POLLIN, 0};
  return poll(&answer, 1, static_cast<int>(absl::ToInt64Milliseconds(options_.timeout))) == 1;
}

}  // namespace hotline::server
