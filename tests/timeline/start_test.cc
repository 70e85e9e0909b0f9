#include "server/timeline/start.h"

#include <cstddef>
#include <cstdint>
#include <locale>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/timeline/token.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"
#include "tests/timeline/recorder.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr SteadyTime kNow = absl::Hours(1);

std::shared_ptr<const Corpus> ACorpus(const std::string& title = "a") {
  return TinyCorpus({{title,
                      "kennedy",
                      "khrushchev",
                      "1962-10-26",
                      {{v1::EVENT_TYPE_SENT, "1962-10-26T20:00-04:00", {"washington"}},
                       {v1::EVENT_TYPE_RECEIVED, "1962-10-27T04:00-04:00", {"moscow"}}}}});
}

class StartTest : public ::testing::Test {
 protected:
  // The player that the request makes, over the timeline of its own selection.
  absl::StatusOr<std::unique_ptr<Player>> Begin(const v1::PlaybackStart& request, bool controlled = true) {
    absl::StatusOr<CheckedStart> start = CheckStart(request, *corpus_, "start.", controlled);
    if (!start.ok()) return start.status();
    std::shared_ptr<const Timeline> timeline = BuildTimeline(start->selection, corpus_);
    return MakePlayer(*start, std::move(timeline), *corpus_, kNow);
  }
  // Its first message.
  Player::Message Open(const v1::PlaybackStart& request, bool controlled = true) {
    const auto player = Begin(request, controlled);
    EXPECT_THAT(player, IsOk());
    return std::get<Player::Message>((*player)->Next(kNow));
  }
  // A position before the second item, paused, at double pace.
  std::string Position() {
    const auto selection = ReadSelection({}, *corpus_, "selection");
    const auto timeline = BuildTimeline(*selection, corpus_);
    return EncodePosition(*timeline, {1, timeline->time(0) + absl::Hours(2), {7'200.0, absl::Seconds(3)}, false});
  }

  std::shared_ptr<const Corpus> corpus_ = ACorpus();
};

TEST_F(StartTest, BeginsAtTheBeginningRunningAnHourASecondByDefault) {
  const Player::Message opened = Open({});
  EXPECT_EQ(opened.cursor.next, 0u);
  EXPECT_TRUE(opened.cursor.playing);
  EXPECT_EQ(opened.cursor.pace, Pace());
}

TEST_F(StartTest, APositionBringsPaceAndPauseUnlessTheStartSetsThem) {
  v1::PlaybackStart start;
  start.set_from_position(Position());
  const Player::Message kept = Open(start);
  EXPECT_EQ(kept.cursor.next, 1u);
  EXPECT_FALSE(kept.cursor.playing);
  EXPECT_EQ(kept.cursor.pace, (Pace{7'200.0, absl::Seconds(3)}));
  start.set_start_paused(false);
  start.mutable_pace()->set_speed(60);
  const Player::Message set = Open(start);
  EXPECT_TRUE(set.cursor.playing);
  EXPECT_EQ(set.cursor.pace, (Pace{60.0, std::nullopt}));
  EXPECT_EQ(set.cursor.clock, kept.cursor.clock);
}

TEST_F(StartTest, WithoutControlItAlwaysRuns) {
  v1::PlaybackStart start;
  start.set_from_position(Position());
  EXPECT_TRUE(Open(start, false).cursor.playing);
  start.set_start_paused(true);  // of no meaning to StreamTimeline, which has no such field
  EXPECT_TRUE(Open(start, false).cursor.playing);
}

TEST_F(StartTest, APlaceOutsideTheTimelineIsMovedToItsNearerEnd) {
  v1::PlaybackStart start;
  *start.mutable_from_time() = ToTimestamp(absl::UnixEpoch());
  const auto player = Begin(start);
  ASSERT_THAT(player, IsOk());
  EXPECT_TRUE((*player)->options().clamped);
  EXPECT_EQ(Open(start).cursor.clock, (*player)->timeline().end());
}

TEST_F(StartTest, AHeartbeatIntervalIsOfOneToThirtySecondsAndFiveByDefault) {
  EXPECT_EQ((*Begin({}))->options().heartbeat_interval, absl::Seconds(5));
  v1::PlaybackStart start;
  for (const int seconds : {1, 30}) {
    start.mutable_heartbeat_interval()->set_seconds(seconds);
    const auto player = Begin(start);
    ASSERT_THAT(player, IsOk());
    EXPECT_EQ((*player)->options().heartbeat_interval, absl::Seconds(seconds));
  }
  start.mutable_heartbeat_interval()->set_nanos(1);
  EXPECT_THAT(Begin(start).status(), IsBadField("start.heartbeat_interval"));
}

TEST_F(StartTest, TheClockIsHeldForASlowClientUnlessItAsksToCatchUp) {
  v1::PlaybackStart start;
  EXPECT_TRUE((*Begin(start))->options().hold_clock);
  start.set_lag_policy(v1::LAG_POLICY_HOLD_CLOCK);
  EXPECT_TRUE((*Begin(start))->options().hold_clock);
  start.set_lag_policy(v1::LAG_POLICY_CATCH_UP);
  EXPECT_FALSE((*Begin(start))->options().hold_clock);
}

TEST_F(StartTest, UntilIsTakenFromTheTimelinesStartOn) {
  v1::PlaybackStart start;
  const absl::Time begin = (*Begin(start))->timeline().start();
  for (const absl::Duration behind : {absl::ZeroDuration(), absl::Hours(7), absl::Hours(24 * 365)}) {
    *start.mutable_until() = ToTimestamp(begin + behind);
    const auto player = Begin(start);
    ASSERT_THAT(player, IsOk()) << behind;
    EXPECT_EQ((*player)->options().until, begin + behind);
  }
  *start.mutable_until() = ToTimestamp(begin - absl::Nanoseconds(1));
  EXPECT_THAT(Begin(start).status(), IsBadField("start.until"));
}

TEST_F(StartTest, BadFieldsAreNamedWithTheirPathInTheRequest) {
  const auto refused = [&](auto&& spoil) {
    v1::PlaybackStart start;
    spoil(start);
    return Begin(start).status();
  };
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.mutable_selection()->set_first_day("x"); }),
              IsBadField("start.selection.first_day"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.mutable_pace()->set_speed(0); }),
              IsBadField("start.pace.speed"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.mutable_heartbeat_interval()->set_seconds(31); }),
              IsBadField("start.heartbeat_interval"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.mutable_until()->set_seconds(-1'000'000'000); }),
              IsBadField("start.until"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.mutable_from_time()->set_nanos(-1); }),
              IsBadField("start.from_time"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.set_lag_policy(static_cast<v1::LagPolicy>(9)); }),
              IsBadField("start.lag_policy"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.set_from_position("not base64!"); }),
              FailsWith(kInvalid, "POSITION_DAMAGED"));
  EXPECT_THAT(refused([](v1::PlaybackStart& start) { start.set_from_event("documents/z/events/1"); }),
              FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
}

TEST_F(StartTest, APositionOfAnotherRevisionIsRefusedOrContinuedAsTheRequestSays) {
  v1::PlaybackStart start;
  start.set_from_position(Position());
  corpus_ = ACorpus("b");
  EXPECT_THAT(Begin(start).status(), FailsWith(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD"));
  start.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  const auto player = Begin(start);
  ASSERT_THAT(player, IsOk());
  EXPECT_EQ((*player)->options().outcome, v1::OPENED_OUTCOME_CONTINUED);
  EXPECT_EQ(Open(start).cursor.next, 1u);
}

TEST_F(StartTest, AFilterThatMatchesNothingLeavesMarkersAndTheEnd) {
  v1::PlaybackStart start;
  start.mutable_selection()->add_event_types(v1::EVENT_TYPE_IN_FORCE);
  start.mutable_pace()->set_unpaced(true);
  const auto player = Begin(start);
  ASSERT_THAT(player, IsOk());
  EXPECT_EQ((*player)->timeline().event_count(), 0u);
  (*player)->Next(kNow);
  const auto items = std::get<Player::Message>((*player)->Next(kNow));
  EXPECT_EQ(items.cursor.next, 3u) << "two days and the end";
  const auto heartbeat = std::get<Player::Message>((*player)->Next(kNow + absl::Seconds(5)));
  EXPECT_EQ(heartbeat.content, Player::Message::Content::kHeartbeat);
  EXPECT_EQ(heartbeat.cursor.next, 3u);
}

// Positions that are sound outside and anything inside. Each is refused with a word, or plays like any other.
TEST_F(StartTest, AForgedPositionIsRefusedOrPlaysLikeAnyOther) {
  const auto selection = ReadSelection({}, *corpus_, "selection");
  const auto timeline = BuildTimeline(*selection, corpus_);
  const std::string sound = DecodePosition(Position(), "p")->SerializeAsString();
  std::mt19937_64 random(1);
  int refused = 0;
  int played = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = sound;
    for (std::uint64_t n = random() % 3; n < 3; ++n) {
      const std::size_t at = random() % bytes.size();
      if (random() % 4 == 0) {
        bytes.erase(at, 1);
      } else {
        bytes[at] =
            static_cast<char>(random() % 4 == 0 ? random() : static_cast<unsigned char>(bytes[at]) + random() % 3);
      }
    }
    token::Position position;
    if (!position.ParseFromString(bytes)) continue;
    v1::PlaybackStart start;
    start.set_from_position(SealToken(position));
    start.set_revision_policy(random() % 2 == 0 ? v1::REVISION_POLICY_EXACT : v1::REVISION_POLICY_CONTINUE);
    start.mutable_pace()->set_unpaced(true);
    const auto player = Begin(start, false);
    if (!player.ok()) {
      EXPECT_TRUE(absl::IsInvalidArgument(player.status()) || absl::IsFailedPrecondition(player.status()));
      EXPECT_NE(ReasonOf(player.status()), "") << player.status();
      ++refused;
      continue;
    }
    Recorder recorder(timeline);
    for (;;) {
      const Player::Action action = (*player)->Next(kNow);
      const auto* message = std::get_if<Player::Message>(&action);
      if (message == nullptr) break;
      recorder.See(*message);
    }
    EXPECT_THAT(recorder.breaches(), ::testing::IsEmpty());
    ++played;
  }
  EXPECT_GT(refused, 1'000);
  EXPECT_GT(played, 1'000);
}

// Two replicas that loaded the same in another order.
TEST(ReplicasTest, GiveTheSameBytesOrdinalsAndRevisionWhateverTheOrderOfTheirFiles) {
  const TinyDocument a = {
      "a", "kennedy", "khrushchev", "1962-10-26", {{v1::EVENT_TYPE_SENT, "1962-10-26T20:00-04:00", {}}}};
  const TinyDocument b = {
      "b", "khrushchev", "kennedy", "1962-10-27", {{v1::EVENT_TYPE_SENT, "1962-10-27T20:00-04:00", {}}}};
  const TinyDocument c = {
      "c", "khrushchev", "kennedy", "1962-10-28", {{v1::EVENT_TYPE_SENT, "1962-10-28T20:00-05:00", {}}}};
  const auto bytes = [](const std::shared_ptr<const Corpus>& corpus) {
    return ItemBytes(*BuildTimeline(*ReadSelection({}, *corpus, "selection"), corpus));
  };
  const auto one = TinyCorpus({a, b, c});
  const auto other = TinyCorpus({c, a, b});
  EXPECT_EQ(one->revision(), other->revision());
  EXPECT_EQ(bytes(one), bytes(other));
}

// Writes 1962 as "1.962".
class Grouping final : public std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(ReplicasTest, GiveTheSameBytesAndPositionsWhateverTheLocale) {
  const auto everything = [] {
    const auto corpus = ACorpus();
    const auto timeline = BuildTimeline(*ReadSelection({}, *corpus, "selection"), corpus);
    return corpus->revision() +
           EncodePosition(*timeline, {0, timeline->start(), {1'234.5, absl::Seconds(1'234)}, true}) +
           ItemBytes(*timeline);
  };
  const std::string classic = everything();
  const std::locale former = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  const std::string grouping = everything();
  std::locale::global(former);
  EXPECT_EQ(grouping, classic);
}

}  // namespace
}  // namespace hotline::server
