#include "client/src/resuming_playback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hotline/error.h"
#include "tests/client/fake_environment.h"
#include "tests/client/playback_messages.h"
#include "tests/client/scripted_call.h"
#include "tests/client/status_details.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Response = v1::PlayTimelineResponse;
using Script = CallScript<Response>;

constexpr v1::PlaybackState kPlaying = v1::PLAYBACK_STATE_PLAYING;
constexpr v1::PlaybackState kPaused = v1::PLAYBACK_STATE_PAUSED;
const absl::Status kCut = absl::UnavailableError("Socket closed");

Response OpenedAt(std::int64_t clock, std::int64_t first_ordinal = 0) {
  return Opened<Response>(clock, first_ordinal, v1::OPENED_OUTCOME_RESUMED);
}

Response OpenedPaused(std::int64_t clock, std::int64_t first_ordinal = 0) {
  Response response = OpenedAt(clock, first_ordinal);
  response.mutable_opened()->set_paused(true);
  return response;
}

Response InEpoch(std::int64_t epoch, Response response) {
  response.set_epoch(epoch);
  return response;
}

Response Closing(std::int64_t clock, v1::ClosingReason reason = v1::CLOSING_REASON_STOPPED,
                 std::int64_t retry_after = 0) {
  return ClosingAt<Response>(clock, reason, retry_after);
}

class ResumingPlaybackTest : public ::testing::Test {
 protected:
  Playback Begin() {
    return Playback(
        std::make_unique<internal::ResumingPlayback>(start_, options_, environment_.Get(), [this] { return Call(); }));
  }

  std::unique_ptr<internal::ControlledCall> Call() {
    Script script{{}, ServerError(absl::StatusCode::kInternal, "NO_SCRIPT", "no call was expected")};
    if (!calls_.empty()) {
      script = std::move(calls_.front());
      calls_.pop_front();
    }
    written_.emplace_back();
    return std::make_unique<ScriptedControlledCall>(std::move(script), &environment_, &waiting_, &written_.back());
  }

  // Reads a playback to its end.
  std::vector<std::string> ToEnd(Playback& playback) {
    const std::vector<std::string> messages = MessageReader(playback).ToEnd();
    EXPECT_THAT(calls_, IsEmpty());
    return messages;
  }

  v1::PlaybackStart start_;
  ConnectionOptions options_;
  FakeEnvironment environment_;
  std::deque<Script> calls_;
  // By call.
  std::deque<std::vector<std::string>> written_;
  absl::Notification waiting_;
};

TEST_F(ResumingPlaybackTest, ControlsAreSentBehindTheStartInTheOrderInWhichTheyAreGiven) {
  start_.mutable_selection()->set_audience("washington");
  calls_ = {{{Opened<Response>(0, 0), Answer(0, 1, kPaused), Answer(0, 2, kPlaying), Closing(0)}, absl::OkStatus()}};
  Playback playback = Begin();
  playback.Pause();
  EXPECT_THAT(written_, IsEmpty());
  MessageReader reader(playback);
  EXPECT_EQ(reader.Next(), "1@0: opened at 0");
  playback.Play();
  EXPECT_THAT(written_, ElementsAre(ElementsAre("start { selection { audience: \"washington\" } }",
                                                "control { control_id: 1 play: false }",
                                                "control { control_id: 2 play: true }")));
  EXPECT_THAT(reader.ToEnd(),
              ElementsAre("1@0: answer 1 paused", "1@0: answer 2 playing", "1@0: closing STOPPED", "end"));
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(ResumingPlaybackTest, ACutPlaybackGoesOnBehindTheLastMessageWithThePaceAndPauseOfItsPosition) {
  start_.mutable_pace()->set_unpaced(true);
  start_.set_start_paused(true);
  start_.set_from_event("documents/kk-01/events/1");
  start_.mutable_heartbeat_interval()->set_seconds(7);
  calls_ = {{{}, kCut}, {{Opened<Response>(0, 0), HeartbeatAt<Response>(1)}, kCut}, {{OpenedAt(1), Closing(1)}, kCut}};
  Playback playback = Begin();
  EXPECT_THAT(ToEnd(playback), ElementsAre("1@0: opened at 0", "1@1: heartbeat playing", "1@1: opened at 0",
                                           "1@1: closing STOPPED", "end"));
  const std::string original =
      "start { from_event: \"documents/kk-01/events/1\" pace { unpaced: true } heartbeat_interval { seconds: 7 } "
      "start_paused: true }";
  EXPECT_THAT(written_,
              ElementsAre(ElementsAre(original), ElementsAre(original),
                          ElementsAre("start { from_position: \"after-1\" heartbeat_interval { seconds: 7 } }")));
  EXPECT_EQ(playback.resumes(), 1);
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(ResumingPlaybackTest, EveryKindOfControlIsSentAgainUntilItIsAnswered) {
  using Give = std::function<ControlAnswer(Playback&)>;
  const std::vector<std::pair<Give, std::string>> kinds = {
      {[](Playback& p) { return p.Play(); }, " play: true"},
      {[](Playback& p) { return p.Pause(); }, " play: false"},
      {[](Playback& p) { return p.Seek(absl::FromUnixSeconds(7)); }, " seek_time { seconds: 7 }"},
      {[](Playback& p) { return p.SeekToEvent("a"); }, " seek_event: \"a\""},
      {[](Playback& p) { return p.SeekToBeginning(); }, " seek_beginning: true"},
      {[](Playback& p) { return p.SeekToEnd(); }, " seek_end: true"},
      {[](Playback& p) { return p.SetPace({}); }, " pace { }"},
      {[](Playback& p) { return p.Step(3); }, " step: 3"},
      {[](Playback& p) { return p.Stop(); }, " stop: true"},
      {[](Playback& p) { return p.ReportState(); }, ""}};
  for (const auto& [give, text] : kinds) {
    const bool seeks = text.find("seek") != std::string::npos;
    written_.clear();
    // The second call is cut before its first message.
    calls_ = {{{OpenedPaused(0)}, kCut},
              {{}, kCut},
              {{OpenedPaused(0), InEpoch(seeks ? 2 : 1, Answer(0, 1, kPaused)), InEpoch(seeks ? 2 : 1, Closing(0))},
               absl::OkStatus()}};
    Playback playback = Begin();
    const ControlAnswer answer = give(playback);
    const ControlAnswer later = playback.ReportState();
    EXPECT_THAT(ToEnd(playback), SizeIs(5)) << text;
    for (const auto& call : written_) {
      EXPECT_THAT(
          call, ElementsAre(StartsWith("start"), "control { control_id: 1" + text + " }", "control { control_id: 2 }"));
    }
    EXPECT_TRUE(answer.Get().ok()) << text;
    EXPECT_EQ(later.Get().status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(playback.violations(), 0) << text;
  }
}

TEST_F(ResumingPlaybackTest, WhatWasAnsweredOrRefusedIsNotSentAgain) {
  Response refusal = Answer(0, 2, kPlaying);
  refusal.mutable_control_applied()->set_code(static_cast<int>(absl::StatusCode::kNotFound));
  calls_ = {{{Opened<Response>(0, 0), Answer(0, 1, kPlaying), refusal}, kCut},
            {{OpenedAt(0), Answer(0, 3, kPlaying), Closing(0)}, absl::OkStatus()}};
  Playback playback = Begin();
  playback.Play();
  playback.SeekToEvent("z");
  playback.ReportState();
  ToEnd(playback);
  EXPECT_THAT(written_[1], ElementsAre("start { from_position: \"after-0\" }", "control { control_id: 3 }"));
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(ResumingPlaybackTest, AControlGivenWhileNoCallIsOpenWaitsForTheNextBehindThoseBeforeIt) {
  calls_ = {{{OpenedPaused(0)}, kCut},
            {{OpenedPaused(0), Answer(0, 1, kPaused), Answer(0, 2, kPlaying), Closing(0)}, absl::OkStatus()}};
  Playback* given = nullptr;
  internal::Environment environment = environment_.Get();
  environment.sleep = [&](absl::Duration, const absl::Notification&) { given->Play(); };
  Playback playback(
      std::make_unique<internal::ResumingPlayback>(start_, options_, environment, [this] { return Call(); }));
  given = &playback;
  playback.Pause();
  ToEnd(playback);
  EXPECT_THAT(written_[1], ElementsAre(StartsWith("start"), "control { control_id: 1 play: false }",
                                       "control { control_id: 2 play: true }"));
}

TEST_F(ResumingPlaybackTest, OfAStepOnlyWhatIsLeftIsSentAgainAndItsAnswerAddsUp) {
  Response marker = Items<Response>(1, {0});
  calls_ = {{{OpenedPaused(0), marker, EventItems(1, {1, 2})}, kCut},
            {{OpenedPaused(1, 3), EventItems(2, {3})}, kCut},
            {{OpenedPaused(2, 4), EventItems(3, {4, 5}), Answer(3, 1, kPaused, 2), Closing(3)}, absl::OkStatus()}};
  Playback playback = Begin();
  const ControlAnswer step = playback.Step(5);
  EXPECT_THAT(ToEnd(playback), Contains("1@3: answer 1 paused stepped 5"));
  EXPECT_EQ(step.Get()->control_applied().stepped(), 5);
  EXPECT_EQ(written_[1].back(), "control { control_id: 1 step: 3 }");
  EXPECT_EQ(written_[2].back(), "control { control_id: 1 step: 2 }");
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(ResumingPlaybackTest, AStepWithNothingLeftIsAskedAsAReport) {
  Response report = Answer(1, 1, kPaused);
  report.mutable_control_applied()->set_no_change(true);
  calls_ = {{{OpenedPaused(0), EventItems(1, {0, 1})}, kCut},
            {{OpenedPaused(1, 2), report, Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  const ControlAnswer step = playback.Step(2);
  ToEnd(playback);
  EXPECT_EQ(written_[1].back(), "control { control_id: 1 }");
  EXPECT_EQ(Describe(step.Get()), "1@1: answer 1 paused stepped 2");
}

TEST_F(ResumingPlaybackTest, EventsBeforeTheAnswerToTheControlBeforeAreNoneOfAStepsOwn) {
  calls_ = {{{Opened<Response>(0, 0), EventItems(1, {0, 1}), Answer(1, 1, kPaused), EventItems(2, {2})}, kCut},
            {{OpenedPaused(2, 3), Answer(2, 2, kPaused, 3), Closing(2)}, absl::OkStatus()}};
  Playback playback = Begin();
  playback.Pause();
  const ControlAnswer step = playback.Step(4);
  ToEnd(playback);
  EXPECT_EQ(written_[1].back(), "control { control_id: 2 step: 3 }");
  EXPECT_EQ(step.Get()->control_applied().stepped(), 4);
}

TEST_F(ResumingPlaybackTest, EventsOfAPlaybackThatRunsAreNoneOfAStepsOwn) {
  calls_ = {{{Opened<Response>(0, 0), EventItems(1, {0, 1})}, kCut},
            {{OpenedAt(1, 2), Answer(1, 1, kPlaying), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  playback.Step(2);
  ToEnd(playback);
  EXPECT_EQ(written_[1].back(), "control { control_id: 1 step: 2 }");
}

TEST_F(ResumingPlaybackTest, AnEventThatComesTwiceCountsOnceForAStep) {
  calls_ = {{{OpenedPaused(0), EventItems(1, {0})}, kCut},
            {{OpenedPaused(1, 0), EventItems(1, {0, 1})}, kCut},
            {{OpenedPaused(1, 2), Answer(1, 1, kPaused, 1), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  const ControlAnswer step = playback.Step(3);
  ToEnd(playback);
  EXPECT_EQ(written_[2].back(), "control { control_id: 1 step: 1 }");
  EXPECT_EQ(step.Get()->control_applied().stepped(), 3);
  EXPECT_EQ(playback.violations(), 1);
}

TEST_F(ResumingPlaybackTest, WhatElseAControlThatStepsAsksIsSentAgain) {
  calls_ = {{{Opened<Response>(0, 0), EventItems(1, {0, 1})}, kCut},
            {{OpenedPaused(1, 2), Answer(1, 1, kPaused), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  MessageReader reader(playback);
  reader.Next();
  v1::PlaybackControl control;
  control.mutable_pace()->set_speed(60);
  control.set_play(false);
  control.set_step(2);
  playback.Apply(control);
  ToEnd(playback);
  EXPECT_EQ(written_[1].back(), "control { control_id: 1 pace { speed: 60 } play: false }");
}

TEST_F(ResumingPlaybackTest, AStopThatWasAnsweredHoldsThoughClosingIsLost) {
  calls_ = {{{Opened<Response>(0, 0), Answer(0, 1, kPlaying)}, kCut}};
  Playback playback = Begin();
  const ControlAnswer stop = playback.Stop();
  EXPECT_THAT(ToEnd(playback), ElementsAre("1@0: opened at 0", "1@0: answer 1 playing", "end"));
  EXPECT_TRUE(stop.Get().ok());
}

TEST_F(ResumingPlaybackTest, ARefusedStopEndsNothing) {
  Response refusal = Answer(0, 1, kPlaying);
  refusal.mutable_control_applied()->set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  calls_ = {{{Opened<Response>(0, 0), refusal}, kCut}, {{OpenedAt(0), Closing(0)}, absl::OkStatus()}};
  Playback playback = Begin();
  playback.Stop();
  ToEnd(playback);
  EXPECT_EQ(playback.resumes(), 1);
}

TEST_F(ResumingPlaybackTest, EveryReasonThatEndsThePlaybackEndsTheRangeAlsoIdle) {
  for (const auto reason :
       {v1::CLOSING_REASON_END, v1::CLOSING_REASON_STOPPED, v1::CLOSING_REASON_HALF_CLOSED, v1::CLOSING_REASON_IDLE}) {
    calls_ = {{{Opened<Response>(0, 0), Closing(0, reason)}, kCut}};
    Playback playback = Begin();
    const ControlAnswer unanswered = playback.Play();
    EXPECT_EQ(ToEnd(playback).back(), "end");
    EXPECT_EQ(unanswered.Get().status(), absl::FailedPreconditionError("the playback has ended"));
    EXPECT_EQ(playback.interruption(), std::nullopt);
  }
  EXPECT_THAT(written_, SizeIs(4));
}

TEST_F(ResumingPlaybackTest, WhatTheServerAsksToWaitIsWaitedForAndControlsAreKept) {
  const absl::Status full =
      WithRetryDelay(ServerError(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS", "full"), absl::Seconds(3));
  calls_ = {{{Opened<Response>(0, 0), Closing(1, v1::CLOSING_REASON_DRAINING, 7)}, absl::UnavailableError("draining")},
            {{}, full},
            {{OpenedAt(1), Answer(1, 1, kPaused), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  const ControlAnswer pause = playback.Pause();
  ToEnd(playback);
  EXPECT_TRUE(pause.Get().ok());
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(7 + 1), absl::Seconds(3 + 2)));
}

TEST_F(ResumingPlaybackTest, OkWithoutClosingIsACut) {
  calls_ = {{{Opened<Response>(0, 0)}, absl::OkStatus()}, {{OpenedAt(0), Closing(0)}, absl::OkStatus()}};
  Playback playback = Begin();
  EXPECT_THAT(ToEnd(playback), SizeIs(4));
  EXPECT_EQ(playback.resumes(), 1);
}

TEST_F(ResumingPlaybackTest, ASilentCallIsGivenUpAndResumed) {
  calls_ = {{{Opened<Response>(0, 0)}, absl::OkStatus(), Script::kFallsSilent},
            {{OpenedAt(0), Closing(0)}, absl::OkStatus()}};
  Playback playback = Begin();
  ToEnd(playback);
  EXPECT_EQ(playback.resumes(), 1);
  EXPECT_EQ(environment_.now - absl::UnixEpoch(), options_.stream_idle_timeout + 0.5 * options_.stream_initial_backoff);
}

TEST_F(ResumingPlaybackTest, ThatNoControlFollowsIsSaidAgainBehindThoseWithoutAnAnswer) {
  calls_ = {{{Opened<Response>(0, 0)}, kCut},
            {{OpenedAt(0), Answer(0, 1, kPaused), Closing(0, v1::CLOSING_REASON_HALF_CLOSED)}, absl::OkStatus()}};
  Playback playback = Begin();
  MessageReader(playback).Next();
  playback.Pause();
  playback.FinishControls();
  ToEnd(playback);
  for (const auto& call : written_) {
    EXPECT_THAT(call, ElementsAre(StartsWith("start"), "control { control_id: 1 play: false }", "the end"));
  }
}

TEST_F(ResumingPlaybackTest, ASeekWhoseAnswerWasLostIsSentAgainAndOpensOneEpoch) {
  calls_ = {
      {{Opened<Response>(0, 0), Items<Response>(5, {0, 1}), InEpoch(2, Answer(3, 1, kPlaying))}, kCut},
      {{OpenedAt(3), InEpoch(2, Answer(1, 2, kPlaying)), InEpoch(2, Items<Response>(2, {0})), InEpoch(2, Closing(2))},
       absl::OkStatus()}};
  Playback playback = Begin();
  playback.Seek(absl::FromUnixSeconds(3));
  playback.Seek(absl::FromUnixSeconds(1));
  EXPECT_THAT(ToEnd(playback),
              ElementsAre("1@0: opened at 0", "1@5: items 0 1", "2@3: answer 1 playing", "2@3: opened at 0",
                          "3@1: answer 2 playing", "3@2: items 0", "3@2: closing STOPPED", "end"));
  EXPECT_EQ(playback.violations(), 0);
}

TEST_F(ResumingPlaybackTest, ViolationsOfEveryCallAreCounted) {
  calls_ = {{{Opened<Response>(0, 0), Items<Response>(1, {1})}, kCut},
            {{OpenedAt(1, 2), Answer(1, 9, kPlaying), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  ToEnd(playback);
  EXPECT_EQ(playback.violations(), 2);
}

TEST_F(ResumingPlaybackTest, AMessageWithNothingButRepeatedItemsIsNotDelivered) {
  calls_ = {{{Opened<Response>(0, 0), Items<Response>(1, {0}), Items<Response>(1, {0}), Closing(1)}, absl::OkStatus()}};
  Playback playback = Begin();
  EXPECT_THAT(ToEnd(playback), SizeIs(4));
}

TEST_F(ResumingPlaybackTest, APlaybackThatStandsDoesNotUseUpTheRetryTime) {
  Response standing = HeartbeatAt<Response>(0);
  standing.mutable_heartbeat()->set_state(kPaused);
  calls_.assign(4, {{OpenedPaused(0), standing}, kCut});
  calls_.push_back({{OpenedPaused(0), Closing(0)}, absl::OkStatus()});
  Playback playback = Begin();
  for (const auto& response : playback) {
    ASSERT_TRUE(response.ok()) << response.status();
    environment_.now += absl::Minutes(10);
  }
  EXPECT_EQ(playback.resumes(), 4);
}

TEST_F(ResumingPlaybackTest, ACallThatOnlyOpensIsNoProgress) {
  options_.stream_retry_time = absl::Seconds(3);
  calls_.assign(3, {{OpenedPaused(0)}, kCut});
  Playback playback = Begin();
  const ControlAnswer step = playback.Step();
  EXPECT_THAT(ToEnd(playback), ElementsAre("1@0: opened at 0 paused", "1@0: opened at 0 paused",
                                           "1@0: opened at 0 paused", "UNAVAILABLE", "end"));
  EXPECT_THAT(std::string(step.Get().status().message()),
              AllOf(StartsWith("gave up after 2 attempts"), HasSubstr("Socket closed")));
}

TEST_F(ResumingPlaybackTest, AnErrorThatTheServerGivesOnPurposeIsYieldedOnceAndAnswersEveryControl) {
  const absl::Status gone = ServerError(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD", "gone");
  calls_ = {{{Opened<Response>(0, 0)}, kCut}, {{}, gone}};
  Playback playback = Begin();
  const ControlAnswer pause = playback.Pause();
  EXPECT_THAT(ToEnd(playback), ElementsAre("1@0: opened at 0", "FAILED_PRECONDITION", "end"));
  EXPECT_EQ(pause.Get().status(), gone);
  EXPECT_EQ(playback.Play().Get().status(), gone);
  EXPECT_EQ(playback.interruption(), std::nullopt);
}

TEST_F(ResumingPlaybackTest, AnInterruptionShowsTheLastErrorUntilACallWorks) {
  calls_ = {{{}, absl::UnavailableError("refused")},
            {{Opened<Response>(0, 0)}, absl::OkStatus()},
            {{}, kCut},
            {{OpenedAt(0), Closing(0)}, absl::OkStatus()}};
  std::vector<std::string> why;
  const Playback* shown = nullptr;
  internal::Environment environment = environment_.Get();
  environment.sleep = [&](absl::Duration, const absl::Notification&) {
    why.push_back(std::string(shown->interruption()->message()));
  };
  Playback playback(
      std::make_unique<internal::ResumingPlayback>(start_, options_, environment, [this] { return Call(); }));
  shown = &playback;
  EXPECT_EQ(playback.interruption(), std::nullopt);
  for (const auto& response : playback) {
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(playback.interruption(), std::nullopt);
  }
  EXPECT_THAT(why, ElementsAre("refused", "the server ended the call without closing the playback", "Socket closed"));
}

TEST_F(ResumingPlaybackTest, CancelFromAnotherThreadEndsABlockedReadAndAnswersEveryControl) {
  calls_ = {{{Opened<Response>(0, 0)}, absl::OkStatus(), Script::kWaitsForCancel}};
  Playback playback = Begin();
  const ControlAnswer pause = playback.Pause();
  std::thread canceller([&] {
    waiting_.WaitForNotification();
    playback.Cancel();
  });
  EXPECT_THAT(ToEnd(playback), ElementsAre("1@0: opened at 0", "CANCELLED", "end"));
  canceller.join();
  EXPECT_EQ(pause.Get().status().code(), absl::StatusCode::kCancelled);
}

TEST_F(ResumingPlaybackTest, CancelDuringTheWaitBeginsNoNewCall) {
  calls_ = {{{}, kCut}};
  Playback* to_cancel = nullptr;
  internal::Environment environment = environment_.Get();
  environment.sleep = [&](absl::Duration, const absl::Notification& wake) {
    to_cancel->Cancel();
    EXPECT_TRUE(wake.HasBeenNotified());
  };
  Playback playback(
      std::make_unique<internal::ResumingPlayback>(start_, options_, environment, [this] { return Call(); }));
  to_cancel = &playback;
  EXPECT_THAT(ToEnd(playback), ElementsAre("CANCELLED", "end"));
  EXPECT_THAT(written_, SizeIs(1));
  EXPECT_EQ(playback.interruption(), std::nullopt);
}

TEST_F(ResumingPlaybackTest, CancelAtTheMomentOfACutLeavesNoInterruption) {
  calls_ = {{{}, kCut}};
  Playback* to_cancel = nullptr;
  internal::Environment environment = environment_.Get();
  environment.random = [&] {
    to_cancel->Cancel();
    return 0.5;
  };
  Playback playback(
      std::make_unique<internal::ResumingPlayback>(start_, options_, environment, [this] { return Call(); }));
  to_cancel = &playback;
  EXPECT_THAT(ToEnd(playback), ElementsAre("CANCELLED", "end"));
  EXPECT_EQ(playback.interruption(), std::nullopt);
}

TEST_F(ResumingPlaybackTest, CancelBeforeTheFirstReadBeginsNoCall) {
  Playback playback = Begin();
  playback.Cancel();
  playback.Cancel();
  EXPECT_EQ(playback.Pause().Get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(written_, IsEmpty());
}

TEST_F(ResumingPlaybackTest, DestructionAnswersAControlThatWaits) {
  calls_ = {{{Opened<Response>(0, 0)}, absl::OkStatus(), Script::kWaitsForCancel}};
  auto playback = std::make_unique<Playback>(Begin());
  const ControlAnswer pause = playback->Pause();
  std::thread waiting([&] { EXPECT_EQ(pause.Get().status().code(), absl::StatusCode::kCancelled); });
  waiting_.WaitForNotification();
  playback = nullptr;
  waiting.join();
}

}  // namespace
}  // namespace hotline::tests
