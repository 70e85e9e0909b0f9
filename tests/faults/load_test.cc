// More work than there is room for: heavy queries, too many playbacks, a busy machine, a small memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "tests/client/running_hotlined.h"
#include "tests/faults/calls.h"
#include "tests/faults/measured.h"
#include "tests/faults/raw_http2.h"
#include "tests/support/status_matchers.h"

namespace hotline::tests {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

// How long the health service takes to answer on a connection of its own.
class HealthProbe {
 public:
  explicit HealthProbe(const std::string& address) : client_(address) {}

  absl::Duration Check() {
    Context context;
    grpc::health::v1::HealthCheckResponse response;
    const absl::Time begin = absl::Now();
    EXPECT_TRUE(client_.health->Check(&context, {}, &response).ok());
    EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
    return absl::Now() - begin;
  }

 private:
  const PlainClient client_;
};

TEST(LoadTest, TheHeaviestQueriesDoNotHoldUpHealthChecks) {
  RunningHotlined server({"--drain_window=1s"});
  const Client client(MakeConnection(server.address()));
  v1::SearchDocumentsRequest search;
  search.set_query("the of to s*");
  search.set_page_size(100);
  v1::ListDaysRequest century;
  century.mutable_selection()->set_first_day("1900-01-01");
  century.mutable_selection()->set_last_day("1999-12-31");
  const auto found = client.SearchDocumentsPage(search);
  ASSERT_TRUE(found.ok()) << found.status();
  std::atomic<int> searches = 0;
  std::atomic<int> others = 0;
  Latencies checks;
  {
    Background searching([&] { searches += client.SearchDocumentsPage(search).ok() ? 1 : 0; }, 4);
    Background listing([&] { others += client.ListDays(century).ok() ? 1 : 0; }, 2);
    Background threads([&] { others += client.GetThread("documents/kk-08").ok() ? 1 : 0; }, 2);
    HealthProbe probe(server.address());
    const absl::Time until = absl::Now() + absl::Seconds(5);
    while (absl::Now() < until) checks.Add(probe.Check());
  }
  PrintFigure(absl::StrFormat("health checks beside %d searches and %d other heavy queries in 5 s: %s", searches.load(),
                              others.load(), checks.ToString()));
  EXPECT_GT(searches, 0);
  EXPECT_GT(others, 0);
  EXPECT_LT(checks.Quantile(0.99), absl::Seconds(1));
  server.End(SIGTERM, 0);
}

// An idle gRPC server answers a call in twenty 50 to 100 ms late, unless it is asked something at least once a second.
TEST(LoadTest, HealthChecksEverySecondKeepAnIdleServerAwake) {
  RunningHotlined server({"--drain_window=1s"});
  const PlainClient client(server.address());
  HealthProbe probe(server.address());
  Latencies calls;
  absl::Time next_check = absl::Now();
  absl::Time next_call = absl::Now();
  const absl::Time until = absl::Now() + absl::Seconds(12);
  EXPECT_TRUE(Eventually([&] {
    if (absl::Now() >= next_check) {
      probe.Check();
      next_check += absl::Seconds(1);
    }
    if (absl::Now() >= next_call) {
      Context context;
      v1::GetCorpusResponse response;
      const absl::Time begin = absl::Now();
      EXPECT_TRUE(client.archive->GetCorpus(&context, {}, &response).ok());
      calls.Add(absl::Now() - begin);
      next_call += absl::Milliseconds(550);
    }
    return absl::Now() >= until;
  }));
  PrintFigure(absl::StrCat("calls every 0.55 s to a server that is idle but for health checks: ", calls.ToString()));
  EXPECT_GT(calls.count(), 10u);
  EXPECT_LT(calls.Quantile(0.5), absl::Milliseconds(100));
  server.End(SIGTERM, 0);
}

// How late a playback's items came, as the server tells, and what was wrong with it.
struct Pace {
  absl::Duration latest = absl::ZeroDuration();
  std::string fault;
};

// Plays to the end, and counts itself in `opened` once it has begun.
Pace MeasurePace(const std::string& address, absl::Duration day_length, std::atomic<int>* opened) {
  const PlainClient client(address);
  Context context(absl::Seconds(60));
  const auto stream = client.timeline->StreamTimeline(&context, Everything(day_length));
  v1::StreamTimelineResponse message;
  Pace pace;
  std::int64_t next_ordinal = 0;
  std::int64_t item_count = -1;
  while (stream->Read(&message)) {
    if (message.has_opened()) {
      item_count = message.opened().item_count();
      ++*opened;
    }
    for (const auto& item : message.items()) {
      if (item.ordinal() != next_ordinal++) pace.fault = absl::StrCat("ordinal ", item.ordinal());
    }
    const absl::Duration late =
        absl::Seconds(message.late_by().seconds()) + absl::Nanoseconds(message.late_by().nanos());
    pace.latest = std::max(pace.latest, late);
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) pace.fault = status.error_message();
  if (next_ordinal != item_count) pace.fault = absl::StrCat(next_ordinal, " items of ", item_count);
  return pace;
}

struct Paces {
  absl::Duration latest = absl::ZeroDuration();
  std::vector<std::string> faults;
};

Paces Gather(std::vector<std::future<Pace>> futures) {
  Paces paces;
  for (auto& future : futures) {
    Pace pace = future.get();
    paces.latest = std::max(paces.latest, pace.latest);
    if (!pace.fault.empty()) paces.faults.push_back(std::move(pace.fault));
  }
  return paces;
}

TEST(LoadTest, PlaybacksAboveTheLimitAreRefusedWhileThoseThatRunKeepTheirPace) {
  constexpr int kMost = 20;
  RunningHotlined server({absl::StrCat("--max_playbacks=", kMost), "--drain_window=1s"});
  std::atomic<int> opened = 0;
  std::vector<std::future<Pace>> running;
  for (int i = 0; i < kMost; ++i) {
    running.push_back(std::async(std::launch::async, [&server, &opened] {
      return MeasurePace(server.address(), absl::Milliseconds(500), &opened);
    }));
  }
  const PlainClient surplus(server.address());
  const auto refusal = [&surplus] {
    Context context;
    const auto stream = surplus.timeline->StreamTimeline(&context, Everything(absl::Hours(1)));
    v1::StreamTimelineResponse message;
    if (stream->Read(&message)) return absl::OkStatus();
    return FromWire(stream->Finish());
  };
  ASSERT_TRUE(Eventually([&opened] { return opened == kMost; }));
  std::vector<absl::Status> refusals;
  while (refusals.size() < 500) refusals.push_back(refusal());
  const Paces paces = Gather(std::move(running));
  EXPECT_THAT(refusals, Each(FailsWith(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS")));
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(refusals.back()).has_retry_delay());
  EXPECT_THAT(paces.faults, IsEmpty());
  PrintFigure(
      absl::StrFormat("%d playbacks beside %d refused ones: none lost an item, the latest message was %.1f ms "
                      "late",
                      kMost, refusals.size(), absl::ToDoubleMilliseconds(paces.latest)));
  EXPECT_LT(paces.latest, absl::Seconds(2));
  server.End(SIGTERM, 0);
}

TEST(LoadTest, PlaybacksOnABusyMachineComeLateButWhole) {
  constexpr int kPlaybacks = 50;
  RunningHotlined server({"--drain_window=1s"});
  Latencies checks;
  std::atomic<int> opened = 0;
  Paces paces;
  {
    std::atomic<std::uint64_t> burnt = 0;
    Background hog([&burnt] { ++burnt; }, 8);
    std::vector<std::future<Pace>> running;
    for (int i = 0; i < kPlaybacks; ++i) {
      running.push_back(std::async(std::launch::async, [&server, &opened] {
        return MeasurePace(server.address(), absl::Milliseconds(300), &opened);
      }));
    }
    HealthProbe probe(server.address());
    for (auto& playback : running) {
      while (playback.wait_for(std::chrono::seconds(0)) != std::future_status::ready) checks.Add(probe.Check());
    }
    paces = Gather(std::move(running));
  }
  PrintFigure(
      absl::StrFormat("%d playbacks beside 8 threads that only burn CPU: none lost an item, the latest message "
                      "was %.1f ms late; health checks: %s",
                      kPlaybacks, absl::ToDoubleMilliseconds(paces.latest), checks.ToString()));
  EXPECT_THAT(paces.faults, IsEmpty());
  EXPECT_TRUE(Answers(server.address()));
  server.End(SIGTERM, 0);
}

TEST(LoadTest, ManyConnectionsWithLargeMetadataCostNoMoreThanTheySendAndNothingTheSecondTime) {
  constexpr int kConnections = 2'000;
  constexpr std::size_t kMetadataBytes = 100'000;
  RunningHotlined server({"--memory_limit=67108864", "--drain_window=1s"});
  const pid_t pid = server.process().pid();
  const double before = ResidentMebibytes(pid);
  Headers large = CallHeaders("/hotline.v1.TimelineService/StreamTimeline");
  large.emplace_back("filler", std::string(kMetadataBytes, 'x'));
  // Headers come in frames of at most 16 KiB.
  const std::string block = HeaderBlock(large);
  std::string frames = ConnectionStart();
  for (std::size_t at = 0; at < block.size(); at += 16'384) {
    const bool last = at + 16'384 >= block.size();
    frames += Encode(at == 0 ? FrameType::kHeaders : FrameType::kContinuation, last ? kEndHeaders : 0, 1,
                     absl::string_view(block).substr(at, 16'384));
  }
  std::vector<double> most;
  for (int wave = 0; wave < 3; ++wave) {
    most.push_back(0);
    std::vector<RawConnection> crowd;
    for (int i = 0; i < kConnections; ++i) {
      crowd.emplace_back(server.port()).Send(frames);
    }
    // Each answers, or was cut, once the server is through with what it sent.
    for (RawConnection& connection : crowd) {
      if (!connection.Send(Encode(FrameType::kPing, 0, 0, "12345678"))) continue;
      connection.ReadUntil(FrameType::kPing, absl::Now() + absl::Seconds(10));
    }
    most.back() = ResidentMebibytes(pid);
    ASSERT_FALSE(server.process().Wait(absl::ZeroDuration()).has_value()) << server.process().standard_error();
    EXPECT_TRUE(Eventually([&] { return Answers(server.address()); }));
  }
  const double each = (most[0] - before) * 1'024 / kConnections;
  PrintFigure(
      absl::StrFormat("2,000 connections with 100 kB of metadata each, --memory_limit 64 MiB: %.0f KiB of RSS "
                      "each; RSS of three such waves %.0f, %.0f, %.0f MiB",
                      each, most[0], most[1], most[2]));
  if (!kSanitized) {
    EXPECT_LT(each, 150);
    EXPECT_LT(most[2], most[0] * 1.5);
  }
  server.End(SIGTERM, 0);
}

}  // namespace
}  // namespace hotline::tests
