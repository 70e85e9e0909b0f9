#include "client/src/resuming_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hotline/error.h"
#include "tests/client/fake_environment.h"
#include "tests/client/scripted_call.h"
#include "tests/client/status_details.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Script = CallScript<v1::StreamTimelineResponse>;
using Call = ScriptedCall<internal::TimelineCall>;

class ResumingSourceTest : public ::testing::Test {
 protected:
  TimelineStream Stream() {
    return TimelineStream(std::make_unique<internal::ResumingSource>(
        request_, options_, environment_.Get(), [this](const v1::StreamTimelineRequest& request) {
          requests_.push_back(request);
          Script script{{}, ServerError(absl::StatusCode::kInternal, "NO_SCRIPT", "no call was expected")};
          if (!calls_.empty()) {
            script = std::move(calls_.front());
            calls_.pop_front();
          }
          return std::make_unique<Call>(std::move(script), &environment_, &waiting_);
        }));
  }

  // Reads a stream to its end. Returns its error, or OK.
  absl::Status Play() {
    TimelineStream stream = Stream();
    absl::Status error;
    for (auto& response : stream) {
      EXPECT_TRUE(error.ok()) << "something came after the error";
      if (response.ok()) {
        received_.push_back(*std::move(response));
      } else {
        error = response.status();
      }
    }
    resumes_ = stream.resumes();
    violations_ = stream.violations();
    EXPECT_THAT(calls_, IsEmpty());
    return error;
  }

  std::vector<std::string> PositionsAskedFor() const {
    std::vector<std::string> positions;
    for (const auto& request : requests_) positions.push_back(request.from_position());
    return positions;
  }

  v1::StreamTimelineRequest request_;
  ConnectionOptions options_;
  FakeEnvironment environment_;
  std::deque<Script> calls_;
  std::vector<v1::StreamTimelineRequest> requests_;
  std::vector<v1::StreamTimelineResponse> received_;
  absl::Notification waiting_;
  int resumes_ = 0;
  int violations_ = 0;
};

const Script kEndAt3{{Opened(2, 2, v1::OPENED_OUTCOME_RESUMED), Items(3, {2}), ClosingAt(3, v1::CLOSING_REASON_END)},
                     absl::OkStatus()};

TEST_F(ResumingSourceTest, ACallThatEndsWithClosingIsComplete) {
  calls_ = {{{Opened(0, 0), Items(1, {0, 1}), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(received_, SizeIs(3));
  EXPECT_EQ(resumes_, 0);
}

TEST_F(ResumingSourceTest, EveryReasonThatEndsThePlaybackEndsTheRange) {
  for (const auto reason :
       {v1::CLOSING_REASON_END, v1::CLOSING_REASON_STOPPED, v1::CLOSING_REASON_HALF_CLOSED, v1::CLOSING_REASON_IDLE}) {
    calls_ = {{{Opened(0, 0), ClosingAt(1, reason)}, absl::OkStatus()}};
    EXPECT_TRUE(Play().ok()) << v1::ClosingReason_Name(reason);
  }
  EXPECT_THAT(requests_, SizeIs(4));
}

TEST_F(ResumingSourceTest, ClosingWithEndCountsEvenIfTheStatusIsLost) {
  calls_ = {{{Opened(0, 0), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::UnavailableError("Socket closed")}};
  EXPECT_TRUE(Play().ok());
}

TEST_F(ResumingSourceTest, ACutStreamGoesOnBehindTheLastMessage) {
  request_.mutable_selection()->set_audience("washington");
  request_.set_from_event("documents/kk-01/events/1");
  calls_ = {{{Opened(0, 0), Items(1, {0}), Items(2, {1})}, absl::UnavailableError("Socket closed")}, kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2));
  EXPECT_EQ(requests_[0].from_event(), "documents/kk-01/events/1");
  EXPECT_EQ(requests_[1].from_position(), "after-2");
  EXPECT_EQ(requests_[1].selection().audience(), "washington");
  EXPECT_EQ(resumes_, 1);
  EXPECT_EQ(violations_, 0);
}

TEST_F(ResumingSourceTest, TheNewCallsOpenedIsDelivered) {
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})}, absl::UnavailableError("")}, kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_EQ(received_.at(2).opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
}

TEST_F(ResumingSourceTest, OkWithoutClosingIsBroken) {
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})}, absl::OkStatus()}, kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2));
}

TEST_F(ResumingSourceTest, OkWithoutAnyMessageIsReportedWhenTheAttemptsAreSpent) {
  calls_.assign(5, {{}, absl::OkStatus()});
  EXPECT_EQ(Play(),
            absl::UnavailableError("gave up after 5 attempts: the server ended the call without closing the playback"));
}

TEST_F(ResumingSourceTest, EveryFaceOfACutIsResumed) {
  for (const auto code : {absl::StatusCode::kUnavailable, absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                          absl::StatusCode::kResourceExhausted, absl::StatusCode::kCancelled,
                          absl::StatusCode::kUnimplemented, absl::StatusCode::kInvalidArgument}) {
    received_.clear();
    calls_ = {{{Opened(0, 0), Items(2, {0, 1})}, absl::Status(code, "from a proxy")}, kEndAt3};
    EXPECT_TRUE(Play().ok()) << absl::StatusCodeToString(code);
    EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2));
  }
}

TEST_F(ResumingSourceTest, AForeignErrorInfoDoesNotMakeACutFinal) {
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})},
             ServerError(absl::StatusCode::kPermissionDenied, "ODD", "no", "proxy.example.com")},
            kEndAt3};
  EXPECT_TRUE(Play().ok());
}

TEST_F(ResumingSourceTest, DrainingAndAgeAreResumedAfterTheTimeThatTheServerAsksFor) {
  for (const auto reason : {v1::CLOSING_REASON_DRAINING, v1::CLOSING_REASON_MAX_AGE}) {
    environment_.waits.clear();
    calls_ = {{{Opened(0, 0), Items(1, {0, 1}), ClosingAt(2, reason, 7)}, absl::UnavailableError("draining")}, kEndAt3};
    EXPECT_TRUE(Play().ok());
    EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(7) + 0.5 * options_.stream_initial_backoff));
    EXPECT_EQ(requests_.back().from_position(), "after-2");
  }
}

TEST_F(ResumingSourceTest, WhatTheServerAskedForIsWaitedForOnce) {
  calls_ = {{{Opened(0, 0), Items(1, {0, 1}), ClosingAt(2, v1::CLOSING_REASON_DRAINING, 7)}, absl::OkStatus()},
            {{}, absl::UnavailableError("refused")},
            kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(8), absl::Seconds(2)));
}

TEST_F(ResumingSourceTest, AMessageWithoutAPositionDoesNotLoseThePlace) {
  v1::StreamTimelineResponse without = HeartbeatAt(2);
  without.clear_position();
  calls_ = {{{Opened(0, 0), Items(2, {0, 1}), without}, absl::UnavailableError("")}, kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(PositionsAskedFor(), ElementsAre("", "after-2"));
}

TEST_F(ResumingSourceTest, AFullServerIsAskedAgainAfterItsRetryDelay) {
  const absl::Status full =
      WithRetryDelay(ServerError(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS", "full"), absl::Seconds(3));
  calls_ = {{{}, full}, {{Opened(0, 0), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(3) + 0.5 * options_.initial_backoff));
  EXPECT_EQ(resumes_, 0);
}

TEST_F(ResumingSourceTest, AnErrorThatTheServerGivesOnPurposeIsYieldedOnce) {
  const absl::Status gone = ServerError(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD", "gone");
  calls_ = {{{Opened(0, 0), Items(1, {0})}, absl::UnavailableError("")}, {{}, gone}};
  EXPECT_EQ(Play(), gone);
  EXPECT_THAT(Ordinals(received_), ElementsAre(0));
}

TEST_F(ResumingSourceTest, AReaderThatWasTooSlowResumes) {
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})},
             ServerError(absl::StatusCode::kCancelled, "WRITE_STALLED", "the client did not read for 60 s")},
            kEndAt3};
  EXPECT_TRUE(Play().ok());
}

TEST_F(ResumingSourceTest, BeforeTheFirstMessageACallThatCannotWorkIsFinal) {
  for (const auto code :
       {absl::StatusCode::kUnimplemented, absl::StatusCode::kInvalidArgument, absl::StatusCode::kUnauthenticated,
        absl::StatusCode::kPermissionDenied, absl::StatusCode::kNotFound}) {
    calls_ = {{{}, absl::Status(code, "no")}};
    EXPECT_EQ(Play(), absl::Status(code, "no"));
  }
  EXPECT_THAT(environment_.waits, IsEmpty());
}

TEST_F(ResumingSourceTest, BeforeTheFirstMessageTheOriginalRequestIsSentAgain) {
  request_.set_from_position("the program's own");
  calls_ = {{{}, absl::UnavailableError("refused")},
            {{}, absl::InternalError("RST_STREAM")},
            {{Opened(0, 0), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(PositionsAskedFor(), ElementsAre("the program's own", "the program's own", "the program's own"));
  EXPECT_EQ(resumes_, 0);
}

TEST_F(ResumingSourceTest, OpeningGivesUpAfterAsManyAttemptsAsAUnaryCall) {
  calls_.assign(5, {{}, absl::UnavailableError("refused")});
  EXPECT_EQ(Play(), absl::UnavailableError("gave up after 5 attempts: refused"));
  EXPECT_THAT(environment_.waits, SizeIs(4));
}

TEST_F(ResumingSourceTest, ResumingGivesUpWhenItsTimeIsUsedUpAndKeepsTheDetails) {
  calls_.assign(5, {{}, ServerError(absl::StatusCode::kUnavailable, "DRAINING", "going away")});
  calls_.front() = {{Opened(0, 0)}, absl::UnavailableError("cut")};
  // The last attempt comes at the very end of that time: 1 s, 2 s and, capped, 2.5 s apart.
  options_.stream_retry_time = absl::Seconds(8);
  const absl::Status error = Play();
  EXPECT_EQ(error.message(),
            "gave up after 4 attempts, since the next would come later than 8s after the first failure: going away");
  EXPECT_EQ(GetErrorInfo(error)->reason, "DRAINING");
  EXPECT_THAT(environment_.waits,
              ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(2.5), absl::Seconds(2.5)));
}

TEST_F(ResumingSourceTest, ByDefaultAServerMayNeedAMinuteAndAHalfToComeBack) {
  environment_.random = 1;
  const absl::Time back = environment_.now + absl::Seconds(90);
  int calls = 0;
  TimelineStream stream(std::make_unique<internal::ResumingSource>(
      request_, options_, environment_.Get(), [&](const v1::StreamTimelineRequest&) {
        Script script{{}, absl::UnavailableError("refused")};
        if (calls++ == 0) script.responses = {Opened(0, 0), Items(2, {0, 1})};
        if (environment_.now >= back) script = kEndAt3;
        return std::make_unique<Call>(std::move(script), &environment_, &waiting_);
      }));
  for (const auto& response : stream) EXPECT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(stream.resumes(), 1);
  EXPECT_GT(calls, 10);
}

TEST_F(ResumingSourceTest, ProgressBeginsTheTimeAnew) {
  options_.stream_retry_time = absl::Seconds(3);
  calls_ = {{{Opened(0, 0)}, absl::UnavailableError("")},
            {{}, absl::UnavailableError("")},
            // Items at a clock that stands, then a clock that moves on without items.
            {{Opened(0, 0, v1::OPENED_OUTCOME_RESUMED), Items(0, {0})}, absl::UnavailableError("")},
            {{}, absl::UnavailableError("")},
            {{Opened(0, 1, v1::OPENED_OUTCOME_RESUMED), HeartbeatAt(2)}, absl::UnavailableError("")},
            {{}, absl::UnavailableError("")},
            {{}, absl::UnavailableError("the last")}};
  EXPECT_THAT(std::string(Play().message()), AllOf(StartsWith("gave up after 2 attempts"), EndsWith("the last")));
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(1), absl::Seconds(2),
                                              absl::Seconds(1), absl::Seconds(2)));
  EXPECT_EQ(resumes_, 2);
}

TEST_F(ResumingSourceTest, AnOpenedWithoutMoreIsNoProgress) {
  options_.stream_retry_time = absl::Seconds(3);
  const Script only_opened{{Opened(0, 0, v1::OPENED_OUTCOME_RESUMED)}, absl::UnavailableError("cut again")};
  calls_ = {{{Opened(0, 0)}, absl::UnavailableError("")}, only_opened, only_opened};
  EXPECT_THAT(std::string(Play().message()), StartsWith("gave up after 2 attempts, "));
}

TEST_F(ResumingSourceTest, NoAttemptBeginsBehindTheRetryTime) {
  options_.stream_retry_time = absl::Seconds(3) - absl::Nanoseconds(1);
  calls_ = {{{Opened(0, 0)}, absl::UnavailableError("")}, {{}, absl::UnavailableError("")}};
  EXPECT_THAT(std::string(Play().message()), StartsWith("gave up after 1 attempt, "));
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(1)));
}

TEST_F(ResumingSourceTest, DoesNotWaitBeyondTheRetryTime) {
  calls_ = {{{Opened(0, 0), ClosingAt(1, v1::CLOSING_REASON_DRAINING, 3600)}, absl::UnavailableError("draining")}};
  EXPECT_THAT(std::string(Play().message()), HasSubstr("later than 2m after the first failure: draining"));
  EXPECT_THAT(environment_.waits, IsEmpty());
}

TEST_F(ResumingSourceTest, ALongUndisturbedPlaybackDoesNotUseUpTheRetryTime) {
  TimelineStream stream = Stream();
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})}, absl::UnavailableError("")}, kEndAt3};
  for (const auto& response : stream) {
    ASSERT_TRUE(response.ok());
    environment_.now += absl::Hours(1);
  }
  EXPECT_EQ(stream.resumes(), 1);
}

TEST_F(ResumingSourceTest, ASilentStreamIsGivenUpAndResumed) {
  calls_ = {{{Opened(0, 0), Items(2, {0, 1})}, absl::OkStatus(), Script::kFallsSilent}, kEndAt3};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2));
  EXPECT_EQ(environment_.now - absl::UnixEpoch(), options_.stream_idle_timeout + 0.5 * options_.stream_initial_backoff);
}

TEST_F(ResumingSourceTest, ADuplicateIsDroppedAndCounted) {
  calls_ = {{{Opened(0, 0), Items(1, {0}), Items(2, {1})}, absl::UnavailableError("")},
            {{Opened(1, 1, v1::OPENED_OUTCOME_RESUMED), Items(2, {1}), Items(3, {1, 2}),
              ClosingAt(3, v1::CLOSING_REASON_END)},
             absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2));
  // The message with nothing but a repeated item is not delivered.
  EXPECT_THAT(received_, SizeIs(6));
  // Two repeated items, and the clock of the second call's `opened`.
  EXPECT_EQ(violations_, 3);
}

TEST_F(ResumingSourceTest, TheRightItemBehindADuplicateIsNoViolation) {
  calls_ = {
      {{Opened(0, 0), Items(1, {0, 1, 2}), Items(2, {0, 3}), ClosingAt(2, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(violations_, 1);
}

TEST_F(ResumingSourceTest, AGapIsDeliveredAndCounted) {
  calls_ = {{{Opened(0, 0), Items(1, {0, 2}), Items(2, {3}), ClosingAt(2, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 2, 3));
  EXPECT_EQ(violations_, 1);
}

TEST_F(ResumingSourceTest, AFirstItemOtherThanAnnouncedIsCounted) {
  calls_ = {{{Opened(0, 4), Items(1, {5}), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_EQ(violations_, 1);
}

TEST_F(ResumingSourceTest, AFallingClockIsCounted) {
  calls_ = {
      {{Opened(-5, 0), HeartbeatAt(-3), HeartbeatAt(-4), ClosingAt(-3, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_EQ(violations_, 1);
}

TEST_F(ResumingSourceTest, AClockThatFellIsCountedUntilItHasCaughtUp) {
  calls_ = {{{Opened(0, 0), HeartbeatAt(5), HeartbeatAt(3), HeartbeatAt(4), HeartbeatAt(5),
              ClosingAt(5, v1::CLOSING_REASON_END)},
             absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_EQ(violations_, 2);
}

TEST_F(ResumingSourceTest, AnotherRevisionBeginsAnewWithoutViolation) {
  calls_ = {{{Opened(0, 0), Items(9, {0, 1, 2})}, absl::UnavailableError("")},
            {{Opened(8, 2, v1::OPENED_OUTCOME_CONTINUED), Items(9, {2}), ClosingAt(9, v1::CLOSING_REASON_END)},
             absl::OkStatus()}};
  EXPECT_TRUE(Play().ok());
  EXPECT_THAT(Ordinals(received_), ElementsAre(0, 1, 2, 2));
  EXPECT_EQ(violations_, 0);
}

TEST_F(ResumingSourceTest, CancelFromAnotherThreadEndsABlockedRead) {
  calls_ = {{{Opened(0, 0)}, absl::OkStatus(), Script::kWaitsForCancel}};
  TimelineStream stream = Stream();
  std::thread canceller([&] {
    waiting_.WaitForNotification();
    stream.Cancel();
  });
  std::vector<absl::StatusCode> codes;
  for (const auto& response : stream) codes.push_back(response.status().code());
  canceller.join();
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kCancelled));
  EXPECT_THAT(requests_, SizeIs(1));
}

TEST_F(ResumingSourceTest, CancelDuringTheWaitBeginsNoNewCall) {
  calls_ = {{{}, absl::UnavailableError("")}};
  TimelineStream* stream_to_cancel = nullptr;
  internal::Environment environment = environment_.Get();
  environment.sleep = [&](absl::Duration, const absl::Notification& wake) {
    stream_to_cancel->Cancel();
    EXPECT_TRUE(wake.HasBeenNotified());
  };
  int calls = 0;
  TimelineStream stream(std::make_unique<internal::ResumingSource>(
      request_, options_, environment, [&](const v1::StreamTimelineRequest&) {
        ++calls;
        return std::make_unique<Call>(calls_.front(), &environment_, &waiting_);
      }));
  stream_to_cancel = &stream;
  std::vector<absl::StatusCode> codes;
  for (const auto& response : stream) codes.push_back(response.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kCancelled));
  EXPECT_EQ(calls, 1);
}

TEST_F(ResumingSourceTest, CancelBeforeTheFirstReadBeginsNoCall) {
  TimelineStream stream = Stream();
  stream.Cancel();
  stream.Cancel();
  std::vector<absl::StatusCode> codes;
  for (const auto& response : stream) codes.push_back(response.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kCancelled));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(ResumingSourceTest, CancelAfterTheEndLeavesTheRangeComplete) {
  calls_ = {{{Opened(0, 0), ClosingAt(1, v1::CLOSING_REASON_END)}, absl::OkStatus()}};
  TimelineStream stream = Stream();
  for (const auto& response : stream) {
    ASSERT_TRUE(response.ok());
    if (response->has_closing()) stream.Cancel();
  }
}

}  // namespace
}  // namespace hotline::tests
