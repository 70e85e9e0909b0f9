#include "client/src/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hotline/error.h"
#include "tests/client/fake_environment.h"
#include "tests/client/status_details.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RetryTest : public ::testing::Test {
 protected:
  // Runs attempts that end with `statuses` in turn, each after `duration`.
  absl::Status Run(const std::vector<absl::Status>& statuses, absl::Duration duration = absl::ZeroDuration()) {
    return internal::Retry(options_, environment_.Get(), [&](absl::Duration left) {
      left_.push_back(left);
      environment_.now += duration;
      return statuses.at(left_.size() - 1);
    });
  }

  ConnectionOptions options_;
  FakeEnvironment environment_;
  std::vector<absl::Duration> left_;
};

TEST_F(RetryTest, TriesAgainAfterUnavailableUntilItWorks) {
  EXPECT_TRUE(Run({absl::UnavailableError(""), absl::UnavailableError(""), absl::OkStatus()}).ok());
  EXPECT_EQ(left_.size(), 3u);
}

TEST_F(RetryTest, TriesNothingElseAgain) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kResourceExhausted, absl::StatusCode::kInternal, absl::StatusCode::kNotFound,
        absl::StatusCode::kAborted, absl::StatusCode::kUnknown, absl::StatusCode::kCancelled}) {
    left_.clear();
    EXPECT_EQ(Run({absl::Status(code, "as it came")}), absl::Status(code, "as it came"));
  }
  EXPECT_THAT(environment_.waits, IsEmpty());
}

TEST_F(RetryTest, WaitsTwiceAsLongEachTimeUpToTheCapWithJitter) {
  options_.max_backoff = absl::Milliseconds(300);
  Run(std::vector<absl::Status>(5, absl::UnavailableError(""))).IgnoreError();
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100), absl::Milliseconds(150),
                                              absl::Milliseconds(150)));
  environment_.random = 0;
  EXPECT_EQ(internal::Backoff(3, absl::Seconds(1), absl::Seconds(8), environment_.Get()), absl::ZeroDuration());
}

TEST_F(RetryTest, SaysAfterHowManyAttemptsItGaveUpAndKeepsTheDetails) {
  const absl::Status failure = ServerError(absl::StatusCode::kUnavailable, "DRAINING", "going away");
  const absl::Status status = Run(std::vector<absl::Status>(5, failure));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "gave up after 5 attempts: going away");
  ASSERT_TRUE(GetErrorInfo(status));
  EXPECT_EQ(GetErrorInfo(status)->reason, "DRAINING");
}

TEST_F(RetryTest, OneAttemptMeansNoRetry) {
  options_.max_attempts = 1;
  EXPECT_EQ(Run({absl::UnavailableError("refused")}), absl::UnavailableError("gave up after 1 attempt: refused"));
}

TEST_F(RetryTest, WaitsAsLongAsTheServerAsked) {
  const absl::Status busy = WithRetryDelay(absl::UnavailableError("busy"), absl::Seconds(2));
  EXPECT_TRUE(Run({busy, absl::OkStatus()}).ok());
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Seconds(2) + absl::Milliseconds(50)));
}

TEST_F(RetryTest, GivesEachAttemptTheTimeThatIsLeft) {
  options_.attempt_timeout = options_.rpc_timeout;
  Run({absl::UnavailableError(""), absl::OkStatus()}, absl::Seconds(1)).IgnoreError();
  EXPECT_THAT(left_, ElementsAre(absl::Seconds(5), absl::Seconds(4) - absl::Milliseconds(50)));
}

TEST_F(RetryTest, GivesNoAttemptLongerThanItMayTake) {
  options_.attempt_timeout = absl::Seconds(2);
  Run({absl::UnavailableError(""), absl::UnavailableError(""), absl::OkStatus()}, absl::Seconds(1.5)).IgnoreError();
  EXPECT_THAT(left_, ElementsAre(absl::Seconds(2), absl::Seconds(2), absl::Seconds(2) - absl::Milliseconds(150)));
}

TEST_F(RetryTest, TriesAgainAfterAnAttemptThatTookTooLong) {
  options_.attempt_timeout = absl::Seconds(2);
  EXPECT_TRUE(Run({absl::DeadlineExceededError("Deadline Exceeded"), absl::OkStatus()}, absl::Seconds(2)).ok());
  EXPECT_THAT(environment_.waits, ElementsAre(absl::Milliseconds(50)));
}

TEST_F(RetryTest, DoesNotWaitBeyondTheDeadline) {
  const absl::Status status = Run(std::vector<absl::Status>(5, absl::UnavailableError("refused")), absl::Seconds(2.45));
  EXPECT_EQ(status, absl::UnavailableError("deadline of 5s reached after 2 attempts: refused"));
  EXPECT_EQ(environment_.waits.size(), 1u);
}

TEST_F(RetryTest, SaysThatTheDeadlineWasReachedWithinAnAttempt) {
  options_.attempt_timeout = options_.rpc_timeout;
  EXPECT_EQ(Run({absl::DeadlineExceededError("Deadline Exceeded")}),
            absl::DeadlineExceededError("deadline of 5s reached in attempt 1: Deadline Exceeded"));
}

TEST_F(RetryTest, ADeadlineThatTheServerItselfGaveIsReportedAsItCame) {
  const absl::Status given = ServerError(absl::StatusCode::kDeadlineExceeded, "TOO_SLOW", "took too long");
  EXPECT_EQ(Run({given}), given);
}

TEST_F(RetryTest, NamesTheFailureBeforeTheDeadlineRatherThanTheDeadline) {
  options_.attempt_timeout = options_.rpc_timeout;
  EXPECT_EQ(Run({absl::UnavailableError("refused"), absl::DeadlineExceededError("Deadline Exceeded")}),
            absl::UnavailableError("deadline of 5s reached in attempt 2: refused"));
}

}  // namespace
}  // namespace hotline::tests
