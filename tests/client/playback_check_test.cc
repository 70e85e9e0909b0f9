#include "client/src/playback_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hotline/mocks/fake_playback.h"
#include "tests/client/playback_messages.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Response = v1::PlayTimelineResponse;

class PlaybackCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    check_.OnCallBegun();
    EXPECT_EQ(Violations(Opened<Response>(0, 0)), 0);
  }

  void Control(int id) { unanswered_.Add(WithId(id)); }
  void Seek(int id) {
    v1::PlaybackControl control = WithId(id);
    control.set_seek_beginning(true);
    unanswered_.Add(control);
  }
  void Step(int id, int events) {
    v1::PlaybackControl control = WithId(id);
    control.set_step(events);
    unanswered_.Add(control);
  }

  static v1::PlaybackControl WithId(int id) {
    v1::PlaybackControl control;
    control.set_control_id(id);
    return control;
  }

  int Violations(Response response) {
    result_ = check_.Examine(&response, &unanswered_);
    examined_ = response;
    return result_.violations;
  }

  internal::PlaybackCheck check_;
  internal::UnansweredControls unanswered_;
  internal::PlaybackCheck::Result result_;
  Response examined_;
};

Response InEpoch(std::int64_t epoch, Response response) {
  response.set_epoch(epoch);
  return response;
}

TEST_F(PlaybackCheckTest, WhatIsPromisedIsNoViolation) {
  EXPECT_EQ(Violations(Items<Response>(1, {0, 1})), 0);
  Control(1);
  EXPECT_EQ(Violations(Answer(2, 1, v1::PLAYBACK_STATE_PAUSED)), 0);
  EXPECT_EQ(Violations(HeartbeatAt<Response>(2)), 0);
  Step(2, 1);
  EXPECT_EQ(Violations(EventItems(3, {2})), 0);
  EXPECT_EQ(Violations(Answer(3, 2, v1::PLAYBACK_STATE_PAUSED)), 0);
  Seek(3);
  EXPECT_EQ(Violations(InEpoch(2, Answer(0, 3, v1::PLAYBACK_STATE_PAUSED))), 0);
  Control(4);
  EXPECT_EQ(Violations(InEpoch(2, Answer(0, 4, v1::PLAYBACK_STATE_PLAYING))), 0);
  EXPECT_EQ(Violations(InEpoch(2, Items<Response>(1, {0, 1}))), 0);
  EXPECT_EQ(Violations(InEpoch(2, ClosingAt<Response>(1, v1::CLOSING_REASON_IDLE))), 0);
}

TEST_F(PlaybackCheckTest, EachCallBeginsWithOpenedAndHasNoOther) {
  EXPECT_EQ(Violations(Opened<Response>(0, 0)), 1);
  check_.OnCallBegun();
  EXPECT_EQ(Violations(HeartbeatAt<Response>(0)), 1);
}

TEST_F(PlaybackCheckTest, OrdinalsAndClockAreCheckedWithinAnEpoch) {
  EXPECT_EQ(Violations(Items<Response>(5, {0, 2})), 1);
  EXPECT_EQ(Violations(HeartbeatAt<Response>(4)), 1);
  EXPECT_EQ(Violations(Items<Response>(5, {1})), 1);
  EXPECT_TRUE(result_.repeats);
}

TEST_F(PlaybackCheckTest, TheFirstItemOfAnEpochIsTheOneThatItsAnswerNames) {
  Seek(1);
  Response answer = InEpoch(2, Answer(0, 1, v1::PLAYBACK_STATE_PLAYING));
  answer.mutable_control_applied()->set_first_ordinal(7);
  EXPECT_EQ(Violations(answer), 0);
  EXPECT_EQ(Violations(InEpoch(2, Items<Response>(1, {8}))), 1);
}

TEST_F(PlaybackCheckTest, AnEpochThatNoSeekOpenedIsAViolationAndAnEpochAllTheSame) {
  EXPECT_EQ(Violations(Items<Response>(9, {0, 1, 2})), 0);
  EXPECT_EQ(Violations(InEpoch(2, Items<Response>(1, {0}))), 1);
  EXPECT_EQ(examined_.epoch(), 2);
  EXPECT_THAT(Ordinals<Response>({examined_}), ElementsAre(0));
  EXPECT_EQ(Violations(InEpoch(2, Items<Response>(1, {1}))), 0);
}

TEST_F(PlaybackCheckTest, ASeekThatOpensNoEpochIsAViolationAndOpensOneAllTheSame) {
  EXPECT_EQ(Violations(Items<Response>(9, {0, 1, 2})), 0);
  Seek(1);
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PLAYING)), 1);
  EXPECT_EQ(examined_.epoch(), 2);
  EXPECT_EQ(Violations(Items<Response>(1, {0})), 0);
  EXPECT_EQ(examined_.epoch(), 2);
}

TEST_F(PlaybackCheckTest, ASeekThatWasRefusedOpensNoEpoch) {
  Seek(1);
  Seek(2);
  Response refusal = Answer(0, 1, v1::PLAYBACK_STATE_PLAYING);
  refusal.mutable_control_applied()->set_code(static_cast<int>(absl::StatusCode::kNotFound));
  EXPECT_EQ(Violations(refusal), 0);
  EXPECT_EQ(examined_.epoch(), 1);
  refusal.mutable_control_applied()->set_control_id(2);
  EXPECT_EQ(Violations(InEpoch(2, refusal)), 1);
}

TEST_F(PlaybackCheckTest, AnEpochThatSkipsOrFallsIsAViolation) {
  Seek(1);
  EXPECT_EQ(Violations(InEpoch(3, Answer(0, 1, v1::PLAYBACK_STATE_PLAYING))), 1);
  EXPECT_EQ(examined_.epoch(), 2);
  EXPECT_EQ(Violations(InEpoch(1, HeartbeatAt<Response>(1))), 1);
  EXPECT_EQ(examined_.epoch(), 2);
}

TEST_F(PlaybackCheckTest, AnswersComeInOrderAndOneForEachControl) {
  Control(1);
  Control(2);
  EXPECT_EQ(Violations(Answer(0, 2, v1::PLAYBACK_STATE_PLAYING)), 1);
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PLAYING)), 0);
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PLAYING)), 1);
  EXPECT_EQ(Violations(Answer(0, 3, v1::PLAYBACK_STATE_PLAYING)), 1);
}

TEST_F(PlaybackCheckTest, AnItemWhilePausedIsAViolationUnlessItIsAStepsOwn) {
  Control(1);
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PAUSED)), 0);
  EXPECT_EQ(Violations(Items<Response>(1, {0})), 1);
  // A control that merely follows does not excuse it.
  Control(2);
  Step(3, 1);
  EXPECT_EQ(Violations(Items<Response>(1, {1})), 1);
  EXPECT_EQ(Violations(Answer(1, 2, v1::PLAYBACK_STATE_PAUSED)), 0);
  EXPECT_EQ(Violations(Items<Response>(1, {2})), 0);
}

TEST_F(PlaybackCheckTest, ACallThatOpensPausedSendsNoItem) {
  check_.OnCallBegun();
  Response opened = Opened<Response>(0, 0, v1::OPENED_OUTCOME_RESUMED);
  opened.mutable_opened()->set_paused(true);
  EXPECT_EQ(Violations(opened), 0);
  EXPECT_EQ(Violations(Items<Response>(1, {0})), 1);
}

TEST_F(PlaybackCheckTest, EpochsRiseOverAllCalls) {
  Seek(1);
  EXPECT_EQ(Violations(InEpoch(2, Answer(50, 1, v1::PLAYBACK_STATE_PLAYING))), 0);
  check_.OnCallBegun();
  EXPECT_EQ(Violations(Opened<Response>(50, 0, v1::OPENED_OUTCOME_RESUMED)), 0);
  EXPECT_EQ(examined_.epoch(), 2);
  // It goes on with the epoch of the call before.
  EXPECT_EQ(Violations(HeartbeatAt<Response>(49)), 1);
  Seek(2);
  EXPECT_EQ(Violations(InEpoch(2, Answer(7, 2, v1::PLAYBACK_STATE_PLAYING))), 0);
  EXPECT_EQ(examined_.epoch(), 3);
}

TEST_F(PlaybackCheckTest, AnotherRevisionOpensAnEpoch) {
  EXPECT_EQ(Violations(Items<Response>(9, {0, 1, 2})), 0);
  check_.OnCallBegun();
  EXPECT_EQ(Violations(Opened<Response>(8, 1, v1::OPENED_OUTCOME_CONTINUED)), 0);
  EXPECT_EQ(examined_.epoch(), 2);
  EXPECT_EQ(Violations(Items<Response>(9, {1})), 0);
  EXPECT_EQ(examined_.epoch(), 2);
}

TEST_F(PlaybackCheckTest, ItKnowsWhetherAStopWasAnswered) {
  v1::PlaybackControl stop = WithId(1);
  stop.set_stop(true);
  unanswered_.Add(stop);
  EXPECT_FALSE(check_.stopped());
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PLAYING)), 0);
  EXPECT_TRUE(check_.stopped());
}

TEST_F(PlaybackCheckTest, AnAnswerIsProgressAndSoIsAHeartbeatOfAClockThatStands) {
  EXPECT_EQ(Violations(HeartbeatAt<Response>(0)), 0);
  EXPECT_FALSE(result_.progress);
  Response paused = HeartbeatAt<Response>(0);
  paused.mutable_heartbeat()->set_state(v1::PLAYBACK_STATE_PAUSED);
  EXPECT_EQ(Violations(paused), 0);
  EXPECT_TRUE(result_.progress);
  Control(1);
  EXPECT_EQ(Violations(Answer(0, 1, v1::PLAYBACK_STATE_PLAYING)), 0);
  EXPECT_TRUE(result_.progress);
}

}  // namespace
}  // namespace hotline::tests
