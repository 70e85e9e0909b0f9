// Clients that do not read what they asked for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/measured.h"
#include "tests/faults/raw_http2.h"

namespace hotline::tests {
namespace {

using ::testing::IsEmpty;

std::string UnpacedPlayback() {
  v1::StreamTimelineRequest request;
  request.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
  request.mutable_pace()->set_unpaced(true);
  return Request(1, CallHeaders("/hotline.v1.TimelineService/StreamTimeline"), request.SerializeAsString());
}

// A client that wants everything at once, and whose window lets nothing through.
RawConnection ClosedWindow(int port) {
  RawConnection connection(port);
  EXPECT_TRUE(connection.Send(ConnectionStart(Setting(kInitialWindowSize, 0))));
  EXPECT_TRUE(connection.Send(UnpacedPlayback()));
  return connection;
}

TEST(SlowReaderTest, TwoHundredClosedWindowsAreEndedAtTheStallLimitAndCostLittleMemory) {
  constexpr int kReaders = 200;
  RunningHotlined server({"--write_stall_limit=3s", "--drain_window=1s"});
  ASSERT_EQ(PlayToTheEnd(ClientWithAttempts(server.address(), 1), Everything(absl::Milliseconds(10))).Fault(), "");
  const double before = ResidentMebibytes(server.process().pid());
  HonestClients others(server.address());
  const absl::Time begin = absl::Now();
  std::vector<RawConnection> readers;
  for (int i = 0; i < kReaders; ++i) readers.push_back(ClosedWindow(server.port()));
  double most = before;
  absl::Duration first = absl::InfiniteDuration();
  absl::Duration last = absl::ZeroDuration();
  for (RawConnection& reader : readers) {
    most = std::max(most, ResidentMebibytes(server.process().pid()));
    ASSERT_TRUE(reader.ReadUntil(FrameType::kRstStream, absl::Now() + absl::Seconds(15)).has_value());
    first = std::min(first, absl::Now() - begin);
    last = std::max(last, absl::Now() - begin);
  }
  others.Stop();
  const double each = (most - before) * 1'024 / kReaders;
  PrintFigure(absl::StrFormat(
      "%d readers with a closed window, limit 3 s: ended after %.2f to %.2f s, %.0f KiB of RSS each; another client's "
      "calls: %s",
      kReaders, absl::ToDoubleSeconds(first), absl::ToDoubleSeconds(last), each, others.latencies().ToString()));
  EXPECT_GE(first, absl::Seconds(3));
  if (!kSanitized) {
    EXPECT_LT(each, 300);
  }
  EXPECT_THAT(others.errors(), IsEmpty());
  EXPECT_TRUE(Answers(server.address()));
  server.End(SIGTERM, 0);
}

}  // namespace
}  // namespace hotline::tests
