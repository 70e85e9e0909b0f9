#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;

// Four letters whose names begin with this, each sent at another hour.
std::shared_ptr<const Corpus> CorpusOf(const std::string& prefix) {
  std::vector<TinyDocument> documents;
  for (int i = 0; i < 4; ++i) {
    documents.push_back({absl::StrCat(prefix, "-", i),
                         "kennedy",
                         "khrushchev",
                         "1962-10-26",
                         {{v1::EVENT_TYPE_SENT, absl::StrCat("1962-10-26T1", i, ":00Z"), {}}}});
  }
  return TinyCorpus(documents);
}

v1::StreamTimelineRequest Unpaced() {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  return request;
}

std::vector<std::string> Names(const v1::ListDocumentsResponse& response) {
  std::vector<std::string> names;
  for (const v1::Document& document : response.documents()) names.push_back(document.name().substr(10));
  return names;
}

std::vector<std::string> Names(const v1::SearchDocumentsResponse& response) {
  std::vector<std::string> names;
  for (const v1::SearchHit& hit : response.hits()) names.push_back(hit.document().name().substr(10));
  return names;
}

TEST(ReloadTest, NewRequestsAreAnsweredFromTheNewCorpus) {
  RunningServer server(CorpusOf("old"));
  const std::shared_ptr<const Corpus> corpus = CorpusOf("new");
  server.server().Reload(corpus);
  EXPECT_EQ(Ask(server, &v1::ArchiveService::Stub::GetCorpus, {})->revision(), corpus->revision());
  EXPECT_THAT(Names(*Ask(server, &v1::ArchiveService::Stub::ListDocuments, {})),
              ElementsAre("new-0", "new-1", "new-2", "new-3"));
  v1::SearchDocumentsRequest search;
  search.set_query("title");
  EXPECT_THAT(Names(*Ask(server, &v1::ArchiveService::Stub::SearchDocuments, search)),
              ElementsAre("new-0", "new-1", "new-2", "new-3"));
  const Played played = Play(server.timeline(), Unpaced());
  EXPECT_THAT(played.status, IsOk());
  EXPECT_EQ(played.messages[0].revision(), corpus->revision());
}

// Pages of a list while corpora come and go: all of one revision as long as it is held, then refused with the reason.
template <typename Request, typename Response>
void ExpectPagesOfOneRevision(grpc::Status (v1::ArchiveService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                               Response*),
                              Request request) {
  RunningServer server(CorpusOf("old"));
  request.set_page_size(1);
  const auto first = Ask(server, method, request);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Names(*first), ElementsAre("old-0"));
  request.set_page_token(first->next_page_token());
  for (const char* id : {"old-1", "old-2", "old-3"}) {
    server.server().Reload(CorpusOf(absl::StrCat("before-", id)));
    const auto page = Ask(server, method, request);
    ASSERT_THAT(page, IsOk());
    EXPECT_THAT(Names(*page), ElementsAre(id));
    EXPECT_EQ(page->revision(), first->revision());
    EXPECT_EQ(page->total_size(), 4);
    if (!page->next_page_token().empty()) request.set_page_token(page->next_page_token());
  }
  const std::shared_ptr<const Corpus> last = CorpusOf("last");
  server.server().Reload(last);
  const absl::Status refused = Ask(server, method, request).status();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD"));
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused).metadata().at("current_revision"), last->revision());
}

TEST(ReloadTest, AListGoesOnInTheRevisionInWhichItBegan) {
  ExpectPagesOfOneRevision(&v1::ArchiveService::Stub::ListDocuments, v1::ListDocumentsRequest());
}

TEST(ReloadTest, ASearchGoesOnInTheRevisionInWhichItBegan) {
  v1::SearchDocumentsRequest request;
  request.set_query("title");
  ExpectPagesOfOneRevision(&v1::ArchiveService::Stub::SearchDocuments, request);
}

TEST(ReloadTest, ATokenThatNoServerOfThisCorpusGaveIsToldFromOneThatIsNoLongerHeld) {
  RunningServer server(CorpusOf("old"));
  v1::ListDocumentsRequest request;
  request.set_page_size(1);
  request.set_page_token(Ask(server, &v1::ArchiveService::Stub::ListDocuments, request)->next_page_token());
  RunningServer other(CorpusOf("other"));
  EXPECT_THAT(Ask(other, &v1::ArchiveService::Stub::ListDocuments, request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD"));
  other.server().Reload(CorpusOf("old"));  // equal content is the same revision, wherever it was loaded
  EXPECT_THAT(Names(*Ask(other, &v1::ArchiveService::Stub::ListDocuments, request)), ElementsAre("old-1"));
}

// T38, and the pin of a stream that is under way.
TEST(ReloadTest, APlaybackGoesOnInTheRevisionOfItsPositionWhileThatIsHeld) {
  RunningServer server(CorpusOf("old"));
  v1::StreamTimelineRequest request = Unpaced();
  const Played whole = Play(server.timeline(), request);
  ASSERT_THAT(whole.status, IsOk());
  request.set_from_position(whole.messages[0].position());
  for (const char* prefix : {"a", "b", "c"}) {
    server.server().Reload(CorpusOf(prefix));
    const Played resumed = Play(server.timeline(), request);
    ASSERT_THAT(resumed.status, IsOk());
    EXPECT_EQ(resumed.messages[0].opened().outcome(), v1::OPENED_OUTCOME_RESUMED);
    EXPECT_EQ(resumed.messages[0].revision(), whole.messages[0].revision());
    EXPECT_EQ(resumed.items().size(), whole.items().size());
    EXPECT_EQ(resumed.items().back().SerializeAsString(), whole.items().back().SerializeAsString());
  }
  server.server().Reload(CorpusOf("d"));
  EXPECT_THAT(Play(server.timeline(), request).status,
              FailsWith(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD"));
  request.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  const Played continued = Play(server.timeline(), request);
  ASSERT_THAT(continued.status, IsOk());
  EXPECT_EQ(continued.messages[0].opened().outcome(), v1::OPENED_OUTCOME_CONTINUED);
}

TEST(ReloadTest, CallsUnderWayAreAnsweredFromOneRevisionEach) {
  RunningServer server(CorpusOf("even"));
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      v1::SearchDocumentsRequest search;
      search.set_query("title");
      while (!done) {
        const auto found = Ask(server, &v1::ArchiveService::Stub::SearchDocuments, search);
        ASSERT_THAT(found, IsOk());
        ASSERT_EQ(found->hits_size(), 4);
        const std::string prefix = Names(*found)[0].substr(0, 3);
        for (const std::string& name : Names(*found)) EXPECT_EQ(name.substr(0, 3), prefix);
        EXPECT_THAT(Play(server.timeline(), Unpaced()).status, IsOk());
      }
    });
  }
  for (int i = 0; i < 60; ++i) server.server().Reload(CorpusOf(i % 2 == 0 ? "odd" : absl::StrCat("even", i)));
  done = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hotline::server
