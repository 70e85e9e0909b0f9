#ifndef HOTLINE_SERVER_RPC_SELF_PROBE_H_
#define HOTLINE_SERVER_RPC_SELF_PROBE_H_

#include <atomic>
#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/rpc/acceptor.h"
#include "server/rpc/metrics.h"

namespace hotline::server {

// Asks again and again whether the process still takes new connections, by making one: health checks over connections
// that are open would not notice.
//
// Threads: any may call. It has one of its own, which the destructor joins.
class SelfProbe {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(3);
    // After which a connection that nobody answers has failed.
    absl::Duration timeout = absl::Seconds(3);
    // In a row, after which the process is stuck.
    int most_failures = 3;
  };

  // Makes a connection to where the server listens and returns it, or none where that was refused.
  using Connect = std::function<FileDescriptor()>;

  // `on_stuck` is called once, on the probe's thread. `metrics` may be null, and outlive the probe.
  SelfProbe(const Options& options, Connect connect, Metrics* metrics, std::function<void()> on_stuck);
  ~SelfProbe();
  SelfProbe(const SelfProbe&) = delete;
  SelfProbe& operator=(const SelfProbe&) = delete;

  // Whether the last connection was answered; true before the first.
  bool healthy() const { return healthy_; }

 private:
  void Run();
  // Whether somebody took a connection.
  bool IsAnswered() const;

  const Options options_;
  const Connect connect_;
  Metrics* const metrics_;
  const std::function<void()> on_stuck_;
  std::atomic<bool> healthy_ = true;
  absl::Notification stopping_;
  std::thread thread_;  // last, so that it starts when the rest is there
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_SELF_PROBE_H_
