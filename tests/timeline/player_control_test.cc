// Playback under control. The recorder within Drive holds every message of every test to the guarantees; here stands
// what each situation has of its own.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/timeline/player.h"
#include "tests/support/status_matchers.h"
#include "tests/timeline/drive.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using Content = Player::Message::Content;

constexpr auto kEvent = Timeline::Kind::kEvent;
constexpr auto kEnd = Timeline::Kind::kEnd;

// Two events five days apart, and nothing between: no day marker shortens the wait.
std::shared_ptr<const Timeline> Gap() {
  return TinyTimeline({{absl::ZeroDuration(), kEvent}, {absl::Hours(5 * 24), kEvent}, {absl::Hours(6 * 24), kEnd}});
}

PlayerOptions Controlled() {
  PlayerOptions options;
  options.controlled = true;
  return options;
}

Cursor PausedAtBeginningOf(const Timeline& timeline, Pace pace = {}) {
  Cursor cursor = BeginningOf(timeline, pace);
  cursor.playing = false;
  return cursor;
}

// In the wait of five days, one day in: at a second a second, so four days are left to wait.
class InALongWait : public ::testing::Test {
 protected:
  InALongWait() {
    PlayerOptions options = Controlled();
    options.idle_limit = absl::Hours(24 * 365);
    drive_ = std::make_unique<Drive>(timeline_, BeginningOf(*timeline_, PaceOf(1)), options);
    drive_->AwaitItems();
    drive_->Advance(absl::Hours(24));
    drive_->Poll();  // a heartbeat, overdue
  }

  const std::shared_ptr<const Timeline> timeline_ = Gap();
  std::unique_ptr<Drive> drive_;
};

TEST_F(InALongWait, PauseIsAnsweredAtOnceAndHeartbeatsGoOnAtAStandingClock) {
  const Player::Message answer = drive_->Ask(ToPause());
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PAUSED);
  EXPECT_EQ(answer.cursor.clock, timeline_->start() + absl::Hours(24));
  for (int i = 0; i < 100; ++i) {
    const Player::Message heartbeat = *drive_->Await();
    ASSERT_EQ(heartbeat.content, Content::kHeartbeat);
    EXPECT_EQ(heartbeat.cursor.clock, answer.cursor.clock);
  }
}

TEST_F(InALongWait, AnotherPaceTakesEffectAtOnce) {
  drive_->Ask(ToPace(PaceOf(4 * 86'400)));
  const SteadyTime then = drive_->now();
  EXPECT_EQ(drive_->AwaitItems().first, 1u);
  EXPECT_EQ(drive_->now() - then, absl::Seconds(1));
}

TEST_F(InALongWait, TwentyChangesOfPaceAddUpToTheirIntegral) {
  absl::Duration history = absl::Hours(24);
  for (int i = 1; i <= 20; ++i) {
    drive_->Ask(ToPace(PaceOf(i * 100)));
    drive_->Advance(absl::Seconds(3));
    history += i * 100 * absl::Seconds(3);
  }
  EXPECT_EQ(drive_->Ask(Control()).cursor.clock, timeline_->start() + history);
  drive_->Ask(ToPace(PaceOf(8)));
  const SteadyTime then = drive_->now();
  drive_->AwaitItems();
  EXPECT_EQ(drive_->now() - then, (absl::Hours(5 * 24) - history) / 8);
}

TEST_F(InALongWait, ASeekToASecondBeforeTheEventWaitsForThatSecondInANewEpoch) {
  const Player::Message answer = drive_->Ask(ToSeek(timeline_->time(1) - absl::Seconds(1)));
  EXPECT_EQ(answer.epoch, 2);
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PLAYING);
  const SteadyTime then = drive_->now();
  EXPECT_EQ(drive_->AwaitItems().first, 1u);
  EXPECT_EQ(drive_->now() - then, absl::Seconds(1));
}

TEST(PlayerControlTest, APauseInTheTickInWhichAnItemIsDueKeepsItBackOrComesBehindIt) {
  for (const bool pause_first : {true, false}) {
    Drive drive(Named("sparse"), BeginningOf(*Named("sparse"), PaceOf(3600)), Controlled());
    drive.AwaitItems();
    drive.Advance(absl::Seconds(1));  // the event is due now
    if (pause_first) {
      drive.Give(ToPause());
      EXPECT_EQ(drive.Poll()->content, Content::kAnswer);
    } else {
      EXPECT_EQ(drive.Poll()->content, Content::kItems);
      drive.Give(ToPause());
      EXPECT_EQ(drive.Poll()->content, Content::kAnswer);
    }
    for (int i = 0; i < 10; ++i) EXPECT_EQ(drive.Await()->content, Content::kHeartbeat);
    EXPECT_EQ(drive.recorder().ordinals().size(), pause_first ? 1u : 2u);
  }
}

TEST(PlayerControlTest, RepeatsChangeNothingAndSaySo) {
  Drive drive(Gap(), BeginningOf(*Gap(), PaceOf(1)), Controlled());
  drive.AwaitItems();
  for (const bool play : {false, true}) {
    for (int i = 0; i < 3; ++i) {
      drive.Advance(absl::Seconds(1));
      const Player::Message answer = drive.Ask(play ? ToPlay() : ToPause());
      EXPECT_EQ(answer.answer.no_change, i > 0);
      EXPECT_EQ(answer.cursor.clock, Gap()->start() + absl::Seconds(play ? 1 + i : 1)) << "the clock is continuous";
    }
  }
  EXPECT_TRUE(drive.Ask(Control()).answer.no_change) << "nothing set: a report";
  EXPECT_TRUE(drive.Ask(ToPace(PaceOf(1))).answer.no_change);
  EXPECT_FALSE(drive.Ask(ToPace(PaceOf(2))).answer.no_change);
}

TEST(PlayerControlTest, ASeekWhileAnItemIsBeingWrittenLeavesItInItsEpoch) {
  Drive drive(EverySecond(), BeginningOf(*EverySecond(), PaceOf(1)), Controlled());
  drive.Await();
  const Player::Message pending = *drive.Begin();
  EXPECT_EQ(pending.content, Content::kItems);
  EXPECT_EQ(pending.epoch, 1);
  drive.Give(ToSeek(EverySecond()->time(20)));
  drive.EndWrite();
  const Player::Message answer = *drive.Poll();
  EXPECT_EQ(answer.content, Content::kAnswer);
  EXPECT_EQ(answer.epoch, 2);
  const Player::Message items = *drive.Poll();
  EXPECT_EQ(items.epoch, 2);
  EXPECT_EQ(items.first, 20u);
}

TEST(PlayerControlTest, FiftySeeksWithoutReadingAreTakenAsThereIsRoomAndEachAnswerHasItsOwnState) {
  Drive drive(EverySecond(), PausedAtBeginningOf(*EverySecond()), Controlled());
  std::size_t given = 0;
  std::vector<Player::Message> answers;
  while (answers.size() < 50) {
    while (given < 50 && drive.player().TakesControl()) {
      drive.Give(ToSeek(EverySecond()->time(given % 30)));
      ++given;
    }
    if (answers.empty()) {
      EXPECT_LE(given, Player::kMostUnsentAnswers);
    }
    const Player::Message message = *drive.Poll();
    if (message.content == Content::kAnswer) answers.push_back(message);
  }
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(answers[i].answer.control_id, static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(answers[i].epoch, static_cast<std::int64_t>(i + 2));
    EXPECT_EQ(answers[i].cursor.clock, EverySecond()->time(i % 30));
  }
}

TEST(PlayerControlTest, ASeekToTheStartPlaysEverythingAgainInAnotherEpoch) {
  Drive drive(Named("ties"), BeginningOf(*Named("ties"), Unpaced()), Controlled());
  while (drive.recorder().ordinals().size() < 10) drive.AwaitItems();
  EXPECT_EQ(drive.Ask(ToSeek(Named("ties")->start())).epoch, 2);
  while (drive.recorder().ordinals().size() < 20) drive.AwaitItems();
  EXPECT_EQ(drive.Ask(Control()).state, v1::PLAYBACK_STATE_ENDED);
}

TEST(PlayerControlTest, ASeekIntoAGapSetsTheClockThereAndWaitsForTheRest) {
  Drive drive(Gap(), BeginningOf(*Gap(), PaceOf(3600)), Controlled());
  const absl::Time target = Gap()->start() + absl::Hours(100);
  EXPECT_EQ(drive.Ask(ToSeek(target)).cursor.clock, target);
  const SteadyTime then = drive.now();
  drive.AwaitItems();
  EXPECT_EQ(drive.now() - then, absl::Seconds(20));
}

TEST(PlayerControlTest, ASeekIsInclusiveAndAMarkerComesBeforeAnEventOfItsInstant) {
  const auto timeline = Named("ties");  // item 7 is a marker and item 8 an event, both at midnight
  const absl::Time midnight = timeline->time(7);
  struct Case {
    absl::Time target;
    std::size_t next;
  };
  for (const Case& each : {Case{timeline->time(1), 1}, Case{timeline->time(1) - absl::Nanoseconds(1), 1},
                           Case{timeline->time(1) + absl::Nanoseconds(1), 7}, Case{midnight, 7},
                           Case{midnight + absl::Nanoseconds(1), 9}}) {
    Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600)), Controlled());
    const Player::Message answer = drive.Ask(ToSeek(each.target));
    EXPECT_EQ(answer.cursor.next, each.next);
    EXPECT_EQ(answer.cursor.clock, each.target);
    EXPECT_EQ(drive.AwaitItems().first, each.next);
  }
}

TEST(PlayerControlTest, ASeekOutOfRangeIsMovedToTheNearerEndAndSaysSo) {
  const auto timeline = Named("single");
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  const Player::Message before = drive.Ask(ToSeek(timeline->start() - absl::Hours(1)));
  EXPECT_TRUE(before.answer.clamped);
  EXPECT_EQ(before.cursor.clock, timeline->start());
  const Player::Message behind = drive.Ask(ToSeek(timeline->end() + absl::Hours(1)));
  EXPECT_TRUE(behind.answer.clamped);
  EXPECT_EQ(behind.cursor.clock, timeline->end());
  EXPECT_EQ(behind.cursor.next, 2u) << "the end itself is still to come";
  EXPECT_FALSE(drive.Ask(ToSeek(timeline->end())).answer.clamped);
}

TEST(PlayerControlTest, UntilBoundsASeekToo) {
  const auto timeline = Named("sparse");
  PlayerOptions options = Controlled();
  options.until = timeline->start() + absl::Hours(30);
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(3600)), options);
  const Player::Message answer = drive.Ask(ToSeek(timeline->end()));
  EXPECT_TRUE(answer.answer.clamped);
  EXPECT_EQ(answer.cursor.clock, options.until);
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_ENDED);
}

TEST(PlayerControlTest, SixStepsThroughATieAreSixSingleEventsAtOneInstant) {
  const auto timeline = Named("ties");
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  drive.Await();
  for (std::size_t event = 1; event <= 6; ++event) {
    drive.Give(ToStep(1));
    const Player::Message items = *drive.Poll();
    EXPECT_EQ(items.cursor.next, event + 1);
    EXPECT_EQ(items.cursor.clock, timeline->time(1));
    const Player::Message answer = *drive.Poll();
    EXPECT_EQ(answer.answer.stepped, 1);
    EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PAUSED);
  }
  EXPECT_EQ(drive.recorder().ordinals().size(), 7u) << "the marker came with the first";
}

TEST(PlayerControlTest, AStepCrossesEmptyDaysAndCountsEventsAlone) {
  const auto timeline = Named("sparse");
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  drive.Ask(ToStep(1));
  const Player::Message answer = drive.Ask(ToStep(1));
  EXPECT_EQ(answer.answer.stepped, 1);
  EXPECT_EQ(answer.cursor.next, 8u) << "five markers and the event";
  EXPECT_EQ(answer.cursor.clock, timeline->time(7));
}

TEST(PlayerControlTest, AStepBeyondTheEndSaysHowFarItWentAndThenThatThereIsNoMore) {
  const auto timeline = Named("sparse");
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  const Player::Message all = drive.Ask(ToStep(5));
  EXPECT_EQ(all.answer.stepped, 2);
  EXPECT_EQ(all.state, v1::PLAYBACK_STATE_ENDED);
  const Player::Message none = drive.Ask(ToStep(1));
  EXPECT_EQ(none.answer.stepped, 0);
  EXPECT_TRUE(none.answer.no_change);
}

TEST(PlayerControlTest, AStepWhilePlayingIsRefusedUnlessTheSameControlPauses) {
  Drive drive(Gap(), BeginningOf(*Gap(), PaceOf(1)), Controlled());
  drive.AwaitItems();
  const Player::Message refused = drive.Ask(ToStep(1));
  EXPECT_THAT(refused.answer.fault, FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_WHILE_PLAYING"));
  EXPECT_EQ(refused.state, v1::PLAYBACK_STATE_PLAYING);
  Control both = ToStep(1);
  both.play = false;
  const Player::Message taken = drive.Ask(both);
  EXPECT_THAT(taken.answer.fault, IsOk());
  EXPECT_EQ(taken.answer.stepped, 1);
  EXPECT_EQ(taken.state, v1::PLAYBACK_STATE_PAUSED);
}

TEST(PlayerControlTest, WhatIsGivenBehindAStepWaitsUntilItsItemsAreSent) {
  // More than fits into one message, so that the step takes several writes.
  std::vector<TinyItem> items;
  for (int i = 0; i < 5'000; ++i) items.push_back({absl::Seconds(i), kEvent});
  items.push_back({absl::Seconds(5'000), kEnd});
  const auto timeline = TinyTimeline(items);
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  drive.Await();
  for (int i = 0; i < 3; ++i) drive.Give(ToStep(1'000));
  drive.Give(ToSeek(timeline->time(10)));
  drive.Give(ToPlay());
  std::vector<std::string> order;
  absl::Time clock = timeline->start();
  while (order.empty() || order.back() != "play") {
    const Player::Message message = *drive.Begin();
    drive.Advance(absl::Seconds(1));  // the client reads slowly
    drive.EndWrite();
    if (message.epoch == 1) {
      EXPECT_GE(message.cursor.clock, clock);
    }
    clock = message.cursor.clock;
    if (message.content == Content::kItems && (order.empty() || order.back() != "items")) order.push_back("items");
    if (message.content != Content::kAnswer) continue;
    order.push_back(message.answer.control_id <= 3 ? "step" : message.answer.control_id == 4 ? "seek" : "play");
  }
  EXPECT_THAT(order, ElementsAre("items", "step", "items", "step", "items", "step", "seek", "play"));
}

TEST(PlayerControlTest, SeekPaceAndPlayInOneControlAreAppliedAsOne) {
  const auto timeline = EverySecond();
  Drive drive(timeline, PausedAtBeginningOf(*timeline, PaceOf(1)), Controlled());
  Control all = ToSeek(timeline->time(10) + absl::Milliseconds(500));
  all.pace = PaceOf(0.5);
  all.play = true;
  const Player::Message answer = drive.Ask(all);
  EXPECT_EQ(answer.epoch, 2);
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PLAYING);
  const SteadyTime then = drive.now();
  const Player::Message items = drive.AwaitItems();
  EXPECT_EQ(items.first, 11u);
  EXPECT_EQ(drive.now() - then, absl::Seconds(1));
}

TEST(PlayerControlTest, OfARefusedControlNothingIsApplied) {
  const auto timeline = EverySecond();
  Drive drive(timeline, PausedAtBeginningOf(*timeline, PaceOf(1)), Controlled());
  const Player::Message before = drive.Ask(Control());
  Control bad = ToSeek(timeline->time(10));
  bad.play = true;
  bad.fault = absl::InvalidArgumentError("no such pace");
  const Player::Message answer = drive.Ask(bad);
  EXPECT_EQ(answer.answer.fault.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(answer.epoch, 1);
  EXPECT_EQ(answer.cursor.next, before.cursor.next);
  EXPECT_EQ(answer.cursor.clock, before.cursor.clock);
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PAUSED);
}

TEST(PlayerControlTest, AReportDuringAWriteTellsTheClockOfThatMomentAndNothingUnsentIsPassed) {
  const auto timeline = EverySecond();
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), Controlled());
  drive.Await();
  drive.Begin();                             // item 0
  drive.Advance(absl::Milliseconds(2'500));  // items 1 and 2 are due, and cannot be written
  drive.Give(Control());
  drive.Advance(absl::Milliseconds(5));
  drive.EndWrite();
  const Player::Message report = *drive.Poll();
  EXPECT_EQ(report.cursor.clock, timeline->time(1)) << "the clock waits for the item that is due";
}

TEST(PlayerControlTest, AnItemThatIsDueWhileAWriteIsUnderWayComesBeforeAHeartbeatThatIsDueToo) {
  const auto timeline =
      TinyTimeline({{absl::ZeroDuration(), kEvent}, {absl::Seconds(3), kEvent}, {absl::Hours(1), kEnd}});
  PlayerOptions options = Controlled();
  options.hold_clock = false;
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), options);
  drive.Await();
  drive.Begin();
  drive.Advance(absl::Seconds(8));
  drive.EndWrite();
  EXPECT_EQ(drive.Poll()->content, Content::kItems);
  EXPECT_EQ(drive.Poll(), std::nullopt) << "the heartbeat's time begins anew";
  EXPECT_EQ(drive.Wait(), absl::Seconds(5));
  EXPECT_EQ(drive.Poll()->content, Content::kHeartbeat);
}

TEST(PlayerControlTest, PausedAndEndedItSendsHeartbeatsAndClosesAsIdleAfterHalfAnHourWithoutAWord) {
  for (const bool ended : {false, true}) {
    const auto timeline = Named("single");
    Drive drive(timeline, ended ? BeginningOf(*timeline, Unpaced()) : PausedAtBeginningOf(*timeline), Controlled());
    while (drive.Poll().has_value()) {
    }
    drive.Advance(absl::Minutes(29));
    drive.Poll();
    drive.Ask(Control());  // a word
    const SteadyTime then = drive.now();
    int heartbeats = 0;
    for (;;) {
      const Player::Message message = *drive.Await();
      if (message.content == Content::kClosing) {
        EXPECT_EQ(message.reason, v1::CLOSING_REASON_IDLE);
        break;
      }
      EXPECT_EQ(message.state, ended ? v1::PLAYBACK_STATE_ENDED : v1::PLAYBACK_STATE_PAUSED);
      ++heartbeats;
    }
    EXPECT_EQ(drive.now() - then, absl::Minutes(30));
    EXPECT_EQ(heartbeats, 30 * 12 - 1);
  }
}

TEST(PlayerControlTest, APauseWhileTheClockIsHeldFreezesItWhereItWasHeld) {
  const auto timeline = EverySecond();
  Drive drive(timeline, BeginningOf(*timeline, PaceOf(1)), Controlled());
  drive.Await();
  drive.Begin();  // item 0; the client stops reading
  drive.Advance(absl::Seconds(7));
  drive.Give(ToPause());
  drive.Advance(absl::Seconds(3));
  drive.EndWrite();
  const Player::Message answer = *drive.Poll();
  EXPECT_EQ(answer.state, v1::PLAYBACK_STATE_PAUSED);
  EXPECT_EQ(answer.cursor.clock, timeline->time(1));
  drive.Advance(absl::Seconds(4));
  EXPECT_EQ(drive.Ask(ToPlay()).cursor.clock, timeline->time(1));
  EXPECT_EQ(drive.Poll()->first, 1u);
  EXPECT_EQ(drive.Wait(), absl::Seconds(1)) << "and no burst follows";
}

TEST(PlayerControlTest, TheEndComesOnceAnEpochHoweverItIsReached) {
  const auto timeline = Named("single");
  const auto ends = [&](const Drive& drive) {
    const auto& ordinals = drive.recorder().ordinals();
    return std::count(ordinals.begin(), ordinals.end(), timeline->size() - 1);
  };
  for (const std::string how : {"playing", "stepping", "seeking past it"}) {
    Drive drive(timeline, PausedAtBeginningOf(*timeline, PaceOf(86'400)), Controlled());
    if (how == "playing") drive.Ask(ToPlay());
    if (how == "stepping") drive.Ask(ToStep(1'000));
    if (how == "seeking past it") {
      drive.Ask(ToSeek(timeline->end() + absl::Hours(1)));
      EXPECT_EQ(ends(drive), 0) << "paused, it is not sent by itself";
      drive.Ask(ToPlay());
    }
    while (ends(drive) == 0) ASSERT_TRUE(drive.Await().has_value()) << how;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(drive.Await()->state, v1::PLAYBACK_STATE_ENDED) << how;
    EXPECT_EQ(ends(drive), 1) << how;
  }
}

TEST(PlayerControlTest, FromTheEndASeekBackPlaysOrStaysPausedAsItWas) {
  const auto timeline = Named("single");
  for (const bool playing : {true, false}) {
    Drive drive(timeline, BeginningOf(*timeline, Unpaced()), Controlled());
    while (drive.Poll().has_value()) {
    }
    drive.Ask(playing ? ToPlay() : ToPause());
    const Player::Message answer = drive.Ask(ToSeek(timeline->time(1)));
    EXPECT_EQ(answer.state, playing ? v1::PLAYBACK_STATE_PLAYING : v1::PLAYBACK_STATE_PAUSED);
    EXPECT_EQ(drive.Poll().has_value(), playing);
  }
}

TEST(PlayerControlTest, HalfCloseEndsWhatStandsAndLetsTheRestPlayOn) {
  const auto timeline = Named("single");
  {
    Drive paused(timeline, PausedAtBeginningOf(*timeline), Controlled());
    paused.Give(ToStep(1));
    paused.player().OnHalfClose();
    std::vector<Content> contents;
    while (const auto message = paused.Await()) contents.push_back(message->content);
    EXPECT_THAT(contents, ElementsAre(Content::kOpened, Content::kItems, Content::kAnswer, Content::kClosing))
        << "what was asked before is done";
  }
  {
    Drive playing(timeline, BeginningOf(*timeline, PaceOf(86'400)), Controlled());
    playing.player().OnHalfClose();
    EXPECT_EQ(playing.AwaitAll().back().reason, v1::CLOSING_REASON_END);
    EXPECT_EQ(playing.recorder().ordinals().size(), timeline->size());
  }
}

TEST(PlayerControlTest, StopIsAnsweredThenClosesAndWithAStepComesBehindIt) {
  const auto timeline = EverySecond();
  for (const int steps : {0, 3}) {
    Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
    Control control = ToStop();
    control.step = steps;
    EXPECT_EQ(drive.Ask(control).answer.stepped, steps);
    EXPECT_EQ(drive.recorder().ordinals().size(), static_cast<std::size_t>(steps));
    EXPECT_EQ(drive.Poll()->reason, v1::CLOSING_REASON_STOPPED);
    EXPECT_EQ(drive.Await(), std::nullopt);
  }
}

TEST(PlayerControlTest, APlaybackIsClosedForItsAgeInEveryState) {
  for (const bool playing : {true, false}) {
    PlayerOptions options = Controlled();
    options.most_age = absl::Minutes(10);
    Drive drive(Gap(), BeginningOf(*Gap(), PaceOf(1)), options);
    const SteadyTime began = drive.now();
    drive.Ask(playing ? ToPlay() : ToPause());
    const Player::Message closing = drive.AwaitAll().back();
    EXPECT_EQ(closing.reason, v1::CLOSING_REASON_MAX_AGE);
    EXPECT_GT(closing.retry_after, absl::ZeroDuration());
    EXPECT_EQ(drive.now() - began, absl::Minutes(10));
  }
}

TEST(PlayerControlTest, SeekAndStepAreSaneOnTheEmptyTimeline) {
  const auto timeline = Named("empty");
  Drive drive(timeline, PausedAtBeginningOf(*timeline), Controlled());
  EXPECT_EQ(drive.Ask(ToSeek(timeline->end())).cursor.next, 0u);
  EXPECT_EQ(drive.Ask(ToStep(1)).answer.stepped, 0);
  EXPECT_EQ(drive.recorder().ordinals().size(), 1u) << "the end was on the way";
  EXPECT_EQ(drive.Ask(Control()).state, v1::PLAYBACK_STATE_ENDED);
}

}  // namespace
}  // namespace hotline::server
