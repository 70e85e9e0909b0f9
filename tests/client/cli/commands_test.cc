#include "client/cli/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hotline/mocks/mock_connection.h"
#include "tests/client/cli/sample_corpus.h"
#include "tests/client/status_details.h"
#include "tests/client/timeline_messages.h"

namespace hotline::cli {
namespace {

using ::hotline::tests::ServerError;
using ::testing::ByMove;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::Return;
using ::testing::SizeIs;

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

// What a command prints and tells aside, with a mock in place of the server.
struct Outcome {
  absl::Status status;
  std::string printed;
  std::vector<std::string> told;
};

Outcome RunOn(const std::shared_ptr<mocks::MockConnection>& connection, const CommandLine& line) {
  const Client client(connection);
  Output output;
  Outcome outcome;
  ::testing::internal::CaptureStdout();
  outcome.status =
      cli::Run({line, client, Page(), output, [&outcome](const std::string& text) { outcome.told.push_back(text); }});
  outcome.printed = ::testing::internal::GetCapturedStdout();
  return outcome;
}

v1::ListDocumentsResponse PageOf(const std::string& id, const std::string& next_page_token) {
  v1::ListDocumentsResponse page;
  page.add_documents()->set_name("documents/" + id);
  page.set_next_page_token(next_page_token);
  page.set_revision("4f2a");
  return page;
}

auto HasToken(const std::string& token) { return Property(&v1::ListDocumentsRequest::page_token, token); }

class ExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    corpus_.set_revision("4f2a");
    line_.command = Command::kExport;
  }
  Outcome Export() { return RunOn(connection_, line_); }

  std::shared_ptr<mocks::MockConnection> connection_ = std::make_shared<::testing::StrictMock<mocks::MockConnection>>();
  v1::GetCorpusResponse corpus_;
  CommandLine line_;
};

TEST_F(ExportTest, WritesTheCorpusOnceAndTheDocumentsOfEveryPage) {
  for (const ExportFormat format : {ExportFormat::kJsonLines, ExportFormat::kCsv}) {
    line_.format = format;
    EXPECT_CALL(*connection_, GetCorpus).WillOnce(Return(corpus_));
    EXPECT_CALL(*connection_, ListDocuments(HasToken(""))).WillOnce(Return(PageOf("kk-01", "second")));
    EXPECT_CALL(*connection_, ListDocuments(HasToken("second"))).WillOnce(Return(PageOf("kk-02", "")));
    const Outcome outcome = Export();
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_THAT(outcome.told, IsEmpty());
    const std::vector<std::string> lines = LinesOf(outcome.printed);
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_THAT(lines[1], HasSubstr("kk-01"));
    EXPECT_THAT(lines[2], HasSubstr("kk-02"));
  }
}

TEST_F(ExportTest, AnErrorInTheMiddleIsReturnedAndToldAsIncomplete) {
  const absl::Status gone = ServerError(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD", "gone");
  EXPECT_CALL(*connection_, GetCorpus).WillOnce(Return(corpus_));
  EXPECT_CALL(*connection_, ListDocuments(HasToken(""))).WillOnce(Return(PageOf("kk-01", "second")));
  EXPECT_CALL(*connection_, ListDocuments(HasToken("second"))).WillOnce(Return(gone));
  const Outcome outcome = Export();
  EXPECT_EQ(outcome.status, gone);
  EXPECT_THAT(outcome.told, ElementsAre(HasSubstr("not complete")));
  EXPECT_THAT(LinesOf(outcome.printed), SizeIs(2));
}

TEST_F(ExportTest, ACorpusThatWasReplacedBetweenTheFirstCallsIsNotMixed) {
  corpus_.set_revision("77aa");
  EXPECT_CALL(*connection_, GetCorpus).WillOnce(Return(corpus_));
  EXPECT_CALL(*connection_, ListDocuments).WillOnce(Return(PageOf("kk-01", "")));
  const Outcome outcome = Export();
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(outcome.printed, "");
}

TEST(SearchTest, AsksForWhatIsLeftOfTheHitsThatAreWanted) {
  const auto connection = std::make_shared<::testing::StrictMock<mocks::MockConnection>>();
  const auto asks = [](const std::string& token, int size) {
    return AllOf(Property(&v1::SearchDocumentsRequest::page_token, token),
                 Property(&v1::SearchDocumentsRequest::page_size, size));
  };
  v1::SearchDocumentsResponse page;  // shorter than what was asked for, since its documents are large
  for (const char* id : {"kk-01", "kk-02"}) page.add_hits()->mutable_document()->set_name(id);
  page.set_next_page_token("second");
  EXPECT_CALL(*connection, SearchDocuments(asks("", 3))).WillOnce(Return(page));
  page.mutable_hits()->RemoveLast();
  EXPECT_CALL(*connection, SearchDocuments(asks("second", 1))).WillOnce(Return(page));
  CommandLine line;
  line.command = Command::kSearch;
  line.most_hits = 3;
  line.json = true;
  EXPECT_THAT(LinesOf(RunOn(connection, line).printed), SizeIs(2));
}

TEST(CompareTest, ReadsEveryPage) {
  const auto connection = std::make_shared<::testing::StrictMock<mocks::MockConnection>>();
  const auto page = [](const std::string& id, const std::string& next_page_token) {
    v1::CompareSourcesResponse response;
    response.add_comparisons()->set_document("documents/" + id);
    response.set_next_page_token(next_page_token);
    return response;
  };
  const auto has_token = [](const std::string& token) {
    return Property(&v1::CompareSourcesRequest::page_token, token);
  };
  EXPECT_CALL(*connection, CompareSources(has_token(""))).WillOnce(Return(page("kk-01", "second")));
  EXPECT_CALL(*connection, CompareSources(has_token("second"))).WillOnce(Return(page("kk-02", "")));
  v1::GetCorpusResponse corpus;
  corpus.mutable_corpus()->set_default_time_zone("UTC");
  EXPECT_CALL(*connection, GetCorpus).WillOnce(Return(corpus));
  CommandLine line;
  line.command = Command::kCompare;
  const Outcome outcome = RunOn(connection, line);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(outcome.printed, HasSubstr("kk-01"));
  EXPECT_THAT(outcome.printed, HasSubstr("kk-02"));
}

TEST(HealthTest, PrintsTheAnswerAndFailsWhereItIsNo) {
  const auto connection = std::make_shared<::testing::StrictMock<mocks::MockConnection>>();
  EXPECT_CALL(*connection, IsServing("")).WillOnce(Return(true));
  EXPECT_CALL(*connection, IsServing("liveness")).WillOnce(Return(false)).WillOnce(Return(false));
  CommandLine line;
  line.command = Command::kHealth;
  line.server = "localhost:50051";
  const Outcome serving = RunOn(connection, line);
  EXPECT_TRUE(serving.status.ok()) << serving.status;
  EXPECT_EQ(serving.printed, "SERVING\n");

  line.argument = "liveness";
  const Outcome draining = RunOn(connection, line);
  EXPECT_EQ(draining.status, absl::FailedPreconditionError("localhost:50051 does not serve now"));
  EXPECT_EQ(draining.printed, "NOT_SERVING\n");

  line.json = true;
  EXPECT_EQ(RunOn(connection, line).printed, "{\"status\":\"NOT_SERVING\"}\n");
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
