#include "client/cli/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hotline/mocks/mock_connection.h"
#include "tests/client/status_details.h"
#include "tests/client/timeline_messages.h"

namespace hotline::cli {
namespace {

using ::hotline::tests::ServerError;
using ::testing::ByMove;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Return;

// What play tells aside when the stream ends with `status` after its first message.
std::vector<std::string> ToldAtTheEnd(const absl::Status& status) {
  const auto connection = std::make_shared<mocks::MockConnection>();
  EXPECT_CALL(*connection, StreamTimeline)
      .WillOnce(Return(ByMove(mocks::MakeTimelineStream({tests::Opened(7, 0)}, status))));
  CommandLine line;
  line.command = Command::kPlay;
  line.json = true;
  const Client client(connection);
  Output output;
  std::vector<std::string> told;
  InterruptWatch interrupts;
  EXPECT_EQ(
      Play({line, client, Page(), output, [&told](const std::string& text) { told.push_back(text); }}, interrupts),
      status);
  return told;
}

TEST(PlayTest, APlaybackThatMayGoOnTellsItsPosition) {
  for (const absl::Status& status :
       {absl::CancelledError("by the user"), absl::InternalError("gave up after 9 attempts: RST_STREAM"),
        ServerError(absl::StatusCode::kUnavailable, "DRAINING", "gave up"),
        ServerError(absl::StatusCode::kResourceExhausted, "TOO_MANY_PLAYBACKS", "gave up"),
        ServerError(absl::StatusCode::kPermissionDenied, "ODD", "gave up", "proxy.example.com")}) {
    EXPECT_THAT(ToldAtTheEnd(status), ElementsAre(HasSubstr("--position=after-7"))) << status;
  }
}

TEST(PlayTest, APositionThatTheServerRefusedIsNotRecommended) {
  EXPECT_THAT(ToldAtTheEnd(ServerError(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD", "gone")), IsEmpty());
  EXPECT_THAT(ToldAtTheEnd(absl::OkStatus()), IsEmpty());
}

}  // namespace
}  // namespace hotline::cli
