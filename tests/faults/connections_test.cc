// Connections: silent, too many, dead, that ping, that are old.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/chaos_relay.h"
#include "tests/faults/measured.h"
#include "tests/faults/raw_http2.h"

namespace hotline::tests {
namespace {

using ::testing::IsEmpty;

TEST(ConnectionTest, ThreeHundredThatSayNothingAreClosedAtTheHandshakeTimeout) {
  constexpr absl::Duration kTimeout = absl::Seconds(2);
  RunningHotlined server({"--handshake_timeout=2s", "--drain_window=1s"});
  HonestClients others(server.address());
  const std::size_t files = OpenFiles(server.process().pid());
  const absl::Time begin = absl::Now();
  std::vector<RawConnection> silent;
  for (int i = 0; i < 300; ++i) silent.emplace_back(server.port());
  std::optional<absl::Duration> first;
  for (RawConnection& connection : silent) {
    ASSERT_TRUE(connection.AwaitClose(begin + kTimeout + absl::Seconds(10)));
    if (!first) first = absl::Now() - begin;
  }
  const absl::Duration last = absl::Now() - begin;
  others.Stop();
  PrintFigure(
      absl::StrFormat("300 silent connections, timeout 2 s: closed after %.2f to %.2f s; another client's calls: "
                      "%s",
                      absl::ToDoubleSeconds(*first), absl::ToDoubleSeconds(last), others.latencies().ToString()));
  EXPECT_GE(*first, kTimeout - absl::Milliseconds(100));
  EXPECT_THAT(others.errors(), IsEmpty());
  EXPECT_TRUE(Eventually([&] { return OpenFiles(server.process().pid()) <= files + 10; }));
  server.End(SIGTERM, 0);
}

// CVE-2023-4785: gRPC's own accept loop is dead after one EMFILE.
TEST(ConnectionTest, ServesAgainOrExitsAfterItRanOutOfDescriptors) {
  RunningHotlined server({"--drain_window=1s"});
  ASSERT_TRUE(Answers(server.address()));
  const pid_t pid = server.process().pid();
  rlimit before = {};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit few = {OpenFiles(pid) + 20, before.rlim_max};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, &few, nullptr), 0);
  absl::Time closed;
  {
    std::vector<RawConnection> crowd;
    for (int i = 0; i < 100; ++i) {
      crowd.emplace_back(server.port());
      crowd.back().Send(ConnectionStart());
    }
    EXPECT_TRUE(Eventually([&] { return OpenFiles(pid) + 1 >= few.rlim_cur; }, absl::Seconds(5)))
        << OpenFiles(pid) << " of " << few.rlim_cur;
    // Long enough for an accept() to fail.
    RawConnection late(server.port());
    late.AwaitClose(absl::Now() + absl::Seconds(1));
    closed = absl::Now();
  }
  bool exited = false;
  ASSERT_TRUE(Eventually(
      [&] {
        exited = server.process().Wait(absl::ZeroDuration()).has_value();
        return exited || Answers(server.address());
      },
      absl::Seconds(30)))
      << server.process().standard_error();
  PrintFigure(absl::StrFormat("out of descriptors, then 100 connections closed: %s after %.2f s",
                              exited ? "exited" : "served again", absl::ToDoubleSeconds(absl::Now() - closed)));
  if (!exited) server.End(SIGTERM, 0);
}

// A paused playback that says nothing for as long as it may.
std::string PausedPlayback() {
  v1::PlayTimelineRequest request;
  request.mutable_start()->set_start_paused(true);
  request.mutable_start()->mutable_heartbeat_interval()->set_seconds(30);
  const std::string message = request.SerializeAsString();
  return absl::StrCat(
      Encode(FrameType::kHeaders, kEndHeaders, 1, HeaderBlock(CallHeaders("/hotline.v1.TimelineService/PlayTimeline"))),
      Encode(FrameType::kData, 0, 1,
             absl::StrCat(std::string(1, '\0'), BigEndian(static_cast<std::uint32_t>(message.size())), message)));
}

// Pings `count` times on a paused playback. Returns the error code of the GOAWAY that came, if any.
std::optional<std::uint32_t> ErrorAfterPings(int port, int count, absl::Duration interval) {
  RawConnection connection(port);
  EXPECT_TRUE(connection.Send(absl::StrCat(ConnectionStart(), PausedPlayback())));
  EXPECT_TRUE(connection.ReadUntil(FrameType::kData, absl::Now() + absl::Seconds(10)).has_value());
  for (int i = 0; i < count; ++i) {
    connection.Send(Encode(FrameType::kPing, 0, 0, "12345678"));
    if (const auto frame = connection.ReadUntil(FrameType::kGoaway, absl::Now() + interval)) {
      const std::string code = frame->payload.substr(4, 4);
      for (std::uint32_t known : {std::uint32_t{0}, kEnhanceYourCalm}) {
        if (code == BigEndian(known)) return known;
      }
      return std::uint32_t{0xffffffff};
    }
    EXPECT_FALSE(connection.closed());
  }
  return std::nullopt;
}

TEST(ConnectionTest, PingsOfAPausedPlaybackAreBorneAtTheAllowedIntervalAndPunishedBelow) {
  RunningHotlined server({"--min_ping_interval=500ms", "--drain_window=1s"});
  const auto slow = ErrorAfterPings(server.port(), 8, absl::Milliseconds(700));
  EXPECT_EQ(slow, std::nullopt);
  const absl::Time begin = absl::Now();
  const auto fast = ErrorAfterPings(server.port(), 20, absl::Milliseconds(50));
  PrintFigure(
      absl::StrFormat("pings allowed every 500 ms: 8 pings 700 ms apart are borne, pings 50 ms apart end in "
                      "GOAWAY %d (11: ENHANCE_YOUR_CALM) after %.2f s",
                      fast.value_or(0), absl::ToDoubleSeconds(absl::Now() - begin)));
  EXPECT_EQ(fast, kEnhanceYourCalm);
  EXPECT_TRUE(Answers(server.address()));
  server.End(SIGTERM, 0);
}

TEST(ConnectionTest, ADeadPeerIsFoundByKeepaliveAndItsPlaybackEnds) {
  RunningHotlined server({"--keepalive_time=1s", "--keepalive_timeout=1s", "--drain_window=1s"});
  const std::size_t files = OpenFiles(server.process().pid());
  ChaosRelay relay(server.port());
  const PlainClient client(relay.address());
  Context context;
  const auto stream = client.timeline->StreamTimeline(&context, Everything(absl::Hours(1)));
  v1::StreamTimelineResponse message;
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_GT(OpenFiles(server.process().pid()), files);
  relay.BlackholeThoseOpen();
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(Eventually([&] { return OpenFiles(server.process().pid()) <= files; }, absl::Seconds(15)));
  PrintFigure(absl::StrFormat("a peer that vanished, keepalive 1 s + 1 s: its connection closed after %.2f s",
                              absl::ToDoubleSeconds(absl::Now() - begin)));
  context.TryCancel();
  server.End(SIGTERM, 0);
}

TEST(ConnectionTest, APausedPlaybackOutlivesEveryTimeout) {
  RunningHotlined server({"--keepalive_time=1s", "--keepalive_timeout=1s", "--write_stall_limit=1s",
                          "--handshake_timeout=1s", "--min_ping_interval=500ms", "--drain_window=1s"});
  ConnectionOptions options;
  options.keepalive_time = absl::Seconds(1);
  options.keepalive_timeout = absl::Seconds(1);
  v1::PlaybackStart start;
  start.mutable_pace()->set_unpaced(true);
  start.mutable_heartbeat_interval()->set_seconds(1);
  start.set_start_paused(true);
  Playback playback = Client(MakeConnection(server.address(), options)).PlayTimeline(start);
  int heartbeats = 0;
  std::vector<std::int64_t> ordinals;
  std::int64_t item_count = -1;
  const absl::Time begin = absl::Now();
  absl::Duration paused;
  for (const auto& response : playback) {
    ASSERT_TRUE(response.ok()) << response.status();
    if (response->has_opened()) item_count = response->opened().item_count();
    if (response->has_heartbeat() && ++heartbeats == 6) {
      EXPECT_THAT(ordinals, IsEmpty());
      paused = absl::Now() - begin;
      playback.Play();
      playback.FinishControls();
    }
    for (const auto& item : response->items()) ordinals.push_back(item.ordinal());
  }
  for (std::size_t i = 0; i < ordinals.size(); ++i) ASSERT_EQ(ordinals[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(static_cast<std::int64_t>(ordinals.size()), item_count);
  EXPECT_EQ(playback.resumes(), 0);
  PrintFigure(absl::StrFormat("paused for %.1f s under timeouts of 1 s, then %d of %d items, %d resumes",
                              absl::ToDoubleSeconds(paused), ordinals.size(), item_count, playback.resumes()));
  server.End(SIGTERM, 0);
}

TEST(ConnectionTest, AgeEndsConnectionsAndPlaybacksWithoutAnErrorOrAGap) {
  RunningHotlined server(
      {"--max_connection_age=1s", "--max_playback_age=2s", "--min_ping_interval=500ms", "--drain_window=1s"});
  // A call that meets the GOAWAY on its way fails, one in tens of thousands here; the SDK asks once more.
  HonestClients callers(server.address(), 2, /*attempts=*/2);
  const absl::Time begin = absl::Now();
  const History history = PlayToTheEnd(ImpatientClient(server.address()), Everything(absl::Milliseconds(600)));
  EXPECT_TRUE(Eventually([&] { return absl::Now() - begin > absl::Seconds(6); }));
  callers.Stop();
  PrintFigure(
      absl::StrFormat("connections of 1 s and playbacks of 2 s at most: %d of %d calls failed in %.1f s with "
                      "one retry; a playback: %d items, %d resumes",
                      callers.errors().size(), callers.latencies().count(), absl::ToDoubleSeconds(absl::Now() - begin),
                      history.ordinals.size(), history.resumes));
  EXPECT_THAT(callers.errors(), IsEmpty());
  EXPECT_EQ(history.Fault(), "");
  EXPECT_GT(history.resumes, 0);
  server.End(SIGTERM, 0);
}

TEST(ConnectionTest, MoreStreamsThanAllowedEndTheConnectionOfWhoIgnoresTheLimitOnly) {
  RunningHotlined server({"--max_streams_per_connection=10", "--drain_window=1s"});
  HonestClients others(server.address());
  RawConnection greedy(server.port());
  ASSERT_TRUE(greedy.Send(ConnectionStart()));
  // The limit holds from when it was acknowledged.
  ASSERT_TRUE(greedy.ReadUntil(FrameType::kSettings, absl::Now() + absl::Seconds(10)).has_value());
  int opened = 0;
  for (std::uint32_t stream = 1;
       stream < 100 && greedy.Send(Request(stream, CallHeaders("/hotline.v1.TimelineService/StreamTimeline"),
                                           Everything(absl::Hours(1)).SerializeAsString()));
       stream += 2) {
    ++opened;
  }
  EXPECT_TRUE(greedy.AwaitClose(absl::Now() + absl::Seconds(10)));
  others.Stop();
  EXPECT_THAT(others.errors(), IsEmpty());

  // One that heeds it has its surplus wait.
  const PlainClient client(server.address());
  Context contexts[11];
  std::vector<std::unique_ptr<grpc::ClientReader<v1::StreamTimelineResponse>>> streams;
  v1::StreamTimelineResponse message;
  for (int i = 0; i < 10; ++i) {
    streams.push_back(client.timeline->StreamTimeline(&contexts[i], Everything(absl::Hours(1))));
    ASSERT_TRUE(streams.back()->Read(&message));
  }
  auto surplus = std::async(std::launch::async, [&client, &contexts] {
    v1::StreamTimelineResponse first;
    return client.timeline->StreamTimeline(&contexts[10], Everything(absl::Hours(1)))->Read(&first);
  });
  EXPECT_EQ(surplus.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);
  contexts[0].TryCancel();
  const absl::Time freed = absl::Now();
  EXPECT_TRUE(surplus.get());
  PrintFigure(
      absl::StrFormat("10 streams allowed: who opened %d was cut; an honest client's 11th waited, and came %.1f "
                      "ms after another had ended",
                      opened, absl::ToDoubleMilliseconds(absl::Now() - freed)));
  for (Context& context : contexts) context.TryCancel();
  server.End(SIGTERM, 0);
}

}  // namespace
}  // namespace hotline::tests
