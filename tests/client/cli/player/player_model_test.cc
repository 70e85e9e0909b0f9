#include "client/cli/player/player_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "hotline/mocks/fake_playback.h"
#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::TimelineItem ItemAt(absl::Time time) {
  v1::TimelineItem item;
  *item.mutable_time() = ToProto(time);
  return item;
}

v1::TimelineItem DayAt(absl::Time time) {
  v1::TimelineItem item = ItemAt(time);
  item.mutable_day_started();
  return item;
}

v1::TimelineItem EventAt(absl::Time time, const std::string& name) {
  v1::TimelineItem item = ItemAt(time);
  item.mutable_event()->mutable_event()->set_name(name);
  return item;
}

v1::TimelineItem EndAt(absl::Time time) {
  v1::TimelineItem item = ItemAt(time);
  item.mutable_end_of_timeline();
  return item;
}

absl::Time Instant(const std::string& rfc3339) { return ToTime(At(rfc3339)); }

// The last four days of the crisis in Washington; the 28th has 25 hours.
const absl::Time kStart = Instant("1962-10-26T00:00:00-04:00");
const absl::Time kEnd = Instant("1962-10-30T00:00:00-05:00");
std::vector<v1::TimelineItem> Items() {
  std::vector<v1::TimelineItem> items = {DayAt(kStart),
                                         EventAt(kStart + absl::Hours(12), "a"),
                                         EventAt(kStart + absl::Hours(20), "b"),
                                         DayAt(kStart + absl::Hours(24)),
                                         EventAt(kStart + absl::Hours(34), "c"),
                                         EventAt(kStart + absl::Hours(34), "d"),
                                         DayAt(kStart + absl::Hours(48)),
                                         DayAt(kStart + absl::Hours(73)),
                                         EventAt(kStart + absl::Hours(90), "e"),
                                         EndAt(kEnd)};
  std::int64_t ordinal = 0;
  for (v1::TimelineItem& item : items) item.set_ordinal(ordinal++);
  return items;
}

// As the playback in memory names its revision.
KnownTimeline Known() { return {"fake", Items(), {}}; }

mocks::FakePlaybackOptions InWashington() {
  mocks::FakePlaybackOptions options;
  options.opened.set_time_zone("America/New_York");
  return options;
}

// A model that plays the SDK's playback in memory. Time passes for both by Pass() alone.
class PlayerModelTest : public ::testing::Test {
 protected:
  // An hour a second, with heartbeats every second.
  void Begin(KnownTimeline known = Known(), std::optional<absl::Duration> longest_wait = std::nullopt) {
    v1::PlaybackStart start;
    start.mutable_pace()->set_speed(3600);
    if (longest_wait) *start.mutable_pace()->mutable_longest_wait() = ToProto(*longest_wait);
    start.mutable_heartbeat_interval()->set_seconds(1);
    Play(start);
    model_.emplace(std::move(known));
    Read();
  }

  void Play(const v1::PlaybackStart& start) {
    playback_.emplace(fake_.Begin(start));
    unanswered_ = 0;
    at_ = std::nullopt;
  }

  // Gives the model all that has come; the answer to a question is the last of it. Not while the playback is cut off.
  void Read() {
    playback_->ReportState();
    ++unanswered_;
    while (unanswered_ > 0) {
      if (at_) {
        ++*at_;
      } else {
        at_ = playback_->begin();
      }
      ASSERT_NE(*at_, playback_->end());
      ASSERT_TRUE((*at_)->ok()) << (*at_)->status();
      last_ = ***at_;
      model_->OnMessage(last_, now_);
      if (last_.has_control_applied()) --unanswered_;
    }
  }

  void Pass(absl::Duration duration, bool read = true) {
    fake_.Advance(duration);
    now_ += duration;
    model_->OnInterruption(playback_->interruption(), now_);
    if (read) Read();
  }

  void Press(Key key, bool read = true) {
    const std::optional<v1::PlaybackControl> control = model_->OnKey(key, now_);
    if (control) {
      playback_->Apply(*control);
      ++unanswered_;
    }
    if (read) Read();
  }

  PlayerView View() const { return model_->View(now_); }
  // The clock, in hours since the start.
  double Hours() const { return absl::FDivDuration(View().clock - kStart, absl::Hours(1)); }
  std::string NoticeText() const { return View().notice ? View().notice->text : ""; }

  mocks::FakePlayback fake_{Items(), InWashington()};
  std::optional<Playback> playback_;
  std::optional<Playback::Iterator> at_;
  std::optional<PlayerModel> model_;
  SteadyTime now_ = absl::Hours(1000);
  std::int64_t unanswered_ = 0;
  v1::PlayTimelineResponse last_;
};

TEST_F(PlayerModelTest, ConnectsUntilSomethingCame) {
  PlayerModel model(Known());
  EXPECT_EQ(model.View(now_).state, PlayerState::kConnecting);
  EXPECT_EQ(model.OnKey(Key::kHourOn, now_), std::nullopt);
  EXPECT_FALSE(model.Running());
  model.OnInterruption(absl::UnavailableError("refused"), now_);
  EXPECT_EQ(model.View(now_).state, PlayerState::kConnecting);
  EXPECT_EQ(model.View(now_).notice->text, "trying to connect: refused");
}

TEST_F(PlayerModelTest, TheClockRunsSmoothlyBetweenMessages) {
  Begin();
  // No message comes in these 0.9 s.
  for (int tenths = 1; tenths < 10; ++tenths) {
    EXPECT_NEAR(
        absl::FDivDuration(model_->View(now_ + absl::Milliseconds(100 * tenths)).clock - kStart, absl::Hours(1)),
        tenths / 10.0, 1e-6);
  }
  Pass(absl::Milliseconds(2500));
  EXPECT_NEAR(Hours(), 2.5, 0.001);
}

TEST_F(PlayerModelTest, TheClockStopsBeforeAnItemThatHasNotCome) {
  Begin();
  Pass(absl::Seconds(11));
  EXPECT_EQ(model_->View(now_ + absl::Seconds(2)).clock, kStart + absl::Hours(12));
  EXPECT_EQ(View().played, 1U);
}

TEST_F(PlayerModelTest, ThroughALongGapTheClockRunsFasterAsThePaceSays) {
  Begin(Known(), absl::Seconds(4));
  Pass(absl::Seconds(2));
  EXPECT_NEAR(Hours(), 6, 0.001);
  Pass(absl::Milliseconds(2500));
  // The next gap of 8 hours takes 4 s as well.
  EXPECT_NEAR(Hours(), 13, 0.001);
}

TEST_F(PlayerModelTest, APauseStopsTheClockAndSpaceGoesOn) {
  Begin();
  Pass(absl::Milliseconds(1300));
  Press(Key::kPlayOrPause);
  EXPECT_EQ(View().state, PlayerState::kPaused);
  const absl::Time paused_at = View().clock;
  Pass(absl::Seconds(5));
  EXPECT_EQ(View().clock, paused_at);
  Press(Key::kPlayOrPause);
  EXPECT_EQ(View().state, PlayerState::kPlaying);
  Pass(absl::Seconds(1));
  EXPECT_NEAR(Hours(), 2.3, 0.001);
}

TEST_F(PlayerModelTest, TwoQuickPressesOfSpaceCancelEachOther) {
  Begin();
  const auto first = model_->OnKey(Key::kPlayOrPause, now_);
  const auto second = model_->OnKey(Key::kPlayOrPause, now_);
  EXPECT_FALSE(first->play());
  EXPECT_TRUE(second->play());
}

TEST_F(PlayerModelTest, ArrowsSeekByAnHour) {
  Begin();
  Press(Key::kPlayOrPause);
  for (int i = 0; i < 13; ++i) Press(Key::kHourOn);
  EXPECT_EQ(Hours(), 13);
  EXPECT_EQ(View().played, 2U);
  Press(Key::kHourBack);
  // The event at noon comes again.
  EXPECT_EQ(Hours(), 12);
  EXPECT_EQ(View().played, 1U);
}

TEST_F(PlayerModelTest, ArrowsByADayKeepTheHourWhereADayHas25) {
  Begin();
  Press(Key::kPlayOrPause);
  for (int i = 0; i < 3; ++i) Press(Key::kHourOn);
  Press(Key::kDayOn);
  Press(Key::kDayOn);
  Press(Key::kDayOn);
  EXPECT_EQ(View().clock, Instant("1962-10-29T03:00:00-05:00"));
  Press(Key::kDayBack);
  EXPECT_EQ(View().clock, Instant("1962-10-28T03:00:00-05:00"));
}

TEST_F(PlayerModelTest, QuickArrowsAddUpBeforeTheAnswersCome) {
  Begin();
  Press(Key::kPlayOrPause);
  for (int i = 0; i < 5; ++i) {
    const auto control = model_->OnKey(Key::kHourOn, now_);
    EXPECT_EQ(ToTime(control->seek_time()), kStart + absl::Hours(i + 1));
  }
  EXPECT_EQ(ToTime(model_->OnKey(Key::kHourBack, now_)->seek_time()), kStart + absl::Hours(4));
}

TEST_F(PlayerModelTest, ArrowsStopAtBothEnds) {
  Begin();
  Press(Key::kPlayOrPause);
  Press(Key::kDayBack);
  EXPECT_EQ(View().clock, kStart);
  for (int i = 0; i < 9; ++i) Press(Key::kDayOn);
  EXPECT_EQ(View().clock, kEnd);
}

TEST_F(PlayerModelTest, TheClockFallsWithASeekAlone) {
  Begin();
  Pass(absl::Seconds(13));
  const absl::Time before = View().clock;
  Press(Key::kBeginning);
  EXPECT_LT(View().clock, before);
  EXPECT_EQ(View().clock, kStart);
  Press(Key::kEnd);
  EXPECT_EQ(View().clock, kEnd);
}

TEST_F(PlayerModelTest, AStepPausesAndGoesToTheNextEvent) {
  Begin();
  Pass(absl::Seconds(3));
  Press(Key::kStep);
  EXPECT_EQ(View().state, PlayerState::kPaused);
  EXPECT_EQ(Hours(), 12);
  EXPECT_EQ(View().played, 2U);
  Press(Key::kStep);
  Press(Key::kStep);
  Press(Key::kStep);
  EXPECT_EQ(Hours(), 34);
  EXPECT_EQ(View().events_played, 4);
  Press(Key::kStep);
  EXPECT_EQ(NoticeText(), "");
  Press(Key::kStep);
  EXPECT_EQ(NoticeText(), "no event is left to step to");
}

TEST_F(PlayerModelTest, PaceDoublesAndHalvesWithItsGaps) {
  Begin(Known(), absl::Seconds(4));
  Press(Key::kFaster);
  EXPECT_EQ(View().pace.speed(), 7200);
  EXPECT_EQ(ToDuration(View().pace.longest_wait()), absl::Seconds(2));
  Press(Key::kSlower);
  Press(Key::kSlower);
  EXPECT_EQ(View().pace.speed(), 1800);
  EXPECT_EQ(ToDuration(View().pace.longest_wait()), absl::Seconds(8));
}

TEST_F(PlayerModelTest, ADayLengthIsHalvedToPlayFaster) {
  Begin();
  v1::PlayTimelineResponse opened;
  opened.set_epoch(1);
  opened.mutable_opened()->mutable_pace()->mutable_day_length()->set_seconds(3);
  opened.mutable_opened()->set_item_count(1);
  model_->OnMessage(opened, now_);
  EXPECT_EQ(ToDuration(model_->OnKey(Key::kFaster, now_)->pace().day_length()), absl::Milliseconds(1500));
}

TEST_F(PlayerModelTest, APaceThatIsRefusedIsToldAndLeavesThePace) {
  Begin();
  for (int i = 0; i < 11; ++i) Press(Key::kFaster);
  EXPECT_EQ(View().pace.speed(), 3600 * 2048);
  Press(Key::kFaster);
  EXPECT_THAT(NoticeText(), StartsWith("refused: "));
  EXPECT_EQ(View().pace.speed(), 3600 * 2048);
  // The notice is over after a while.
  Pass(model_->NoticeEnds() - now_);
  EXPECT_EQ(NoticeText(), "");
}

TEST_F(PlayerModelTest, AnUnpacedPlaybackHasNoPaceToChange) {
  Begin();
  v1::PlayTimelineResponse opened;
  opened.mutable_opened()->mutable_pace()->set_unpaced(true);
  opened.mutable_opened()->set_item_count(1);
  model_->OnMessage(opened, now_);
  EXPECT_EQ(model_->OnKey(Key::kFaster, now_), std::nullopt);
  EXPECT_THAT(NoticeText(), HasSubstr("no pace to change"));
}

TEST_F(PlayerModelTest, AtTheEndItStaysAndSpacePlaysAgain) {
  Begin();
  Press(Key::kEnd);
  Pass(absl::Milliseconds(50));
  EXPECT_EQ(View().state, PlayerState::kEnded);
  EXPECT_FALSE(model_->Running());
  Press(Key::kPlayOrPause);
  EXPECT_EQ(View().state, PlayerState::kPlaying);
  EXPECT_EQ(View().clock, kStart);
}

TEST_F(PlayerModelTest, FromTheEndOneCanSeekBack) {
  Begin();
  Press(Key::kEnd);
  Press(Key::kHourBack);
  EXPECT_EQ(View().state, PlayerState::kPlaying);
  EXPECT_EQ(View().clock, kEnd - absl::Hours(1));
}

TEST_F(PlayerModelTest, ACutStopsTheClockAndIsToldWithItsReason) {
  Begin();
  Pass(absl::Milliseconds(2500));
  fake_.Interrupt(absl::UnavailableError("Connection refused"));
  Pass(absl::Milliseconds(50), false);
  const absl::Time at_cut = View().clock;
  Pass(absl::Milliseconds(3100), false);
  EXPECT_EQ(View().state, PlayerState::kReconnecting);
  EXPECT_EQ(View().clock, at_cut);
  EXPECT_EQ(NoticeText(), "cut off for 3 s, trying again: Connection refused");
}

TEST_F(PlayerModelTest, ResumingTellsHowLongItTookAndHowOftenItWas) {
  Begin();
  for (int cut = 1; cut <= 2; ++cut) {
    fake_.Interrupt(absl::UnavailableError("cut"));
    Pass(absl::Milliseconds(50), false);
    Pass(absl::Milliseconds(1250), false);
    fake_.Resume();
    Read();
    EXPECT_EQ(View().state, PlayerState::kPlaying);
    EXPECT_EQ(NoticeText(), absl::StrCat("resumed after 1.2 s, ", cut == 1 ? "1 resume" : "2 resumes"));
    Pass(absl::Seconds(5));
    EXPECT_EQ(NoticeText(), "");
  }
}

TEST_F(PlayerModelTest, AfterACutTheClockDoesNotFall) {
  Begin();
  Pass(absl::Seconds(1));
  Pass(absl::Milliseconds(900), false);
  fake_.Interrupt(absl::UnavailableError("cut"));
  Pass(absl::Milliseconds(100), false);
  const absl::Time at_cut = View().clock;
  fake_.Resume();
  Read();
  // The call goes on at its last message, which was earlier than what was shown.
  EXPECT_LT(ToTime(last_.clock()), at_cut);
  EXPECT_EQ(View().clock, at_cut);
  Pass(absl::Seconds(3));
  EXPECT_EQ(Hours(), 4);
}

TEST_F(PlayerModelTest, KeysGivenDuringACutAreObeyedAfterIt) {
  Begin();
  fake_.Interrupt(absl::UnavailableError("cut"));
  Pass(absl::Milliseconds(50), false);
  Press(Key::kPlayOrPause, false);
  Press(Key::kHourOn, false);
  fake_.Resume();
  Read();
  EXPECT_EQ(View().state, PlayerState::kPaused);
  EXPECT_NEAR(Hours(), 1, 0.1);
}

TEST_F(PlayerModelTest, ThereIsABoundToUnansweredKeys) {
  Begin();
  for (int i = 0; i < 32; ++i) EXPECT_TRUE(model_->OnKey(Key::kPlayOrPause, now_).has_value());
  EXPECT_EQ(model_->OnKey(Key::kPlayOrPause, now_), std::nullopt);
  EXPECT_EQ(NoticeText(), "the server has not answered yet");
}

TEST_F(PlayerModelTest, ADepartureThatTheServerAnnouncedIsTold) {
  Begin();
  v1::PlayTimelineResponse closing = last_;
  closing.mutable_closing()->set_reason(v1::CLOSING_REASON_DRAINING);
  closing.mutable_closing()->mutable_retry_after()->set_seconds(1);
  model_->OnMessage(closing, now_);
  EXPECT_EQ(NoticeText(), "the server is going away; resuming in 1 s");
}

TEST_F(PlayerModelTest, SilenceIsTold) {
  Begin();
  Pass(absl::Seconds(1));
  now_ += absl::Seconds(2);
  EXPECT_EQ(View().state, PlayerState::kPlaying);
  now_ += absl::Seconds(2);
  EXPECT_EQ(View().state, PlayerState::kSilent);
  EXPECT_THAT(NoticeText(), StartsWith("nothing came from the server for "));
}

TEST_F(PlayerModelTest, APlaybackThatRestedGoesOnInAnother) {
  Begin();
  Pass(absl::Seconds(2));
  Press(Key::kHourOn);
  Press(Key::kPlayOrPause);
  const absl::Time paused_at = View().clock;
  model_->OnRest(now_);
  EXPECT_EQ(View().state, PlayerState::kResting);
  EXPECT_EQ(View().clock, paused_at);
  v1::PlaybackStart start;
  start.set_from_position(model_->position());
  Play(start);
  model_->OnNewPlayback(now_);
  Press(Key::kPlayOrPause);
  EXPECT_EQ(View().state, PlayerState::kPlaying);
  EXPECT_EQ(View().clock, paused_at);
  // It is no resume.
  EXPECT_EQ(NoticeText(), "");
}

TEST_F(PlayerModelTest, WithoutTheItemsTheClockIsThatOfTheMessagesAndTheLanesHaveWhatCame) {
  Begin({});
  EXPECT_FALSE(View().complete);
  Pass(absl::Seconds(1));
  EXPECT_EQ(model_->View(now_ + absl::Seconds(1)).clock, kStart + absl::Hours(1));
  EXPECT_EQ(View().played, 1U);
  EXPECT_EQ(View().events_played, std::nullopt);
  const std::int64_t generation = View().generation;
  Press(Key::kStep);
  EXPECT_EQ(View().items->size(), 2U);
  EXPECT_EQ(View().generation, generation);
  Press(Key::kBeginning);
  EXPECT_EQ(View().played, 0U);
  EXPECT_NE(View().generation, generation);
}

TEST_F(PlayerModelTest, WhatWasPlayedOfALongTimelineIsForgottenInTheEnd) {
  Begin({});
  v1::PlayTimelineResponse items = last_;
  for (int i = 0; i < 10'000; ++i) {
    items.clear_items();
    v1::TimelineItem* item = items.add_items();
    item->set_ordinal(i);
    item->mutable_event()->mutable_event()->set_name(absl::StrCat(i));
    model_->OnMessage(items, now_);
    ASSERT_LE(View().items->size(), 2000U);
    ASSERT_EQ(View().items->back().ordinal(), i);
  }
}

TEST_F(PlayerModelTest, ItemsOfAnotherRevisionAreNotShown) {
  Begin({"another revision", Items(), {}});
  EXPECT_FALSE(View().complete);
  EXPECT_EQ(View().items->size(), 1U);
}

// Any keys at any time, against the playback in memory.
TEST_F(PlayerModelTest, WhateverIsPressedTheClockKeepsItsPromises) {
  constexpr Key kKeys[] = {Key::kPlayOrPause, Key::kHourBack, Key::kHourOn, Key::kDayBack, Key::kDayOn,
                           Key::kStep,        Key::kFaster,   Key::kSlower, Key::kEnd,     Key::kBeginning};
  const std::vector<v1::TimelineItem> items = Items();
  std::mt19937 random(1962);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    Begin(Known(), round % 2 == 0 ? std::nullopt : std::optional<absl::Duration>(absl::Seconds(2)));
    std::int64_t epoch = last_.epoch();
    absl::Time shown = View().clock;
    for (int i = 0; i < 60; ++i) {
      const bool cut = random() % 20 == 0;
      if (cut) {
        fake_.Interrupt(absl::UnavailableError("cut"));
        Pass(absl::Milliseconds(random() % 3000), false);
      }
      if (random() % 3 == 0) Press(kKeys[random() % std::size(kKeys)], !cut);
      if (cut) {
        fake_.Resume();
        Read();
      }
      Pass(absl::Milliseconds(random() % 700), random() % 2 == 0);
      const PlayerView view = View();
      const absl::Time told = ToTime(last_.clock());
      EXPECT_TRUE(last_.epoch() != epoch || view.clock >= shown) << "within an epoch the clock never falls";
      EXPECT_GE(view.clock, told);
      const absl::Time next = view.played < items.size() ? ToTime(items[view.played].time()) : kEnd;
      EXPECT_LE(view.clock, next) << "an item has not come";
      EXPECT_GE(view.clock, view.played == 0 ? kStart : ToTime(items[view.played - 1].time()));
      epoch = last_.epoch();
      shown = view.clock;
    }
  }
}

}  // namespace
}  // namespace hotline::cli
