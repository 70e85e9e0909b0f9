#include "server/rpc/self_probe.h"

#include <memory>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"

namespace hotline::server {
namespace {

SelfProbe::Options Quick() {
  SelfProbe::Options options;
  options.interval = absl::Milliseconds(10);
  options.timeout = absl::Milliseconds(50);
  options.most_failures = 3;
  return options;
}

TEST(SelfProbeTest, AServerThatAnswersIsHealthy) {
  RunningServer server;
  absl::Notification connected_thrice;
  absl::Notification stuck;
  int connects = 0;
  SelfProbe probe(
      Quick(),
      [&] {
        if (++connects == 4) connected_thrice.Notify();
        return server.server().ConnectToSelf();
      },
      nullptr, [&] { stuck.Notify(); });
  ASSERT_TRUE(connected_thrice.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_TRUE(probe.healthy());
  EXPECT_FALSE(stuck.HasBeenNotified());
}

TEST(SelfProbeTest, AListenerThatNobodyAcceptsFromIsStuck) {
  // The kernel takes the connections; nobody else does.
  const auto acceptor = Acceptor::Listen({"127.0.0.1:0"}, {}, nullptr).value();
  absl::Notification stuck;
  SelfProbe probe(
      Quick(), [&] { return acceptor->ConnectToSelf(); }, nullptr, [&] { stuck.Notify(); });
  EXPECT_TRUE(stuck.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_FALSE(probe.healthy());
}

TEST(SelfProbeTest, NoConnectionIsAFailureToo) {
  absl::Notification stuck;
  const SelfProbe probe(
      Quick(), [] { return FileDescriptor(); }, nullptr, [&] { stuck.Notify(); });
  EXPECT_TRUE(stuck.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

}  // namespace
}  // namespace hotline::server
