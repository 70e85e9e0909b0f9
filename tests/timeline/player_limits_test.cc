// Ages, idle times, heartbeats and held clocks: what depends on how long something lasted.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "server/timeline/player.h"
#include "tests/timeline/drive.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

using Content = Player::Message::Content;

constexpr auto kEvent = Timeline::Kind::kEvent;
constexpr auto kEnd = Timeline::Kind::kEnd;

// Events at every interval, and the end an interval behind the last.
std::shared_ptr<const Timeline> Every(absl::Duration interval, int events) {
  std::vector<TinyItem> items;
  for (int i = 0; i < events; ++i) items.push_back({i * interval, kEvent});
  items.push_back({events * interval, kEnd});
  return TinyTimeline(items);
}

Cursor RealTime(const Timeline& timeline, bool playing = true) {
  return {0, timeline.start(), {1.0, std::nullopt}, playing};
}

PlayerOptions Controlled() {
  PlayerOptions options;
  options.controlled = true;
  return options;
}

// Awaits the closing, past whatever comes before it.
Player::Message AwaitClosing(Drive& drive) {
  for (;;) {
    Player::Message message = *drive.Await();
    if (message.content == Content::kClosing) return message;
  }
}

TEST(PlayerLimitsTest, AWakeUpThatIsLateWithoutAWriteUnderWayDoesNotHoldTheClockHoweverLateItIs) {
  const auto timeline = Every(absl::Seconds(1), 30);
  Drive drive(timeline, RealTime(*timeline));
  const SteadyTime began = drive.now();
  drive.AwaitItems();
  drive.Advance(absl::Milliseconds(9'500));
  const Player::Message burst = *drive.Poll();
  EXPECT_EQ(burst.first, 1u);
  EXPECT_EQ(burst.cursor.next, 10u);
  EXPECT_EQ(burst.late_by, absl::Milliseconds(8'500));
  AwaitClosing(drive);
  EXPECT_EQ(drive.now() - began, absl::Seconds(30));
}

TEST(PlayerLimitsTest, AWriteThatEndsAtTheVeryMomentInWhichAnItemIsDueDoesNotHoldTheClock) {
  const auto timeline = Every(absl::Seconds(1), 30);
  Drive drive(timeline, RealTime(*timeline));
  drive.Await();
  drive.Begin();
  drive.Advance(absl::Seconds(1));
  drive.EndWrite();
  drive.Advance(absl::Seconds(3));
  EXPECT_EQ(drive.Poll()->cursor.next, 5u);
}

TEST(PlayerLimitsTest, AllTheTimesInWhichTheClockWasHeldAddUp) {
  const auto timeline = TinyTimeline({{absl::ZeroDuration(), kEvent},
                                      {absl::Seconds(1), kEvent},
                                      {absl::Seconds(2), kEvent},
                                      {absl::Seconds(60), kEnd}});
  Drive drive(timeline, RealTime(*timeline));
  drive.Await();
  for (const absl::Duration stall : {absl::Seconds(3), absl::Seconds(4)}) {
    ASSERT_EQ(drive.Begin()->content, Content::kItems);
    drive.Advance(absl::Seconds(1) + stall);
    drive.EndWrite();
  }
  ASSERT_EQ(drive.Poll()->content, Content::kItems);
  const Player::Message heartbeat = *drive.Await();
  ASSERT_EQ(heartbeat.content, Content::kHeartbeat);
  EXPECT_EQ(heartbeat.held_total, absl::Seconds(7));
}

TEST(PlayerLimitsTest, TheTimeToAHeartbeatBeginsAnewWithAnAnswer) {
  const auto timeline = Every(absl::Seconds(1), 1);
  Drive drive(timeline, RealTime(*timeline, false), Controlled());
  drive.Await();
  drive.Advance(absl::Seconds(3));
  drive.Ask(Control());
  EXPECT_EQ(drive.Wait(), absl::Seconds(5));
  EXPECT_EQ(drive.Poll()->content, Content::kHeartbeat);
}

TEST(PlayerLimitsTest, AgeAndIdleTimeAreKeptToTheMomentWhateverTheHeartbeats) {
  const auto timeline = Every(absl::Hours(5), 2);
  for (const bool playing : {true, false}) {
    PlayerOptions options = Controlled();
    options.most_age = absl::Minutes(10) + absl::Milliseconds(1);
    Drive old(timeline, RealTime(*timeline, playing), options);
    const SteadyTime began = old.now();
    EXPECT_EQ(AwaitClosing(old).reason, v1::CLOSING_REASON_MAX_AGE);
    EXPECT_EQ(old.now() - began, options.most_age);
  }
  PlayerOptions options = Controlled();
  options.idle_limit = absl::Minutes(20) + absl::Milliseconds(1);
  Drive idle(timeline, RealTime(*timeline, false), options);
  const SteadyTime began = idle.now();
  EXPECT_EQ(AwaitClosing(idle).reason, v1::CLOSING_REASON_IDLE);
  EXPECT_EQ(idle.now() - began, options.idle_limit);
}

TEST(PlayerLimitsTest, WhatRunsIsNotIdleAndAtItsEndTheIdleTimeBegins) {
  const auto timeline = Every(absl::Hours(2), 1);
  Drive drive(timeline, RealTime(*timeline), Controlled());
  const SteadyTime began = drive.now();
  EXPECT_EQ(AwaitClosing(drive).reason, v1::CLOSING_REASON_IDLE);
  EXPECT_EQ(drive.recorder().ordinals().size(), 2u);
  EXPECT_EQ(drive.now() - began, absl::Hours(2) + absl::Minutes(30));
}

TEST(PlayerLimitsTest, WithoutControlItIsNeverIdle) {
  const auto timeline = Every(absl::Hours(2), 1);
  PlayerOptions options;
  Drive drive(timeline, RealTime(*timeline), options);
  EXPECT_EQ(AwaitClosing(drive).reason, v1::CLOSING_REASON_END);
}

// Events a second apart, each an item of a little more than so many bytes.
class LargeContents final : public Timeline::Contents {
 public:
  explicit LargeContents(std::size_t bytes) : title_(bytes, 'x') {}
  std::string Key(const Timeline::Entry& entry) const override { return absl::StrCat("event/", entry.subject); }
  v1::TimelineItem Item(const Timeline::Entry& entry) const override {
    v1::TimelineItem item;
    if (entry.kind == kEvent) item.mutable_event()->mutable_document()->set_title(title_);
    return item;
  }
  std::optional<absl::Time> TimeOfEvent(absl::string_view) const override { return std::nullopt; }

 private:
  const std::string title_;
};

std::shared_ptr<const Timeline> Large(std::uint32_t events, std::size_t bytes) {
  TimelineOrigin origin;
  origin.start = absl::UnixEpoch();
  std::vector<Timeline::Entry> entries;
  for (std::uint32_t i = 0; i < events; ++i) entries.push_back({origin.start + absl::Seconds(i), kEvent, i});
  entries.push_back({origin.start + absl::Seconds(events), kEnd, events});
  return std::make_shared<const Timeline>(origin, std::move(entries), std::make_unique<const LargeContents>(bytes));
}

TEST(PlayerLimitsTest, AStepOfSeveralMessagesIsAnsweredBehindTheLastWhereTheIdleTimeBegins) {
  const auto timeline = Large(1'000, 300);
  Drive drive(timeline, RealTime(*timeline, false), Controlled());
  drive.Await();
  drive.Give(ToStep(900));
  SteadyTime last;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(drive.Begin()->content, Content::kItems);
    last = drive.now();
    drive.Advance(absl::Minutes(9));
    drive.EndWrite();
  }
  while (drive.recorder().unanswered() > 0) {
    if (drive.Poll()->content == Content::kItems) last = drive.now();
  }
  EXPECT_EQ(AwaitClosing(drive).reason, v1::CLOSING_REASON_IDLE);
  EXPECT_EQ(drive.now() - last, absl::Minutes(30));
}

TEST(PlayerLimitsTest, WhatIsGivenBetweenTheMessagesOfAStepWaitsForItsLast) {
  const auto timeline = Large(1'000, 300);
  Drive drive(timeline, RealTime(*timeline, false), Controlled());
  drive.Await();
  drive.Give(ToStep(900));
  ASSERT_EQ(drive.Begin()->content, Content::kItems);
  drive.Give(ToSeek(timeline->start()));
  drive.EndWrite();
  Player::Message message = *drive.Poll();
  for (; message.content == Content::kItems; message = *drive.Poll()) EXPECT_EQ(message.epoch, 1);
  EXPECT_EQ(message.answer.stepped, 900);
  EXPECT_EQ(message.cursor.next, 900u);
  EXPECT_EQ(drive.Poll()->epoch, 2);
}

TEST(PlayerLimitsTest, UnpacedTheClockStandsWhileAWriteIsUnderWay) {
  const auto timeline = Large(1'000, 300);
  Drive drive(timeline, RealTime(*timeline), Controlled());
  drive.Await();
  Control unpaced;
  unpaced.pace = Pace{std::nullopt, std::nullopt};
  drive.Ask(unpaced);
  const Player::Message items = *drive.Begin();
  ASSERT_LT(items.cursor.next, timeline->size());
  drive.Advance(absl::Milliseconds(500));
  drive.Give(Control());
  drive.EndWrite();
  EXPECT_EQ(drive.Poll()->cursor.clock, timeline->time(items.cursor.next - 1));
}

TEST(PlayerLimitsTest, AnItemLargerThanAFullMessageIsSentAlone) {
  const auto timeline = Large(3, 100'000);
  for (const bool stepping : {false, true}) {
    Cursor cursor = RealTime(*timeline, !stepping);
    cursor.pace.speed = std::nullopt;
    Drive drive(timeline, cursor, Controlled());
    drive.Await();
    if (stepping) drive.Give(ToStep(1'000));
    for (std::size_t next = 1; next <= timeline->size(); ++next) {
      const std::optional<Player::Message> message = drive.Poll();
      ASSERT_TRUE(message.has_value());
      EXPECT_EQ(message->cursor.next, next);
    }
  }
}

TEST(PlayerLimitsTest, BehindAStepNoMoreControlsWaitThanThereIsRoomForAnswers) {
  const auto timeline = Every(absl::Seconds(1), 30);
  Drive drive(timeline, RealTime(*timeline, false), Controlled());
  drive.Await();
  drive.Give(ToStep(3));
  std::size_t waiting = 0;
  while (drive.player().TakesControl() && waiting < 100) {
    drive.Give(ToStep(1));
    ++waiting;
  }
  EXPECT_LE(waiting, Player::kMostUnsentAnswers);
  while (drive.recorder().unanswered() > 0) ASSERT_TRUE(drive.Poll().has_value());
  EXPECT_TRUE(drive.player().TakesControl());
}

TEST(PlayerLimitsTest, AReportDoesNotTakeALateItemsLatenessAway) {
  const auto timeline = EverySecond();
  for (const bool hold : {false, true}) {
    PlayerOptions options = Controlled();
    options.hold_clock = hold;
    Drive drive(timeline, BeginningOf(*timeline, Pace{1.0, std::nullopt}), options);
    const SteadyTime began = drive.now();
    drive.Await();
    drive.Begin();
    drive.Advance(absl::Seconds(7));
    drive.Give(Control());
    drive.Advance(absl::Seconds(3));
    drive.EndWrite();
    EXPECT_EQ(drive.Poll()->content, Content::kAnswer);
    const Player::Message late = *drive.Poll();
    EXPECT_EQ(late.late_by, absl::Seconds(9)) << (hold ? "hold" : "catch up");
    if (!hold) {
      EXPECT_EQ(late.cursor.next, 11u);
      while (drive.recorder().ordinals().size() < timeline->size()) drive.Await();
      EXPECT_EQ(drive.now() - began, absl::Seconds(30));
    }
  }
}

TEST(PlayerLimitsTest, ReportsInTheTickBetweenDueAndWakeUpDoNotAddUp) {
  const auto timeline = EverySecond();
  Drive drive(timeline, BeginningOf(*timeline, Pace{1.0, std::nullopt}), Controlled());
  const SteadyTime began = drive.now();
  drive.Await();
  while (drive.recorder().ordinals().size() < timeline->size()) {
    if (drive.Poll().has_value()) continue;
    drive.Wait();
    drive.Advance(absl::Milliseconds(9));  // the scheduler's tick
    drive.Ask(Control());
  }
  EXPECT_LE(drive.now() - began, absl::Seconds(30) + absl::Milliseconds(9));
}

TEST(PlayerLimitsTest, AFloodOfControlsDoesNotPutOffClosing) {
  for (const std::string why : {"drain", "age", "stop"}) {
    PlayerOptions options = Controlled();
    options.most_age = absl::Minutes(10);
    Drive drive(EverySecond(), BeginningOf(*EverySecond(), Pace{1.0, std::nullopt}), options);
    drive.Await();
    drive.Ask(Control());
    if (why == "drain") drive.player().Close(v1::CLOSING_REASON_DRAINING, absl::Seconds(1));
    if (why == "age") drive.Advance(absl::Minutes(11));
    if (why == "stop") drive.Give(ToStop());
    bool closed = false;
    for (int i = 0; i < 10'000 && !closed; ++i) {
      if (drive.player().TakesControl()) drive.Give(Control());
      closed = drive.Poll()->content == Content::kClosing;
    }
    EXPECT_TRUE(closed) << why;
  }
}

TEST(PlayerLimitsTest, NoMoreThanThirtyTwoControlsAreUnansweredAlsoBehindAStep) {
  Cursor cursor = BeginningOf(*EverySecond());
  cursor.playing = false;
  Drive drive(EverySecond(), cursor, Controlled());
  drive.Await();
  std::size_t given = 0;
  while (drive.player().TakesControl() && given < 100) {
    drive.Give(given == 0 ? ToStep(3) : Control());
    ++given;
  }
  EXPECT_EQ(given, Player::kMostUnsentAnswers);
}

TEST(PlayerLimitsTest, BehindAStopNoControlIsApplied) {
  Cursor cursor = BeginningOf(*EverySecond());
  cursor.playing = false;
  Drive drive(EverySecond(), cursor, Controlled());
  drive.Await();
  drive.Give(ToStop());
  drive.Give(ToSeek(EverySecond()->time(20)));
  std::optional<Player::Message> last;
  while (auto message = drive.Await()) last = message;
  EXPECT_EQ(last->cursor.next, 0u);
  EXPECT_EQ(last->epoch, 1);
}

}  // namespace
}  // namespace hotline::server
