#include "server/timeline/player.h"

#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/timeline/drive.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using Content = Player::Message::Content;

std::vector<std::size_t> AllOrdinals(const Timeline& timeline) {
  std::vector<std::size_t> ordinals(timeline.size());
  std::iota(ordinals.begin(), ordinals.end(), std::size_t{0});
  return ordinals;
}

TEST(PlayerTest, OpensThenPlaysEveryItemOnceThenCloses) {
  for (const NamedTimeline& each : NamedTimelines()) {
    for (const Pace& pace : {PaceOf(3600), PaceOf(1e7), PaceOf(0.01), Unpaced()}) {
      Drive drive(each.timeline, BeginningOf(*each.timeline, pace), {true, absl::Seconds(30)});
      std::optional<Player::Message> last;
      std::size_t count = 0;
      for (; std::optional<Player::Message> message = drive.Await(); ++count) {
        if (count == 0) {
          EXPECT_EQ(message->content, Content::kOpened) << each.name;
        }
        last = message;
        if (count > 100) drive.Advance(absl::Hours(24 * 365));  // through the long waits of the slowest pace
      }
      EXPECT_EQ(drive.recorder().ordinals(), AllOrdinals(*each.timeline)) << each.name;
      ASSERT_TRUE(last.has_value());
      EXPECT_EQ(last->content, Content::kClosing);
      EXPECT_EQ(last->reason, v1::CLOSING_REASON_END);
    }
  }
}

TEST(PlayerTest, WaitsForEachGapAsLongAsThePaceSays) {
  // An hour a second: the event of the first hour after 1 s, the next day after 23 s more.
  Drive drive(Named("sparse"), BeginningOf(*Named("sparse"), PaceOf(3600)), {true, absl::Seconds(30)});
  const SteadyTime began = drive.now();
  std::vector<absl::Duration> due;
  while (drive.recorder().ordinals().size() < 9) {
    drive.AwaitItems();
    due.push_back(drive.now() - began);
  }
  EXPECT_THAT(
      due, ElementsAre(absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(24), absl::Seconds(48), absl::Seconds(72),
                       absl::Seconds(96), absl::Seconds(120), absl::Seconds(121), absl::Seconds(144)));
}

TEST(PlayerTest, RunsEvenlyFasterThroughAGapLongerThanTheLongestWait) {
  // 23 hours at an hour a second would last 23 s; the clock must cross them in 2 s, evenly.
  Drive drive(Named("single"), BeginningOf(*Named("single"), PaceOf(3600, absl::Seconds(2))), {true, absl::Seconds(1)});
  drive.AwaitItems();
  drive.AwaitItems();
  const SteadyTime at_event = drive.now();
  const Player::Message halfway = *drive.Await();
  EXPECT_EQ(halfway.content, Content::kHeartbeat);
  EXPECT_EQ(drive.now() - at_event, absl::Seconds(1));
  EXPECT_EQ(halfway.cursor.clock - Named("single")->time(1), absl::Hours(11) + absl::Minutes(30));
  drive.AwaitItems();
  EXPECT_EQ(drive.now() - at_event, absl::Seconds(2));
}

TEST(PlayerTest, AResumeInTheMiddleOfAFastenedGapGoesOnAtTheSameRate) {
  const auto timeline = Named("single");
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600, absl::Seconds(2))), {true, absl::Seconds(1)});
  drive.AwaitItems();
  drive.AwaitItems();
  const Player::Message halfway = *drive.Await();
  Drive resumed(timeline, halfway.cursor, {true, absl::Seconds(30)});
  const SteadyTime began = resumed.now();
  EXPECT_EQ(resumed.AwaitItems().first, 2u);
  EXPECT_EQ(resumed.now() - began, absl::Seconds(1));
}

TEST(PlayerTest, ItemsDueTogetherGoIntoOneMessage) {
  Drive drive(Named("ties"), BeginningOf(*Named("ties"), PaceOf(3600)));
  drive.AwaitItems();
  const Player::Message ties = drive.AwaitItems();
  EXPECT_EQ(ties.first, 1u);
  EXPECT_EQ(ties.cursor.next, 7u);
}

TEST(PlayerTest, UnpacedFillsMessagesToAbout64KiBAndSendsThemAtOnce) {
  std::vector<TinyItem> items;
  for (int i = 0; i < 20'000; ++i) items.push_back({absl::Hours(i), Timeline::Kind::kEvent});
  items.push_back({absl::Hours(20'000), Timeline::Kind::kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, BeginningOf(*timeline, Unpaced()));
  const SteadyTime began = drive.now();
  for (const Player::Message& message : drive.AwaitAll()) {
    if (message.content != Content::kItems) continue;
    const std::size_t bytes = ItemBytes(*timeline, message.first, message.cursor.next).size();
    EXPECT_LE(bytes, 64u * 1024);
    if (message.cursor.next < timeline->size()) {
      EXPECT_GT(bytes, 63u * 1024);
    }
    EXPECT_FALSE(message.late_by.has_value());
  }
  EXPECT_EQ(drive.now(), began);
  EXPECT_EQ(drive.recorder().ordinals().size(), 20'001u);
}

TEST(PlayerTest, LateWakeUpsDoNotAddUp) {
  std::vector<TinyItem> items;
  for (int i = 1; i <= 1000; ++i) items.push_back({absl::Milliseconds(10 * i), Timeline::Kind::kEvent});
  items.push_back({absl::Milliseconds(10'000), Timeline::Kind::kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)));
  const SteadyTime began = drive.now();
  drive.Await();
  while (drive.recorder().ordinals().size() < 1001) {
    ASSERT_TRUE(drive.Wait().has_value());
    drive.Advance(absl::Milliseconds(3));
    const Player::Message message = *drive.Poll();
    EXPECT_EQ(message.late_by, absl::Milliseconds(3));
  }
  EXPECT_EQ(drive.now() - began, absl::Seconds(10) + absl::Milliseconds(3));
}

TEST(PlayerTest, TheClockStandsBetweenItemsWhereTheSteadyClockSays) {
  Drive drive(Named("sparse"), BeginningOf(*Named("sparse"), PaceOf(3600)), {true, absl::Seconds(5)});
  drive.AwaitItems();
  drive.AwaitItems();
  const Player::Message heartbeat = *drive.Await();
  EXPECT_EQ(heartbeat.content, Content::kHeartbeat);
  EXPECT_EQ(heartbeat.cursor.clock, Named("sparse")->start() + absl::Hours(6));
  EXPECT_EQ(heartbeat.state, v1::PLAYBACK_STATE_PLAYING);
}

TEST(PlayerTest, ToTheNanosecondNothingIsEarlyAndTheClockIsNotAhead) {
  const auto timeline = TinyTimeline(
      {{absl::ZeroDuration(), Timeline::Kind::kDayStarted}, {absl::Nanoseconds(11), Timeline::Kind::kEnd}});
  PlayerOptions options;
  options.controlled = true;
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(2.5)), options);
  drive.AwaitItems();
  EXPECT_EQ(drive.Poll(), std::nullopt);
  drive.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(drive.Ask(Control()).cursor.clock, timeline->start() + absl::Nanoseconds(2)) << "2.5, rounded down";
  EXPECT_EQ(drive.Wait(), absl::Nanoseconds(4)) << "4.4 in all, rounded up";
}

TEST(PlayerTest, AGapOfTenHeartbeatIntervalsHasTenHeartbeats) {
  const auto timeline = TinyTimeline({{absl::ZeroDuration(), Timeline::Kind::kDayStarted},
                                      {absl::Seconds(50) + absl::Milliseconds(1), Timeline::Kind::kEvent},
                                      {absl::Seconds(51), Timeline::Kind::kEnd}});
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), {true, absl::Seconds(5)});
  drive.AwaitItems();
  for (int i = 1; i <= 10; ++i) {
    const Player::Message heartbeat = *drive.Await();
    ASSERT_EQ(heartbeat.content, Content::kHeartbeat);
    EXPECT_EQ(heartbeat.cursor.clock - timeline->start(), i * absl::Seconds(5));
  }
  EXPECT_EQ(drive.Await()->content, Content::kItems);
}

TEST(PlayerTest, AnItemDueTogetherWithAHeartbeatGoesFirstAndTheHeartbeatWaitsAnew) {
  const auto timeline = TinyTimeline({{absl::ZeroDuration(), Timeline::Kind::kDayStarted},
                                      {absl::Seconds(5), Timeline::Kind::kEvent},
                                      {absl::Seconds(20), Timeline::Kind::kEnd}});
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), {true, absl::Seconds(5)});
  const SteadyTime began = drive.now();
  drive.AwaitItems();
  EXPECT_EQ(drive.Await()->content, Content::kItems);
  EXPECT_EQ(drive.now() - began, absl::Seconds(5));
  EXPECT_EQ(drive.Await()->content, Content::kHeartbeat);
  EXPECT_EQ(drive.now() - began, absl::Seconds(10));
}

TEST(PlayerTest, AWriteThatBlocksLongHoldsTheClockSoThatNoBurstFollows) {
  std::vector<TinyItem> items;
  for (int i = 0; i < 30; ++i) items.push_back({absl::Seconds(i), Timeline::Kind::kEvent});
  items.push_back({absl::Seconds(30), Timeline::Kind::kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)));
  drive.Await();
  ASSERT_TRUE(drive.Begin().has_value());  // item 0; the client stops reading
  drive.Advance(absl::Seconds(10));
  drive.EndWrite();
  const Player::Message held = *drive.Poll();
  EXPECT_EQ(held.first, 1u);
  EXPECT_EQ(held.cursor.next, 2u);
  EXPECT_EQ(held.late_by, absl::Seconds(9));
  EXPECT_EQ(held.cursor.clock, timeline->time(1));
  EXPECT_EQ(drive.Wait(), absl::Seconds(1));
  EXPECT_EQ(drive.Poll()->late_by, absl::ZeroDuration());
}

TEST(PlayerTest, AHeartbeatTellsForHowLongTheClockWasHeldAndHowLateTheNextItemIs) {
  const auto timeline = TinyTimeline({{absl::ZeroDuration(), Timeline::Kind::kDayStarted},
                                      {absl::Seconds(1), Timeline::Kind::kEvent},
                                      {absl::Seconds(20), Timeline::Kind::kEnd}});
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)));
  drive.Await();
  ASSERT_TRUE(drive.Begin().has_value());
  drive.Advance(absl::Seconds(4));
  drive.EndWrite();
  EXPECT_EQ(drive.Poll()->late_by, absl::Seconds(3));
  const Player::Message heartbeat = *drive.Await();
  ASSERT_EQ(heartbeat.content, Content::kHeartbeat);
  EXPECT_EQ(heartbeat.held_total, absl::Seconds(3));
  EXPECT_EQ(heartbeat.lag, absl::Seconds(3));
}

TEST(PlayerTest, TheClockIsHeldForMoreThanAQuarterOfASecondAndNotForLess) {
  const auto timeline = TinyTimeline({{absl::ZeroDuration(), Timeline::Kind::kDayStarted},
                                      {absl::Seconds(1), Timeline::Kind::kEvent},
                                      {absl::Seconds(10), Timeline::Kind::kEnd}});
  for (const auto& [late, held] :
       {std::pair(absl::Milliseconds(250), false), std::pair(absl::Milliseconds(251), true)}) {
    Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), {true, absl::Seconds(30)});
    const SteadyTime began = drive.now();
    drive.Await();
    ASSERT_TRUE(drive.Begin().has_value());
    drive.Advance(absl::Seconds(1) + late);
    drive.EndWrite();
    drive.AwaitItems();
    drive.AwaitItems();
    EXPECT_EQ(drive.now() - began, absl::Seconds(10) + (held ? late : absl::ZeroDuration()));
  }
}

TEST(PlayerTest, PausedItSendsHeartbeatsAtAStandingClockAndNoItem) {
  const auto timeline = Named("single");
  Cursor paused = BeginningOf(*timeline, PaceOf(3600));
  paused.playing = false;
  Drive drive(timeline, paused, {true, absl::Seconds(5)});
  const SteadyTime began = drive.now();
  drive.Await();
  for (int i = 1; i <= 20; ++i) {
    const Player::Message heartbeat = *drive.Await();
    ASSERT_EQ(heartbeat.content, Content::kHeartbeat);
    EXPECT_EQ(heartbeat.state, v1::PLAYBACK_STATE_PAUSED);
    EXPECT_EQ(heartbeat.cursor.clock, timeline->start());
    EXPECT_FALSE(heartbeat.cursor.playing);
    EXPECT_EQ(drive.now() - began, i * absl::Seconds(5));
  }
}

TEST(PlayerTest, CatchUpSendsWhatWasMissedTogetherAndEndsOnTime) {
  std::vector<TinyItem> items;
  for (int i = 0; i < 30; ++i) items.push_back({absl::Seconds(i), Timeline::Kind::kEvent});
  items.push_back({absl::Seconds(30), Timeline::Kind::kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), {false, absl::Seconds(5)});
  const SteadyTime began = drive.now();
  drive.Await();
  ASSERT_TRUE(drive.Begin().has_value());
  drive.Advance(absl::Seconds(10));
  drive.EndWrite();
  const Player::Message burst = *drive.Poll();
  EXPECT_EQ(burst.first, 1u);
  EXPECT_EQ(burst.cursor.next, 11u);
  EXPECT_EQ(burst.late_by, absl::Seconds(9));
  drive.AwaitAll();
  EXPECT_EQ(drive.now() - began, absl::Seconds(30));
}

TEST(PlayerTest, AReaderThatIsALittleLateEachTimeNeitherHoldsNorDrifts) {
  std::vector<TinyItem> items;
  for (int i = 0; i < 10; ++i) items.push_back({absl::Seconds(i), Timeline::Kind::kEvent});
  items.push_back({absl::Seconds(10), Timeline::Kind::kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)));
  const SteadyTime began = drive.now();
  drive.Await();
  while (drive.recorder().ordinals().size() < timeline->size()) {
    if (!drive.Begin().has_value()) {
      ASSERT_TRUE(drive.Wait().has_value());
      continue;
    }
    drive.Advance(absl::Milliseconds(200));
    drive.EndWrite();
  }
  EXPECT_EQ(drive.now() - began, absl::Seconds(10) + absl::Milliseconds(200));
}

TEST(PlayerTest, AJumpOfTheSteadyClockWithoutAPendingWriteMakesItemsDueAtOnce) {
  Drive drive(Named("sparse"), BeginningOf(*Named("sparse"), PaceOf(3600)));
  drive.AwaitItems();
  drive.Advance(absl::Hours(1));  // the machine slept
  EXPECT_EQ(drive.AwaitAll().back().reason, v1::CLOSING_REASON_END);
  EXPECT_EQ(drive.recorder().ordinals(), AllOrdinals(*Named("sparse")));
}

TEST(PlayerTest, UntilIsExclusiveAndIsWaitedFor) {
  const auto timeline = Named("single");
  struct Case {
    absl::Duration until;
    std::size_t items;
    absl::Duration lasts;
  };
  const std::vector<Case> cases = {{absl::ZeroDuration(), 0, absl::ZeroDuration()},
                                   {absl::Hours(1), 1, absl::Seconds(1)},
                                   {absl::Hours(1) + absl::Nanoseconds(1), 2, absl::Seconds(1)},
                                   {absl::Hours(12), 2, absl::Seconds(12)},
                                   {absl::Hours(24), 2, absl::Seconds(24)},
                                   {absl::Hours(24) + absl::Nanoseconds(1), 3, absl::Seconds(24)}};
  for (const Case& each : cases) {
    PlayerOptions options;
    options.until = timeline->start() + each.until;
    Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600)), options);
    const SteadyTime began = drive.now();
    EXPECT_EQ(drive.AwaitAll().back().reason, v1::CLOSING_REASON_END) << each.until;
    EXPECT_EQ(drive.recorder().ordinals().size(), each.items) << each.until;
    EXPECT_LE(drive.now() - began - each.lasts, absl::Nanoseconds(1)) << each.until;
    EXPECT_GE(drive.now() - began, each.lasts) << each.until;

    Drive unpaced(timeline, BeginningOf(*timeline, Unpaced()), options);
    unpaced.AwaitAll();
    EXPECT_EQ(unpaced.recorder().ordinals().size(), each.items) << each.until;
  }
}

TEST(PlayerTest, CloseEndsPlaybackInTheMiddleOfAWaitAndItsPositionGoesOnThere) {
  const auto timeline = Named("sparse");
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600)));
  drive.AwaitItems();
  drive.Advance(absl::Milliseconds(500));
  drive.player().Close(v1::CLOSING_REASON_DRAINING, absl::Milliseconds(300));
  drive.player().Close(v1::CLOSING_REASON_END, absl::ZeroDuration());
  const Player::Message closing = *drive.Poll();
  EXPECT_EQ(closing.content, Content::kClosing);
  EXPECT_EQ(closing.reason, v1::CLOSING_REASON_DRAINING);
  EXPECT_EQ(closing.retry_after, absl::Milliseconds(300));
  EXPECT_EQ(closing.cursor.clock, timeline->start() + absl::Minutes(30));
  EXPECT_EQ(drive.Await(), std::nullopt);

  Drive resumed(timeline, closing.cursor);
  const SteadyTime began = resumed.now();
  EXPECT_EQ(resumed.AwaitItems().first, 1u);
  EXPECT_EQ(resumed.now() - began, absl::Milliseconds(500));
}

// Plays one timeline to the end, cutting after message `cut` and going on from its position on a second player.
std::vector<std::size_t> PlayWithCut(const NamedTimeline& each, const Pace& pace, std::size_t cut, bool* was_cut) {
  Drive first(each.timeline, BeginningOf(*each.timeline, pace));
  std::vector<std::size_t> ordinals;
  Cursor cursor;
  *was_cut = false;
  for (std::size_t i = 0; i <= cut; ++i) {
    const std::optional<Player::Message> message = first.Await();
    if (!message.has_value()) return first.recorder().ordinals();
    cursor = message->cursor;
  }
  *was_cut = true;
  ordinals = first.recorder().ordinals();
  const auto position = DecodePosition(EncodePosition(*each.timeline, cursor), "p");
  EXPECT_TRUE(position.ok());
  const auto resumed_at = ResumeAt(*position, *each.timeline, "p");
  EXPECT_TRUE(resumed_at.ok());
  Drive second(each.timeline, *resumed_at, {}, first.now() + absl::Seconds(17));
  second.AwaitAll();
  ordinals.insert(ordinals.end(), second.recorder().ordinals().begin(), second.recorder().ordinals().end());
  return ordinals;
}

TEST(PlayerTest, CutAfterAnyMessageAndResumedElsewhereEveryItemComesExactlyOnce) {
  for (const NamedTimeline& each : NamedTimelines()) {
    for (const Pace& pace : {PaceOf(3600), PaceOf(20'000, absl::Milliseconds(700)), Unpaced()}) {
      bool was_cut = true;
      for (std::size_t cut = 0; was_cut; ++cut) {
        EXPECT_EQ(PlayWithCut(each, pace, cut, &was_cut), AllOrdinals(*each.timeline)) << each.name << ", cut " << cut;
      }
    }
  }
}

TEST(PlayerTest, CutsDoNotLengthenOrShortenTheWholeByMoreThanRounding) {
  const auto timeline = Named("sparse");
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600)), {true, absl::Seconds(1)});
  absl::Duration played;
  Cursor cursor = BeginningOf(*timeline, PaceOf(3600));
  std::size_t cuts = 0;
  while (cursor.next < timeline->size()) {
    Drive piece(timeline, cursor, {true, absl::Seconds(1)});
    const SteadyTime began = piece.now();
    piece.Await();
    cursor = piece.Await()->cursor;
    played += piece.now() - began;
    ++cuts;
  }
  EXPECT_GT(cuts, 140u);
  EXPECT_GE(played, absl::Seconds(144));
  EXPECT_LE(played, absl::Seconds(144) + static_cast<int>(cuts) * absl::Nanoseconds(1));
}

}  // namespace
}  // namespace hotline::server
