// SIGTERM, whatever clients do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
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

// How long a server takes to exit with 0.
absl::Duration TimeToExit(RunningHotlined& server) {
  const absl::Time begin = absl::Now();
  server.End(SIGTERM, 0);
  return absl::Now() - begin;
}

TEST(DrainTest, AnOpenHealthWatchDoesNotHoldUpTheExit) {
  constexpr absl::Duration kLameDuck = absl::Seconds(1);
  RunningHotlined server({"--lame_duck=1s", "--drain_window=10s"});
  // By hand: an idle channel of gRPC's answers the server's GOAWAY only every five seconds.
  RawConnection client(server.port());
  ASSERT_TRUE(
      client.Send(absl::StrCat(ConnectionStart(), Request(1, CallHeaders("/grpc.health.v1.Health/Watch"), ""))));
  ASSERT_TRUE(client.ReadUntil(FrameType::kData, absl::Now() + absl::Seconds(10)).has_value());
  const absl::Time begin = absl::Now();
  server.process().Signal(SIGTERM);
  const auto told = client.ReadUntil(FrameType::kData, absl::Now() + absl::Seconds(10));
  ASSERT_TRUE(told.has_value());
  const absl::Duration told_after = absl::Now() - begin;
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(response.ParseFromString(told->payload.substr(5)));
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
  while (client.Read(absl::Now() + absl::Seconds(10)).has_value()) {
  }
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.process().Wait(), 0) << server.process().standard_error();
  const absl::Duration took = absl::Now() - begin;
  PrintFigure(
      absl::StrFormat("with a health watch open: NOT_SERVING %.1f ms and exit %.2f s after SIGTERM, lame duck 1 s",
                      absl::ToDoubleMilliseconds(told_after), absl::ToDoubleSeconds(took)));
  EXPECT_LT(told_after, kLameDuck);
  EXPECT_LT(took, kLameDuck + absl::Seconds(kSanitized ? 3 : 1));
}

TEST(DrainTest, UnaryCallsOverTwoReplicasDoNotNoticeThatOneLeaves) {
  RunningHotlined leaving({"--lame_duck=1500ms", "--drain_window=4s"});
  RunningHotlined staying({"--drain_window=1s"});
  HonestClients clients(absl::StrCat("ipv4:", leaving.address(), ",", staying.address()), 2);
  ASSERT_TRUE(Eventually([&clients] { return clients.latencies().count() > 200; }));
  const absl::Duration took = TimeToExit(leaving);
  const std::size_t count = clients.latencies().count();
  EXPECT_TRUE(Eventually([&clients, count] { return clients.latencies().count() > count + 200; }));
  clients.Stop();
  PrintFigure(
      absl::StrFormat("SIGTERM to one of two replicas: %d of %d calls failed without retries, exit after %.2f s",
                      clients.errors().size(), clients.latencies().count(), absl::ToDoubleSeconds(took)));
  EXPECT_THAT(clients.errors(), IsEmpty());
  staying.End(SIGTERM, 0);
}

TEST(DrainTest, TwoHundredPlaybacksOfWhichTenAreNeverReadEndWithinTheWindow) {
  constexpr absl::Duration kWindow = absl::Seconds(3);
  RunningHotlined server({"--lame_duck=500ms", "--drain_window=3s"});
  std::vector<RawConnection> stuck;
  v1::StreamTimelineRequest everything;
  everything.mutable_selection()->set_view(v1::TIMELINE_VIEW_FULL);
  everything.mutable_pace()->set_unpaced(true);
  for (int i = 0; i < 10; ++i) {
    RawConnection& connection = stuck.emplace_back(server.port());
    ASSERT_TRUE(connection.Send(ConnectionStart(Setting(kInitialWindowSize, 0))));
    ASSERT_TRUE(connection.Send(
        Request(1, CallHeaders("/hotline.v1.TimelineService/StreamTimeline"), everything.SerializeAsString())));
  }
  struct Reader {
    std::unique_ptr<Context> context = std::make_unique<Context>(absl::Seconds(60));
    std::unique_ptr<grpc::ClientReader<v1::StreamTimelineResponse>> stream;
  };
  std::vector<std::unique_ptr<PlainClient>> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(std::make_unique<PlainClient>(server.address()));
  std::vector<Reader> readers(190);
  v1::StreamTimelineResponse message;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    readers[i].stream =
        clients[i % clients.size()]->timeline->StreamTimeline(readers[i].context.get(), Everything(absl::Hours(1)));
    ASSERT_TRUE(readers[i].stream->Read(&message));
    EXPECT_TRUE(message.has_opened());
  }
  std::atomic<int> told = 0;
  std::vector<std::thread> threads;
  for (Reader& reader : readers) {
    threads.emplace_back([&reader, &told] {
      v1::StreamTimelineResponse last;
      while (reader.stream->Read(&last)) {
      }
      told += last.closing().reason() == v1::CLOSING_REASON_DRAINING && !last.position().empty() &&
                      reader.stream->Finish().error_code() == grpc::StatusCode::UNAVAILABLE
                  ? 1
                  : 0;
    });
  }
  const absl::Duration took = TimeToExit(server);
  for (std::thread& thread : threads) thread.join();
  PrintFigure(
      absl::StrFormat("200 playbacks, 10 of them never read: exit 0 after %.2f s of a window of 3 s, %d told "
                      "their position",
                      absl::ToDoubleSeconds(took), told.load()));
  EXPECT_EQ(told, 190);
  EXPECT_LT(took, kWindow + absl::Seconds(kSanitized ? 5 : 2));
}

}  // namespace
}  // namespace hotline::tests
