#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

// A corpus whose events are at these times.
std::shared_ptr<const Corpus> CorpusOf(const std::vector<absl::Time>& times) {
  TinyDocument document = {"a", "kennedy", "khrushchev", "1962-10-22", {}};
  for (const absl::Time time : times) document.events.push_back({v1::EVENT_TYPE_SENT, "1962-10-22T12:00Z", {}, time});
  return TinyCorpus({document});
}

struct Named {
  std::string name;
  std::shared_ptr<const Corpus> corpus;
};

// What stands in the name of a test.
void PrintTo(const Named& named, std::ostream* out) { *out << named.name; }

std::vector<Named> NamedCorpora() {
  const absl::Time noon = absl::FromCivil(absl::CivilSecond(1962, 10, 22, 12, 0, 0), absl::UTCTimeZone());
  const absl::Time midnight = absl::FromCivil(absl::CivilSecond(1962, 10, 23, 4, 0, 0), absl::UTCTimeZone());
  const absl::Duration half = absl::Milliseconds(500);
  return {{"sparse", CorpusOf({noon, noon + absl::Hours(5 * 24)})},
          {"ties", CorpusOf({noon, noon, noon, noon, noon, noon, midnight})},
          {"single", CorpusOf({noon})},
          {"empty", TinyCorpus({})},
          {"crossing", CorpusOf({absl::UnixEpoch() - 2 * half, absl::UnixEpoch() - half, absl::UnixEpoch(),
                                 absl::UnixEpoch() + half})},
          {"corpus", ShippedCorpus()}};
}

std::string Bytes(const std::vector<v1::TimelineItem>& items) {
  std::string bytes;
  for (const v1::TimelineItem& item : items) bytes += item.SerializeAsString();
  return bytes;
}

// Reads `count` messages and hangs up.
Played PlayFirst(RunningServer& server, const v1::StreamTimelineRequest& request, std::size_t count) {
  Played played;
  Context context;
  const auto reader = server.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  while (played.messages.size() < count && reader->Read(&message)) played.messages.push_back(message);
  context.TryCancel();
  while (reader->Read(&message)) {
  }
  played.status = FromWire(reader->Finish());
  return played;
}

class CutAnywhereTest : public ::testing::TestWithParam<Named> {};

TEST_P(CutAnywhereTest, EveryItemComesOnceWithTheSameBytesWhenAnotherServerGoesOn) {
  RunningServer first(GetParam().corpus);
  RunningServer second(GetParam().corpus);
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(5'000'000);
  request.mutable_pace()->mutable_longest_wait()->set_nanos(20'000'000);
  const Played uncut = Play(first.timeline(), request);
  ASSERT_THAT(uncut.status, IsOk());
  std::size_t cuts = 0;
  for (bool was_cut = true; was_cut;) {
    const std::size_t messages = ++cuts;
    Played before = PlayFirst(first, request, messages);
    was_cut = !before.messages.back().has_closing();
    v1::StreamTimelineRequest resume = request;
    resume.set_from_position(before.messages.back().position());
    const Played after = Play(second.timeline(), resume);
    ASSERT_THAT(after.status, IsOk());
    EXPECT_EQ(after.messages.front().opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
    EXPECT_EQ(after.messages.front().clock().seconds(), before.messages.back().clock().seconds());
    EXPECT_EQ(after.messages.front().clock().nanos(), before.messages.back().clock().nanos());
    EXPECT_EQ(Bytes(before.items()) + Bytes(after.items()), Bytes(uncut.items())) << "cut after " << messages;
  }
  EXPECT_GE(cuts, 3u) << "opened, items, closing at least";
}

INSTANTIATE_TEST_SUITE_P(Timelines, CutAnywhereTest, ::testing::ValuesIn(NamedCorpora()),
                         [](const auto& parameter) { return parameter.param.name; });

// By how much the last of three events, a tenth of a second apart, came too late; none may come early.
absl::Duration LatenessOfThree(RunningServer& server, absl::Time from) {
  constexpr absl::Duration kTenth = absl::Milliseconds(100);
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1);
  request.mutable_from_time()->set_seconds(absl::ToUnixSeconds(from));
  Context context;
  const absl::Time called = absl::Now();
  const auto reader = server.timeline().StreamTimeline(&context, request);
  v1::StreamTimelineResponse message;
  EXPECT_TRUE(reader->Read(&message));
  const absl::Time opened = absl::Now();
  absl::Duration late;
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(reader->Read(&message));
    EXPECT_GE(absl::Now() - called, i * kTenth) << "early";
    late = absl::Now() - opened - i * kTenth;
  }
  context.TryCancel();
  return late;
}

// The one test that looks at a real clock. A busy machine may spoil an attempt, but not all of them.
TEST(RealTimeTest, EventsAreNeverEarlyAndLessThanATenthOfASecondLate) {
  const absl::Time noon = absl::FromCivil(absl::CivilSecond(1962, 10, 22, 16, 0, 0), absl::UTCTimeZone());
  const absl::Duration tenth = absl::Milliseconds(100);
  RunningServer server(CorpusOf({noon + tenth, noon + 2 * tenth, noon + 3 * tenth}));
  absl::Duration best = absl::InfiniteDuration();
  for (int attempt = 0; attempt < 10 && best >= tenth; ++attempt) best = LatenessOfThree(server, noon);
  EXPECT_LT(best, tenth);
}

}  // namespace
}  // namespace hotline::server
