#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/document_search.h"
#include "tests/rpc/running_server.h"
#include "tests/search/search_corpus.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class SearchDocumentsTest : public testing::Test {
 protected:
  absl::StatusOr<v1::SearchDocumentsResponse> Search(const v1::SearchDocumentsRequest& request) {
    return Ask(server_, &v1::ArchiveService::Stub::SearchDocuments, request);
  }
  absl::StatusOr<v1::SearchDocumentsResponse> Search(const std::string& query) {
    v1::SearchDocumentsRequest request;
    request.set_query(query);
    return Search(request);
  }

  RunningServer server_;
};

std::vector<std::string> Ids(const v1::SearchDocumentsResponse& response) {
  std::vector<std::string> ids;
  for (const v1::SearchHit& hit : response.hits()) ids.push_back(hit.document().name().substr(10));
  return ids;
}

// What a client does with a match: the text of the field that it received. Follows a path such as "events[2].note".
std::string TextAt(const google::protobuf::Message& message, const std::string& path) {
  const std::vector<std::string> parts = absl::StrSplit(path, absl::MaxSplits('.', 1));
  std::vector<std::string> indexed = absl::StrSplit(parts[0], '[');
  const auto* field = message.GetDescriptor()->FindFieldByName(indexed[0]);
  if (field == nullptr) return "no field " + path;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  int index = -1;
  if (indexed.size() == 2 && !absl::SimpleAtoi(absl::StripSuffix(indexed[1], "]"), &index)) return "no index " + path;
  if (index >= 0 && (!field->is_repeated() || index >= reflection.FieldSize(message, field)))
    return "no element " + path;
  if (parts.size() == 2) return TextAt(reflection.GetRepeatedMessage(message, field, index), parts[1]);
  return index < 0 ? reflection.GetString(message, field) : reflection.GetRepeatedString(message, field, index);
}

// The code points from `start` up to `end`.
std::string Slice(const std::string& text, int start, int end) {
  std::string slice;
  int at = -1;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++at;
    if (at >= start && at < end) slice += c;
  }
  return slice;
}

TEST_F(SearchDocumentsTest, EveryMatchCanBeAppliedToTheFieldThatCameWithIt) {
  const v1::Corpus corpus = Ask(server_, &v1::ArchiveService::Stub::GetCorpus, v1::GetCorpusRequest())->corpus();
  int checked = 0;
  for (const std::string word : {"letter", "embtel", "turkey", "khrushchev", "quarantine", "kk", "1962"}) {
    const auto response = Search(word);
    ASSERT_THAT(response, IsOk());
    for (const v1::SearchHit& hit : response->hits()) {
      EXPECT_GT(hit.matches_size(), 0) << word << " " << hit.document().name();
      for (const v1::FieldMatch& match : hit.matches()) {
        std::string text = TextAt(hit.document(), match.field());
        for (const v1::Participant& participant : corpus.participants()) {
          if (participant.name() == text) text = participant.display_name();
        }
        EXPECT_EQ(Slice(text, match.snippet_range().start(), match.snippet_range().end()), match.snippet());
        for (const v1::TextRange& range : match.ranges()) {
          const std::string found = Slice(text, range.start(), range.end());
          EXPECT_TRUE(absl::StartsWithIgnoreCase(found, word.substr(0, 5))) << found << " for " << word;
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 50);
}

TEST_F(SearchDocumentsTest, RanksTheLetterThatIsNamedSoFirst) {
  const auto response = Search("Turkey letter");
  ASSERT_THAT(response, IsOk());
  ASSERT_GT(response->hits_size(), 0);
  EXPECT_EQ(Ids(*response)[0], "kk-09");
  for (int i = 1; i < response->hits_size(); ++i) EXPECT_GE(response->hits(i - 1).score(), response->hits(i).score());
}

TEST_F(SearchDocumentsTest, FindsADocumentByWhatAnEditionCallsIt) {
  const auto response = Search("\"Embtel 1101\"");
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Ids(*response), ElementsAre("kk-08"));
}

TEST_F(SearchDocumentsTest, NothingFoundIsNoError) {
  const auto response = Search("zeppelin");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->total_size(), 0);
  EXPECT_EQ(response->facets_size(), 6);
  EXPECT_EQ(response->time_zone(), "America/New_York");
  EXPECT_EQ(response->revision(), ShippedCorpus()->revision());
}

TEST_F(SearchDocumentsTest, PagesJoinToTheWholeAndEachHasTheWholesFacets) {
  const auto all = Search("khrushchev");
  ASSERT_THAT(all, IsOk());
  ASSERT_GT(all->hits_size(), 8);
  EXPECT_EQ(all->total_size(), all->hits_size());
  for (int size = 1; size <= all->hits_size() + 1; ++size) {
    v1::SearchDocumentsRequest request;
    request.set_query("khrushchev");
    std::vector<std::string> ids;
    do {
      request.set_page_size(size);
      const auto page = Search(request);
      ASSERT_THAT(page, IsOk());
      EXPECT_EQ(page->total_size(), all->total_size());
      ASSERT_EQ(page->facets_size(), all->facets_size());
      for (int i = 0; i < page->facets_size(); ++i) {
        EXPECT_EQ(page->facets(i).SerializeAsString(), all->facets(i).SerializeAsString());
      }
      for (const std::string& id : Ids(*page)) ids.push_back(id);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(ids, Ids(*all)) << size;
  }
}

TEST_F(SearchDocumentsTest, FacetsCountTheResultAndTheirValuesFilterIt) {
  const auto all = Search("khrushchev");
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->facets(0).property(), "author");
  int by_author = 0;
  for (const v1::FacetCount& count : all->facets(0).counts()) {
    v1::SearchDocumentsRequest request;
    request.set_query("khrushchev");
    request.mutable_filter()->add_authors(count.value());
    EXPECT_EQ(Search(request)->total_size(), count.count()) << count.value();
    by_author += count.count();
  }
  EXPECT_GE(by_author, all->total_size());
  EXPECT_EQ(all->facets(4).property(), "day");
  for (const v1::FacetCount& count : all->facets(4).counts()) {
    v1::SearchDocumentsRequest request;
    request.set_query("khrushchev");
    request.mutable_filter()->mutable_window()->set_first_day(count.value());
    request.mutable_filter()->mutable_window()->set_last_day(count.value());
    EXPECT_GE(Search(request)->total_size(), count.count()) << count.value();  // others may be of that day
  }
}

TEST_F(SearchDocumentsTest, SaysHowSurelyAndOnWhoseWordADateFallsInTheWindow) {
  v1::SearchDocumentsRequest request;
  request.set_query("\"public letter on turkey\"");
  auto* window = request.mutable_filter()->mutable_window();
  window->set_first_day("1962-10-26");
  window->set_last_day("1962-10-26");
  window->set_time_zone("Europe/Moscow");
  EXPECT_EQ(Search(request)->total_size(), 0);  // the edition, which is preferred, has the 27th
  request.mutable_filter()->set_source("sources/-");
  const auto response = Search(request);
  ASSERT_THAT(response, IsOk());
  ASSERT_THAT(Ids(*response), ElementsAre("kk-09"));
  EXPECT_EQ(response->hits(0).certainty(), v1::CERTAINTY_DEFINITE);
  EXPECT_EQ(response->hits(0).date_source(), "sources/finding-aid");
  EXPECT_EQ(response->time_zone(), "Europe/Moscow");
}

TEST_F(SearchDocumentsTest, TheReadMaskHoldsForTheDocumentsAndNotForTheMatches) {
  v1::SearchDocumentsRequest request;
  request.set_query("turkey");
  request.mutable_read_mask()->add_paths("name");
  const auto response = Search(request);
  ASSERT_THAT(response, IsOk());
  for (const v1::SearchHit& hit : response->hits()) {
    EXPECT_EQ(hit.document().ByteSizeLong(), hit.document().name().size() + 2);
    EXPECT_GT(hit.matches_size(), 0);
  }
  request.mutable_read_mask()->add_paths("events.note");
  EXPECT_THAT(Search(request), IsBadField("read_mask.paths[1]"));
}

TEST_F(SearchDocumentsTest, AMalformedQueryIsRefusedWithItsPosition) {
  const absl::Status status = Search("Kennedy AND Turkey").status();
  EXPECT_THAT(status, FailsWith(kInvalid, "INVALID_QUERY"));
  EXPECT_THAT(status, IsBadField("query"));
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("position"), "8");
  EXPECT_EQ(info.metadata().at("length"), "3");
  EXPECT_THAT(Search(""), FailsWith(kInvalid, "INVALID_QUERY"));
}

TEST_F(SearchDocumentsTest, BadFieldsAreNamed) {
  v1::SearchDocumentsRequest request;
  request.set_query("turkey");
  request.set_page_size(-1);
  EXPECT_THAT(Search(request), IsBadField("page_size"));
  request.set_page_size(0);
  request.mutable_filter()->add_authors("kennedy");
  EXPECT_THAT(Search(request), IsBadField("filter.authors[0]"));
}

TEST_F(SearchDocumentsTest, ATokenIsBoundToTheWholeRequestButThePageSize) {
  v1::SearchDocumentsRequest request;
  request.set_query("khrushchev");
  request.set_page_size(2);
  const auto first = Search(request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  request.set_page_size(3);
  EXPECT_THAT(Search(request), IsOk());
  v1::SearchDocumentsRequest other = request;
  other.set_query("kennedy");
  EXPECT_THAT(Search(other), FailsWith(kInvalid, "PAGE_TOKEN_MISMATCH"));
  other = request;
  other.mutable_filter()->set_publicity(v1::PUBLICITY_PUBLIC);
  EXPECT_THAT(Search(other), FailsWith(kInvalid, "PAGE_TOKEN_MISMATCH"));
  other = request;
  other.mutable_read_mask()->add_paths("name");
  EXPECT_THAT(Search(other), FailsWith(kInvalid, "PAGE_TOKEN_MISMATCH"));
  v1::ListDocumentsRequest list;
  list.set_page_token(first->next_page_token());
  EXPECT_THAT(Ask(server_, &v1::ArchiveService::Stub::ListDocuments, list), FailsWith(kInvalid, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(SearchDocumentsTest, ManyAtOnceAreAnsweredAlike) {
  const std::string expected = Search("khrushchev turkey")->SerializeAsString();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) EXPECT_EQ(Search("khrushchev turkey")->SerializeAsString(), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// What is kept of the last searches belongs to the revision that was searched.
TEST(SearchAfterReloadTest, TheSameQueryFindsWhatIsNew) {
  RunningServer server(SearchCorpus({TitledDocument("a", "Cuba")}));
  v1::SearchDocumentsRequest request;
  request.set_query("cuba");
  EXPECT_EQ(Ask(server, &v1::ArchiveService::Stub::SearchDocuments, request)->total_size(), 1);
  server.server().Reload(SearchCorpus({TitledDocument("a", "Cuba"), TitledDocument("b", "Cuba")}));
  EXPECT_EQ(Ask(server, &v1::ArchiveService::Stub::SearchDocuments, request)->total_size(), 2);
}

// The ids of each page, a page a word.
template <typename Request, typename Response, typename IdsOfPage>
std::string PagesOf(RunningServer& server,
                    grpc::Status (v1::ArchiveService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, IdsOfPage ids) {
  std::string pages;
  for (int i = 0; i < 10; ++i) {
    const absl::StatusOr<Response> page = Ask(server, method, request);
    if (!page.ok()) return page.status().ToString();
    absl::StrAppend(&pages, i == 0 ? "" : " ", ids(*page));
    request.set_page_token(page->next_page_token());
    if (page->next_page_token().empty()) return pages;
  }
  return pages + " and no end";
}

// "b" and "d" would fit together, but "c" stands between them.
TEST(LargeDocumentsTest, APageIsFullAtAMegabyteAndLeavesNothingOut) {
  const auto titled = [](const char* id, std::size_t bytes) {
    return TitledDocument(id, "cuba" + std::string(bytes, '.'));
  };
  RunningServer server(
      SearchCorpus({titled("a", 1'200'000), titled("b", 600'000), titled("c", 600'000), titled("d", 10)}));
  EXPECT_EQ(PagesOf(server, &v1::ArchiveService::Stub::ListDocuments, v1::ListDocumentsRequest(),
                    [](const v1::ListDocumentsResponse& page) {
                      std::string ids;
                      for (const v1::Document& document : page.documents()) ids += document.name().substr(10);
                      return ids;
                    }),
            "a b cd");
  v1::SearchDocumentsRequest search;
  search.set_query("cuba");
  EXPECT_EQ(PagesOf(server, &v1::ArchiveService::Stub::SearchDocuments, search,
                    [](const v1::SearchDocumentsResponse& page) { return absl::StrJoin(Ids(page), ""); }),
            "a b cd");
  v1::CompareSourcesRequest comparison;
  comparison.set_first_source("sources/edition");
  comparison.set_second_source("sources/aid");
  EXPECT_EQ(PagesOf(server, &v1::ArchiveService::Stub::CompareSources, comparison,
                    [](const v1::CompareSourcesResponse& page) {
                      std::string ids;
                      for (const v1::DateComparison& each : page.comparisons()) ids += each.document().substr(10);
                      return ids;
                    }),
            "a b cd");
}

TEST(SearchLimitsTest, MoreThanMayWaitAreSentAwayForAWhile) {
  SearchLimits limits;
  limits.most_waiting = 0;
  RunningServer server(ShippedCorpus(), {}, limits);
  v1::SearchDocumentsRequest request;
  request.set_query("turkey");
  const absl::Status status = Ask(server, &v1::ArchiveService::Stub::SearchDocuments, request).status();
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kResourceExhausted, "SEARCHES_EXHAUSTED"));
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(status).retry_delay().seconds(), 0);
}

TEST(SearchLimitsTest, OneThatTakesTooLongIsGivenUp) {
  SearchLimits limits;
  limits.longest = -absl::Seconds(1);
  RunningServer server(ShippedCorpus(), {}, limits);
  v1::SearchDocumentsRequest request;
  request.set_query("turkey");
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::SearchDocuments, request),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "SEARCH_TOO_LONG"));
}

// A thread kept the revision that it had searched last, however long ago that was let go.
TEST(SearchLimitsTest, AThreadWithNothingToDoKeepsNoRevision) {
  SearchLimits limits;
  limits.threads = 1;
  limits.longest_idle = absl::Milliseconds(1);
  const auto archive_of = [](const char* id) {
    return std::make_shared<const Archive>(TinyCorpus({{id, "kennedy", "khrushchev", "1962-10-26", {}}}));
  };
  Holdings holdings(archive_of("a"));
  const std::weak_ptr<const Archive> first = holdings.current();
  DocumentSearch search(&holdings, limits);
  v1::SearchDocumentsRequest request;
  request.set_query("kennedy");
  absl::Notification answered;
  search.Search(
      request, [] { return false; },
      [&answered](const DocumentSearch::Response& response) {
        EXPECT_THAT(response, IsOk());
        answered.Notify();
      });
  answered.WaitForNotification();
  for (const char* id : {"b", "c", "d", "e"}) holdings.Add(archive_of(id));
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!first.expired() && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(first.expired());
}

// What is measured elsewhere must at least not break: calls that are given up while others wait.
TEST(SearchLimitsTest, CallsThatAreGivenUpLeaveTheOthersAlone) {
  SearchLimits limits;
  limits.threads = 1;
  RunningServer server(LargeCorpus(), {}, limits);
  v1::SearchDocumentsRequest request;
  request.set_query("title");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&server, &request, i] {
      for (int k = 0; k < 20; ++k) {
        grpc::ClientContext context;
        v1::SearchDocumentsRequest other = request;
        other.set_query(absl::StrCat("title -w", i, "x", k));
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
        v1::SearchDocumentsResponse response;
        server.archive().SearchDocuments(&context, other, &response);
      }
    });
  }
  const auto answered = Ask(server, &v1::ArchiveService::Stub::SearchDocuments, request);
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->total_size(), 20'000);
}

}  // namespace
}  // namespace hotline::server
