#include "hotline/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hotline/mocks/mock_connection.h"
#include "hotline/version.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::ByMove;
using ::testing::ElementsAre;
using ::testing::Property;
using ::testing::Return;

v1::ListDocumentsResponse Page(const std::vector<std::string>& names, const std::string& next_page_token) {
  v1::ListDocumentsResponse page;
  for (const std::string& name : names) page.add_documents()->set_name(name);
  page.set_next_page_token(next_page_token);
  return page;
}

auto HasToken(const std::string& token) { return Property(&v1::ListDocumentsRequest::page_token, token); }

class ClientTest : public ::testing::Test {
 protected:
  std::shared_ptr<mocks::MockConnection> connection_ = std::make_shared<::testing::StrictMock<mocks::MockConnection>>();
  const Client client_{connection_};
};

TEST_F(ClientTest, PutsArgumentsIntoTheRequestsAndReturnsTheWholeResponse) {
  v1::GetDocumentResponse document;
  document.set_revision("4f2a");
  EXPECT_CALL(*connection_, GetDocument(Property(&v1::GetDocumentRequest::name, "documents/kk-08")))
      .WillOnce(Return(document));
  EXPECT_CALL(*connection_, GetThread(Property(&v1::GetThreadRequest::name, "documents/kk-12")))
      .WillOnce(Return(absl::NotFoundError("none")));
  EXPECT_CALL(*connection_, ResolveReference(Property(&v1::ResolveReferenceRequest::reference, "11")))
      .WillOnce(Return(v1::ResolveReferenceResponse()));
  EXPECT_EQ(client_.GetDocument("documents/kk-08")->revision(), "4f2a");
  EXPECT_EQ(client_.GetThread("documents/kk-12").status(), absl::NotFoundError("none"));
  EXPECT_TRUE(client_.ResolveReference("11").ok());
}

TEST_F(ClientTest, ListsTheDocumentsOfEveryPageWithTheirCertainty) {
  v1::ListDocumentsResponse first = Page({"documents/kk-01", "documents/kk-02"}, "second");
  first.add_certainties(v1::CERTAINTY_DEFINITE);
  first.add_certainties(v1::CERTAINTY_POSSIBLE);
  EXPECT_CALL(*connection_, ListDocuments(HasToken(""))).WillOnce(Return(first));
  EXPECT_CALL(*connection_, ListDocuments(HasToken("second"))).WillOnce(Return(Page({}, "third")));
  EXPECT_CALL(*connection_, ListDocuments(HasToken("third"))).WillOnce(Return(Page({"documents/kk-03"}, "")));
  std::vector<std::string> names;
  std::vector<v1::Certainty> certainties;
  for (const auto& listed : client_.ListDocuments()) {
    ASSERT_TRUE(listed.ok());
    names.push_back(listed->document.name());
    certainties.push_back(listed->certainty);
  }
  EXPECT_THAT(names, ElementsAre("documents/kk-01", "documents/kk-02", "documents/kk-03"));
  EXPECT_THAT(certainties, ElementsAre(v1::CERTAINTY_DEFINITE, v1::CERTAINTY_POSSIBLE, v1::CERTAINTY_UNSPECIFIED));
}

TEST_F(ClientTest, FetchesNoPageThatIsNotRead) {
  EXPECT_CALL(*connection_, ListDocuments(HasToken(""))).WillOnce(Return(Page({"documents/kk-01"}, "second")));
  DocumentRange documents = client_.ListDocuments();
  EXPECT_EQ((*documents.begin())->document.name(), "documents/kk-01");
}

TEST_F(ClientTest, YieldsTheErrorOfALaterPageOnceAndEnds) {
  EXPECT_CALL(*connection_, ListDocuments(HasToken(""))).WillOnce(Return(Page({"documents/kk-01"}, "second")));
  EXPECT_CALL(*connection_, ListDocuments(HasToken("second"))).WillOnce(Return(absl::UnavailableError("gone")));
  std::vector<absl::StatusCode> codes;
  for (const auto& listed : client_.ListDocuments()) codes.push_back(listed.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kUnavailable));
}

TEST_F(ClientTest, APageByItselfStartsAtTheRequestsToken) {
  v1::ListDocumentsRequest request;
  request.set_page_token("second");
  EXPECT_CALL(*connection_, ListDocuments(HasToken("second"))).WillOnce(Return(Page({"documents/kk-09"}, "third")));
  EXPECT_EQ(client_.ListDocumentsPage(request)->next_page_token(), "third");
}

TEST_F(ClientTest, AMockedStreamYieldsItsListThenItsError) {
  EXPECT_CALL(*connection_, StreamTimeline)
      .WillOnce(
          Return(ByMove(mocks::MakeTimelineStream({Opened(0, 0), Items(1, {0, 1})}, absl::DataLossError("cut")))));
  std::vector<absl::StatusCode> codes;
  for (const auto& response : client_.StreamTimeline()) codes.push_back(response.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kOk, absl::StatusCode::kDataLoss));
}

TEST_F(ClientTest, AMockedStreamCanBeCancelled) {
  EXPECT_CALL(*connection_, StreamTimeline).WillOnce(Return(ByMove(mocks::MakeTimelineStream({Opened(0, 0), At(1)}))));
  TimelineStream stream = client_.StreamTimeline();
  std::vector<absl::StatusCode> codes;
  for (const auto& response : stream) {
    codes.push_back(response.status().code());
    stream.Cancel();
  }
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kCancelled));
}

TEST(VersionTest, TheStringIsMadeOfTheNumbers) {
  EXPECT_EQ(kVersion,
            std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." + std::to_string(kVersionPatch));
}

}  // namespace
}  // namespace hotline::tests
