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

TEST(ShowTest, ADocumentOfAThreadThatIsTooLargeIsShownWithItsOwnRelations) {
  const auto connection = std::make_shared<mocks::MockConnection>();
  v1::GetDocumentResponse document;
  document.mutable_document()->set_name("documents/kk-05");
  document.mutable_document()->add_relations()->set_type(v1::RELATION_TYPE_REPLIES_TO);
  document.mutable_document()->mutable_relations(0)->set_document("documents/kk-03");
  v1::GetCorpusResponse corpus;
  corpus.mutable_corpus()->set_default_time_zone("UTC");
  EXPECT_CALL(*connection, GetCorpus).WillOnce(Return(corpus));
  EXPECT_CALL(*connection, GetDocument).WillOnce(Return(document));
  EXPECT_CALL(*connection, GetThread)
      .WillOnce(Return(ServerError(absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE", "too large")));
  CommandLine line;
  line.command = Command::kShow;
  line.argument = "documents/kk-05";
  const Client client(connection);
  Output output;
  std::vector<std::string> told;
  ::testing::internal::CaptureStdout();
  const absl::Status status =
      cli::Run({line, client, Page(), output, [&told](const std::string& text) { told.push_back(text); }});
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("answers kk-03"));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(told, ElementsAre(HasSubstr("what answers it is not shown")));
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
