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

TEST_F(ClientTest, TellsWhoseClaimSaysThatADocumentIsInTheWindow) {
  v1::ListDocumentsResponse page = Page({"documents/kk-01", "documents/kk-02"}, "");
  for (const char* source : {"sources/frus-6", ""}) {
    page.add_certainties(v1::CERTAINTY_POSSIBLE);
    page.add_date_sources(source);
  }
  EXPECT_CALL(*connection_, ListDocuments).WillOnce(Return(page));
  std::vector<std::string> sources;
  for (const auto& listed : client_.ListDocuments()) sources.push_back(listed->date_source);
  EXPECT_THAT(sources, ElementsAre("sources/frus-6", ""));
}

TEST_F(ClientTest, FindsTheHitsOfEveryPage) {
  v1::SearchDocumentsRequest request;
  request.set_query("turkey");
  const auto asks = [](const std::string& token) {
    return AllOf(Property(&v1::SearchDocumentsRequest::query, "turkey"),
                 Property(&v1::SearchDocumentsRequest::page_token, token));
  };
  v1::SearchDocumentsResponse first;
  first.add_hits()->mutable_document()->set_name("documents/kk-09");
  first.set_next_page_token("second");
  v1::SearchDocumentsResponse second;
  second.add_hits()->mutable_document()->set_name("documents/kk-11");
  EXPECT_CALL(*connection_, SearchDocuments(asks(""))).Times(2).WillRepeatedly(Return(first));
  EXPECT_CALL(*connection_, SearchDocuments(asks("second"))).WillOnce(Return(second));
  std::vector<std::string> names;
  for (const auto& hit : client_.SearchDocuments(request)) names.push_back(hit->document().name());
  EXPECT_THAT(names, ElementsAre("documents/kk-09", "documents/kk-11"));
  EXPECT_EQ(client_.SearchDocumentsPage(request)->next_page_token(), "second");
}

TEST_F(ClientTest, ComparesOverEveryPageAndYieldsAnErrorOnce) {
  v1::CompareSourcesResponse first;
  first.add_comparisons()->set_document("documents/kk-01");
  first.set_next_page_token("second");
  EXPECT_CALL(*connection_, CompareSources(Property(&v1::CompareSourcesRequest::page_token, "")))
      .Times(2)
      .WillRepeatedly(Return(first));
  EXPECT_CALL(*connection_, CompareSources(Property(&v1::CompareSourcesRequest::page_token, "second")))
      .WillOnce(Return(absl::FailedPreconditionError("not held")));
  std::vector<absl::StatusCode> codes;
  for (const auto& comparison : client_.CompareSources({})) codes.push_back(comparison.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(client_.CompareSourcesPage({})->comparisons_size(), 1);
}

TEST_F(ClientTest, ARequestMayNameTheFieldsThatAreWanted) {
  v1::GetDocumentRequest request;
  request.set_name("documents/kk-08");
  request.mutable_read_mask()->add_paths("title");
  EXPECT_CALL(*connection_, GetDocument(Property(&v1::GetDocumentRequest::has_read_mask, true)))
      .WillOnce(Return(v1::GetDocumentResponse()));
  EXPECT_TRUE(client_.GetDocument(request).ok());
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

TEST_F(ClientTest, AsksForTheHealthOfTheWholeServerOrOfAService) {
  EXPECT_CALL(*connection_, IsServing("")).WillOnce(Return(true));
  EXPECT_CALL(*connection_, IsServing("hotline.v1.TimelineService")).WillOnce(Return(false));
  EXPECT_EQ(client_.IsServing(), absl::StatusOr<bool>(true));
  EXPECT_EQ(client_.IsServing("hotline.v1.TimelineService"), absl::StatusOr<bool>(false));
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
