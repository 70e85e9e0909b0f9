#include "hotline/mocks/fake_playback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "hotline/error.h"
#include "tests/client/playback_messages.h"
#include "tests/support/status_matchers.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::TimelineItem Day(std::int64_t time) {
  v1::TimelineItem item;
  item.mutable_time()->set_seconds(time);
  item.mutable_day_started();
  return item;
}

v1::TimelineItem Event(std::int64_t time, const std::string& name) {
  v1::TimelineItem item;
  item.mutable_time()->set_seconds(time);
  item.mutable_event()->mutable_event()->set_name(name);
  return item;
}

v1::TimelineItem End(std::int64_t time) {
  v1::TimelineItem item;
  item.mutable_time()->set_seconds(time);
  item.mutable_end_of_timeline();
  return item;
}

v1::Pace Speed(double speed) {
  v1::Pace pace;
  pace.set_speed(speed);
  return pace;
}

v1::PlaybackStart At10ASecond() {
  v1::PlaybackStart start;
  *start.mutable_pace() = Speed(10);
  return start;
}

v1::PlaybackStart Paused() {
  v1::PlaybackStart start = At10ASecond();
  start.set_start_paused(true);
  return start;
}

// Two days of a hundred seconds: 0 day, 1 letter at 30, 2 and 3 two at 60, 4 day, 5 letter at 150, 6 end.
const std::vector<v1::TimelineItem> kItems = {Day(0),   Event(30, "a"),  Event(60, "b"), Event(60, "c"),
                                              Day(100), Event(150, "d"), End(200)};

TEST(FakePlaybackTest, ItemsComeWhenTheyAreDue) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(2), ElementsAre("1@0: opened at 0", "1@0: items 0"));
  fake.Advance(absl::Seconds(3) - absl::Nanoseconds(1));
  EXPECT_EQ(Describe(playback.ReportState().Get()), "1@29: answer 1 playing no change");
  fake.Advance(absl::Nanoseconds(1));
  fake.Advance(absl::Seconds(3));
  EXPECT_THAT(reader.Next(3), ElementsAre("1@29: answer 1 playing no change", "1@30: items 1", "1@60: items 2 3"));
}

TEST(FakePlaybackTest, OpenedDescribesTheTimeline) {
  mocks::FakePlaybackOptions options;
  options.opened.set_time_zone("America/New_York");
  options.opened.mutable_start()->set_seconds(-10);
  mocks::FakePlayback fake({Event(0, "a")}, options);
  Playback playback = fake.Begin(Paused());
  const v1::PlaybackOpened opened = (*playback.begin())->opened();
  EXPECT_EQ(opened.time_zone(), "America/New_York");
  EXPECT_EQ(opened.start().seconds(), -10);
  EXPECT_EQ(opened.end().seconds(), 0);
  EXPECT_EQ(opened.item_count(), 2);
  EXPECT_EQ(opened.event_count(), 1);
  EXPECT_EQ(opened.pace().speed(), 10);
  EXPECT_EQ(opened.heartbeat_interval().seconds(), 5);
  EXPECT_TRUE(opened.paused());
}

TEST(FakePlaybackTest, APauseStopsTheClockInTheMiddleOfAGap) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  fake.Advance(absl::Seconds(2));
  EXPECT_EQ(Describe(playback.Pause().Get()), "1@20: answer 1 paused");
  fake.Advance(absl::Seconds(4));
  EXPECT_EQ(Describe(playback.Pause().Get()), "1@20: answer 2 paused no change");
  EXPECT_EQ(Describe(playback.Play().Get()), "1@20: answer 3 playing");
  fake.Advance(absl::Seconds(1));
  MessageReader reader(playback);
  EXPECT_EQ(reader.Next(6).back(), "1@30: items 1");
}

TEST(FakePlaybackTest, ASeekOpensAnEpochAndTheRestOfTheGapIsWaitedFor) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  EXPECT_EQ(Describe(playback.Seek(absl::FromUnixSeconds(140)).Get()), "2@140: answer 1 playing");
  fake.Advance(absl::Seconds(1));
  EXPECT_EQ(Describe(playback.SeekToEvent("b").Get()), "3@60: answer 2 playing");
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(6), ElementsAre("1@0: opened at 0", "1@0: items 0", "2@140: answer 1 playing",
                                          "2@150: items 5", "3@60: answer 2 playing", "3@60: items 2 3"));
}

TEST(FakePlaybackTest, ASeekOutsideIsMovedToTheNearerEnd) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(Paused());
  EXPECT_EQ(Describe(playback.Seek(absl::InfinitePast()).Get()), "2@0: answer 1 paused clamped");
  EXPECT_EQ(Describe(playback.Seek(absl::InfiniteFuture()).Get()), "3@200: answer 2 paused clamped");
  EXPECT_EQ(Describe(playback.SeekToBeginning().Get()), "4@0: answer 3 paused");
  EXPECT_EQ(Describe(playback.SeekToEnd().Get()), "5@200: answer 4 paused");
}

TEST(FakePlaybackTest, APaceCountsFromTheMomentOfItsControl) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(2), SizeIs(2));
  fake.Advance(absl::Seconds(1));
  playback.SetPace(Speed(1));
  fake.Advance(absl::Seconds(4));
  v1::Pace day;
  day.mutable_day_length()->set_seconds(864);
  playback.SetPace(day);
  fake.Advance(absl::Milliseconds(160));
  EXPECT_THAT(reader.Next(3), ElementsAre("1@10: answer 1 playing", "1@14: answer 2 playing", "1@30: items 1"));
}

TEST(FakePlaybackTest, NoGapLastsLongerThanTheLongestWait) {
  mocks::FakePlayback fake(kItems);
  v1::PlaybackStart start;
  *start.mutable_pace() = Speed(1);
  start.mutable_pace()->mutable_longest_wait()->set_seconds(2);
  Playback playback = fake.Begin(start);
  fake.Advance(absl::Seconds(3));
  EXPECT_EQ(Describe(playback.ReportState().Get()), "1@45: answer 1 playing no change");
}

TEST(FakePlaybackTest, UnpacedEverythingComesAtOnce) {
  mocks::FakePlayback fake(kItems);
  v1::PlaybackStart start;
  start.mutable_pace()->set_unpaced(true);
  Playback playback = fake.Begin(start);
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(2), ElementsAre("1@0: opened at 0", "1@200: items 0 1 2 3 4 5 6"));
}

TEST(FakePlaybackTest, AStepSendsEventsAndTheDaysOnTheWay) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(Paused());
  playback.Step();
  playback.Step(2);
  playback.Step(5);
  playback.Step();
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(8),
              ElementsAre("1@0: opened at 0 paused", "1@30: items 0 1", "1@30: answer 1 paused stepped 1",
                          "1@60: items 2 3", "1@60: answer 2 paused stepped 2", "1@200: items 4 5 6",
                          "1@200: answer 3 ended stepped 1", "1@200: answer 4 ended no change"));
}

TEST(FakePlaybackTest, AControlSetsSeveralThingsAsOne) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  v1::PlaybackControl control;
  control.set_seek_event("d");
  control.set_play(false);
  *control.mutable_pace() = Speed(1);
  EXPECT_EQ(Describe(playback.Apply(control).Get()), "2@150: answer 1 paused");
}

TEST(FakePlaybackTest, WhatTheServerRefusesChangesNothing) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  for (const double speed : {0.0, -1.0, 0.009, 1e8, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(playback.SetPace(Speed(speed)).Get(), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  }
  EXPECT_THAT(playback.Step().Get(), FailsWith(absl::StatusCode::kFailedPrecondition, "STEP_WHILE_PLAYING"));
  EXPECT_THAT(playback.SeekToEvent("z").Get(), FailsWith(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND"));
  v1::PlaybackControl control;
  control.set_play(false);
  control.set_seek_beginning(true);
  control.set_step(1);
  EXPECT_THAT(playback.Apply(control).Get(), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  control.clear_seek();
  control.set_step(1'001);
  EXPECT_THAT(playback.Apply(control).Get(), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_EQ(Describe(playback.ReportState().Get()), "1@0: answer 10 playing no change");
}

TEST(FakePlaybackTest, AStartThatTheServerRefusesIsTheOnlyThingToRead) {
  mocks::FakePlayback fake(kItems);
  v1::PlaybackStart start;
  *start.mutable_pace() = Speed(0);
  Playback playback = fake.Begin(start);
  EXPECT_THAT(*playback.begin(), FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST(FakePlaybackTest, SilenceIsFilledWithHeartbeatsAndEndsIdleAfterHalfAnHour) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(Paused());
  fake.Advance(absl::Minutes(29));
  const ControlAnswer report = playback.ReportState();
  fake.Advance(absl::Minutes(31));
  MessageReader reader(playback);
  const std::vector<std::string> messages = reader.ToEnd();
  EXPECT_EQ(messages[1], "1@0: heartbeat paused");
  EXPECT_THAT(messages, SizeIs(1 + 29 * 12 + 1 + 30 * 12 - 1 + 2));
  EXPECT_EQ(messages[messages.size() - 2], "1@0: closing IDLE");
}

TEST(FakePlaybackTest, AtTheEndOfHistoryItStaysAndCanBeSought) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  fake.Advance(absl::Seconds(21));
  EXPECT_EQ(Describe(playback.ReportState().Get()), "1@200: answer 1 ended no change");
  EXPECT_EQ(Describe(playback.SeekToEvent("d").Get()), "2@150: answer 2 playing");
}

TEST(FakePlaybackTest, AStopCloses) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  const ControlAnswer stop = playback.Stop();
  const ControlAnswer late = playback.Play();
  MessageReader reader(playback);
  EXPECT_THAT(reader.ToEnd(),
              ElementsAre("1@0: opened at 0", "1@0: items 0", "1@0: answer 1 playing", "1@0: closing STOPPED", "end"));
  EXPECT_TRUE(stop.Get().ok());
  EXPECT_EQ(late.Get().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(FakePlaybackTest, WithoutFurtherControlsItPlaysToTheEndOrClosesWhereItStands) {
  mocks::FakePlayback fake(kItems);
  {
    Playback playback = fake.Begin(At10ASecond());
    playback.FinishControls();
    fake.Advance(absl::Hours(1));
    MessageReader reader(playback);
    const std::vector<std::string> messages = reader.ToEnd();
    EXPECT_EQ(messages[messages.size() - 2], "1@200: closing END");
  }
  Playback playback = fake.Begin(Paused());
  playback.FinishControls();
  MessageReader reader(playback);
  EXPECT_THAT(reader.ToEnd(), ElementsAre("1@0: opened at 0 paused", "1@0: closing HALF_CLOSED", "end"));
}

TEST(FakePlaybackTest, APlaybackGoesOnFromAPositionOfAnEarlierOne) {
  mocks::FakePlayback fake(kItems);
  v1::PlaybackStart start;
  {
    Playback playback = fake.Begin(At10ASecond());
    fake.Advance(absl::Seconds(4));
    start.set_from_position(playback.Pause().Get()->position());
  }
  Playback resumed = fake.Begin(start);
  const v1::PlayTimelineResponse opened = **resumed.begin();
  EXPECT_EQ(Describe(opened), "1@40: opened at 2 paused");
  EXPECT_EQ(opened.opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
  EXPECT_EQ(opened.opened().pace().speed(), 10);
  start.set_from_position("elsewhere");
  Playback refused = fake.Begin(start);
  EXPECT_THAT(*refused.begin(), FailsWith(absl::StatusCode::kInvalidArgument, "POSITION_DAMAGED"));
}

TEST(FakePlaybackTest, ABeginInTheMiddleOfHistory) {
  mocks::FakePlayback fake(kItems);
  v1::PlaybackStart start = Paused();
  start.set_from_event("c");
  Playback at_event = fake.Begin(start);
  EXPECT_EQ(Describe(*at_event.begin()), "1@60: opened at 2 paused");
  start.mutable_from_time()->set_seconds(201);
  Playback at_time = fake.Begin(start);
  EXPECT_EQ(Describe(*at_time.begin()), "1@200: opened at 6 paused clamped");
}

TEST(FakePlaybackTest, AnInterruptionShowsItselfAndControlsWaitForItsEnd) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(At10ASecond());
  fake.Advance(absl::Seconds(2));
  fake.Interrupt(absl::UnavailableError("cut"));
  EXPECT_EQ(playback.interruption(), absl::UnavailableError("cut"));
  fake.Advance(absl::Hours(1));
  const ControlAnswer pause = playback.Pause();
  fake.Resume();
  EXPECT_EQ(playback.interruption(), std::nullopt);
  EXPECT_EQ(playback.resumes(), 1);
  MessageReader reader(playback);
  // The last message was at 0: nobody was told how far the clock had come since.
  EXPECT_THAT(reader.Next(4),
              ElementsAre("1@0: opened at 0", "1@0: items 0", "1@0: opened at 1", "1@0: answer 1 paused"));
}

TEST(FakePlaybackTest, AFailureComesBehindWhatWasSent) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin(Paused());
  const ControlAnswer report = playback.ReportState();
  fake.Fail(absl::UnavailableError("gave up"));
  const ControlAnswer never = playback.Play();
  MessageReader reader(playback);
  EXPECT_THAT(reader.ToEnd(),
              ElementsAre("1@0: opened at 0 paused", "1@0: answer 1 paused no change", "UNAVAILABLE", "end"));
  EXPECT_TRUE(report.Get().ok());
  EXPECT_EQ(never.Get().status(), absl::UnavailableError("gave up"));
}

TEST(FakePlaybackTest, AProgramOfOneThreadNeedsNobodyToAdvanceTheClock) {
  mocks::FakePlayback fake(kItems, {{}, /*advances_when_read=*/true});
  Playback playback = fake.Begin(At10ASecond());
  std::vector<std::string> messages;
  for (const auto& response : playback) {
    messages.push_back(Describe(response));
    if (!response->items().empty() && response->items(0).ordinal() == 1) fake.Interrupt(absl::UnavailableError("cut"));
    if (!response->items().empty() && response->items(0).has_end_of_timeline()) playback.Stop();
  }
  EXPECT_THAT(messages, ElementsAre("1@0: opened at 0", "1@0: items 0", "1@30: items 1", "1@30: opened at 2",
                                    "1@60: items 2 3", "1@100: items 4", "1@150: items 5", "1@200: items 6",
                                    "1@200: answer 1 ended", "1@200: closing STOPPED"));
}

TEST(FakePlaybackTest, AThreadThatReadsBlocksUntilTheTestAdvancesTheClock) {
  mocks::FakePlayback fake({Event(0, "a"), Event(100, "b")});
  Playback playback = fake.Begin(At10ASecond());
  MessageReader reader(playback);
  EXPECT_THAT(reader.Next(2), SizeIs(2));
  std::thread test([&] { fake.Advance(absl::Seconds(5)); });
  EXPECT_EQ(reader.Next(), "1@50: heartbeat playing");
  test.join();
}

TEST(FakePlaybackTest, RecordsTheControlsThatWereGiven) {
  mocks::FakePlayback fake(kItems);
  Playback playback = fake.Begin();
  EXPECT_THAT(fake.controls(), IsEmpty());
  playback.Pause();
  playback.Step(3);
  ASSERT_THAT(fake.controls(), SizeIs(2));
  EXPECT_TRUE(fake.controls()[0].has_play());
  EXPECT_EQ(fake.controls()[1].step(), 3);
}

TEST(FakePlaybackTest, OutlivesItsTestAndIsCancelledByTheNext) {
  auto fake = std::make_unique<mocks::FakePlayback>(kItems);
  Playback first = fake->Begin(Paused());
  Playback second = fake->Begin(Paused());
  fake = nullptr;
  EXPECT_EQ(Describe(*first.begin()), "CANCELLED");
  EXPECT_EQ(Describe(second.Play().Get()), "1@0: answer 1 playing");
  second.Cancel();
  EXPECT_EQ(Describe(*second.begin()), "1@0: opened at 0 paused");
}

}  // namespace
}  // namespace hotline::tests
