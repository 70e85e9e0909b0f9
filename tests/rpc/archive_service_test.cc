#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ArchiveServiceTest : public ::testing::Test {
 protected:
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::ArchiveService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                                 Response*),
                                const Request& request) {
    absl::StatusOr<Response> response = Ask(server_, method, request);
    if (response.ok()) {
      EXPECT_EQ(response->revision(), ShippedCorpus()->revision());
    }
    return response;
  }

  absl::StatusOr<v1::Document> Get(const std::string& name) {
    v1::GetDocumentRequest request;
    request.set_name(name);
    const auto response = Call(&v1::ArchiveService::Stub::GetDocument, request);
    if (!response.ok()) return response.status();
    return response->document();
  }

  absl::StatusOr<v1::ListDocumentsResponse> List(const v1::ListDocumentsRequest& request) {
    return Call(&v1::ArchiveService::Stub::ListDocuments, request);
  }

  absl::StatusOr<v1::ResolveReferenceResponse> Resolve(const std::string& reference) {
    v1::ResolveReferenceRequest request;
    request.set_reference(reference);
    return Call(&v1::ArchiveService::Stub::ResolveReference, request);
  }

  absl::StatusOr<v1::GetThreadResponse> Thread(const std::string& name) {
    v1::GetThreadRequest request;
    request.set_name(name);
    return Call(&v1::ArchiveService::Stub::GetThread, request);
  }

  RunningServer server_;
};

std::vector<std::string> Names(const v1::ListDocumentsResponse& response) {
  std::vector<std::string> names;
  for (const v1::Document& document : response.documents()) names.push_back(document.name().substr(10));
  return names;
}

v1::ListDocumentsRequest OnDay(const std::string& day, const std::string& zone = "") {
  v1::ListDocumentsRequest request;
  request.mutable_filter()->mutable_window()->set_first_day(day);
  request.mutable_filter()->mutable_window()->set_last_day(day);
  request.mutable_filter()->mutable_window()->set_time_zone(zone);
  return request;
}

TEST_F(ArchiveServiceTest, GetCorpusSaysWhatIsHeld) {
  Context context;
  v1::GetCorpusResponse response;
  ASSERT_THAT(FromWire(server_.archive().GetCorpus(&context, {}, &response)), IsOk());
  EXPECT_EQ(response.corpus().document_count(), 13);
  EXPECT_EQ(response.corpus().entry_count(), 14);
  EXPECT_EQ(response.corpus().first_day(), "1962-10-21");
  EXPECT_EQ(response.corpus().last_day(), "1962-10-28");
  EXPECT_EQ(response.corpus().default_time_zone(), "America/New_York");
  EXPECT_EQ(response.revision(), ShippedCorpus()->revision());
  EXPECT_EQ(response.revision().size(), 16u);
}

TEST_F(ArchiveServiceTest, GetDocumentKeepsBothClaimsWithThePreferredOneFirst) {
  const auto document = Get("documents/kk-09");
  ASSERT_THAT(document, IsOk());
  ASSERT_EQ(document->dates_size(), 2);
  EXPECT_EQ(document->dates(0).date().edtf(), "1962-10-27");
  EXPECT_EQ(document->dates(0).source(), "sources/frus-6");
  EXPECT_EQ(document->dates(1).date().edtf(), "1962-10-26");
  EXPECT_EQ(document->dates(1).source(), "sources/finding-aid");
}

TEST_F(ArchiveServiceTest, GetDocumentTellsAMalformedNameFromAnUnknownOne) {
  for (const char* name :
       {"", "kk-08", "documents/", "documents/KK-08", "documents/kk-08/events/1", "documents/k k", "letters/kk-08"}) {
    EXPECT_THAT(Get(name), IsBadField("name")) << name;
  }
  const auto unknown = Get("documents/kk-99");
  EXPECT_THAT(unknown, FailsWith(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(unknown.status()).resource_name(), "documents/kk-99");
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("ListDocuments gives the valid names"));
}

TEST_F(ArchiveServiceTest, AHugeNameIsRefusedWithAShortMessage) {
  const auto refused = Get("documents/" + std::string(50'000, '\xC3') + "\xA9");
  EXPECT_FALSE(refused.ok());
  const auto long_name = Get(std::string(50'000, 'x'));
  EXPECT_THAT(long_name, IsBadField("name"));
  EXPECT_LT(long_name.status().message().size(), 1024u);
}

TEST_F(ArchiveServiceTest, ListsAllInTimelineOrder) {
  const auto all = List({});
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(Names(*all), ElementsAre("kk-01", "kk-02", "kk-03", "kk-04", "kk-05", "kk-06", "kk-07", "kk-08", "kk-09",
                                       "kk-10", "kk-11", "kk-12", "kk-13"));
  EXPECT_EQ(all->total_size(), 13);
  EXPECT_EQ(all->next_page_token(), "");
  EXPECT_EQ(all->certainties_size(), 0);
}

TEST_F(ArchiveServiceTest, PagesJoinToTheWholeWhateverTheirSizes) {
  const auto all = List({});
  for (int size = 1; size <= 14; ++size) {
    v1::ListDocumentsRequest request;
    std::vector<std::string> names;
    do {
      request.set_page_size(names.size() % 2 == 0 ? size : size + 1);
      const auto page = List(request);
      ASSERT_THAT(page, IsOk());
      EXPECT_EQ(page->total_size(), 13);
      for (const std::string& name : Names(*page)) names.push_back(name);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(names, Names(*all)) << size;
  }
}

TEST_F(ArchiveServiceTest, APageTokenOfAnotherRequestIsRefused) {
  v1::ListDocumentsRequest request;
  request.set_page_size(2);
  const auto page = List(request);
  ASSERT_THAT(page, IsOk());
  request.set_page_token(page->next_page_token());
  request.mutable_filter()->set_publicity(v1::PUBLICITY_PUBLIC);
  EXPECT_THAT(List(request), FailsWith(kInvalid, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(ArchiveServiceTest, ADamagedPageTokenIsRefused) {
  v1::ListDocumentsRequest request;
  request.set_page_token("bm90IG1pbmU");
  EXPECT_THAT(List(request), IsBadField("page_token"));
  request.set_page_token(std::string(600, 'A'));
  EXPECT_THAT(List(request), FailsWith(kInvalid, "PAGE_TOKEN_TOO_LONG"));
}

TEST_F(ArchiveServiceTest, APageTokenOfAnotherRevisionIsRefused) {
  RunningServer other(
      TinyCorpus({{"a", "kennedy", "khrushchev", "1962-10-26", {}}, {"b", "kennedy", "khrushchev", "1962-10-27", {}}}));
  v1::ListDocumentsRequest request;
  request.set_page_size(1);
  Context context;
  v1::ListDocumentsResponse response;
  ASSERT_TRUE(other.archive().ListDocuments(&context, request, &response).ok());
  request.set_page_token(response.next_page_token());
  const auto refused = List(request);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "REVISION_NOT_HELD"));
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(refused.status()).metadata().at("current_revision"),
            ShippedCorpus()->revision());
}

TEST_F(ArchiveServiceTest, AWindowByDaysRespectsTheZoneAndSaysHowSureItIs) {
  // kk-12 is of the 28th in Moscow, which begins on the 27th in Washington.
  const auto washington = List(OnDay("1962-10-27"));
  ASSERT_THAT(washington, IsOk());
  EXPECT_EQ(washington->time_zone(), "America/New_York");
  EXPECT_THAT(Names(*washington), ElementsAre("kk-09", "kk-10", "kk-11", "kk-12"));
  EXPECT_THAT(washington->certainties(), ElementsAre(v1::CERTAINTY_POSSIBLE, v1::CERTAINTY_DEFINITE,
                                                     v1::CERTAINTY_DEFINITE, v1::CERTAINTY_POSSIBLE));
  const auto moscow = List(OnDay("1962-10-27", "Europe/Moscow"));
  ASSERT_THAT(moscow, IsOk());
  EXPECT_EQ(moscow->time_zone(), "Europe/Moscow");
  EXPECT_THAT(Names(*moscow), ElementsAre("kk-09", "kk-10", "kk-11"));
}

TEST_F(ArchiveServiceTest, DefiniteLeavesOutWhatOnlyMayFallInTheWindow) {
  v1::ListDocumentsRequest request = OnDay("1962-10-27");
  request.mutable_filter()->mutable_window()->set_match(v1::CERTAINTY_DEFINITE);
  const auto listed = List(request);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(Names(*listed), ElementsAre("kk-10", "kk-11"));
}

TEST_F(ArchiveServiceTest, ASourceSaysWhoseDatesCount) {
  v1::ListDocumentsRequest request = OnDay("1962-10-26", "Europe/Moscow");
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-07", "kk-08"));
  request.mutable_filter()->set_source("sources/finding-aid");
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-07", "kk-08", "kk-09"));
}

TEST_F(ArchiveServiceTest, AnySourcesDatesMayCountAndTheOneThatDecidedIsNamed) {
  v1::ListDocumentsRequest request = OnDay("1962-10-26", "Europe/Moscow");
  request.mutable_filter()->set_source("sources/-");
  request.mutable_filter()->mutable_window()->set_match(v1::CERTAINTY_DEFINITE);
  const auto listed = List(request);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(Names(*listed), ElementsAre("kk-08", "kk-09"));
  EXPECT_THAT(listed->date_sources(), ElementsAre("sources/frus-6", "sources/finding-aid"));
}

TEST_F(ArchiveServiceTest, EveryCallThatReturnsDocumentsTakesAReadMask) {
  v1::Document wanted;
  wanted.set_name("documents/kk-08");
  wanted.set_publicity(v1::PUBLICITY_PRIVATE);
  const auto is_masked = [&wanted](const v1::Document& document) {
    return document.name() != wanted.name() || google::protobuf::util::MessageDifferencer::Equals(document, wanted);
  };
  google::protobuf::FieldMask mask;
  mask.add_paths("name");
  mask.add_paths("publicity");

  v1::GetDocumentRequest get;
  get.set_name("documents/kk-08");
  *get.mutable_read_mask() = mask;
  EXPECT_TRUE(is_masked(Call(&v1::ArchiveService::Stub::GetDocument, get)->document()));
  v1::ListDocumentsRequest list;
  *list.mutable_read_mask() = mask;
  const auto listed = List(list);
  ASSERT_EQ(listed->documents_size(), 13);
  for (const v1::Document& document : listed->documents()) EXPECT_TRUE(is_masked(document));
  v1::ResolveReferenceRequest resolve;
  resolve.set_reference("d65");
  *resolve.mutable_read_mask() = mask;
  EXPECT_TRUE(is_masked(Call(&v1::ArchiveService::Stub::ResolveReference, resolve)->matches(0).document()));
  v1::GetThreadRequest thread;
  thread.set_name("documents/kk-08");
  *thread.mutable_read_mask() = mask;
  const auto members = Call(&v1::ArchiveService::Stub::GetThread, thread);
  ASSERT_GT(members->documents_size(), 1);
  for (const v1::Document& document : members->documents()) EXPECT_TRUE(is_masked(document));
  EXPECT_GT(members->edges_size(), 0);

  get.mutable_read_mask()->add_paths("events.note");
  EXPECT_THAT(Call(&v1::ArchiveService::Stub::GetDocument, get), IsBadField("read_mask.paths[2]"));
  list.mutable_read_mask()->add_paths("nme");
  EXPECT_THAT(List(list), IsBadField("read_mask.paths[2]"));
  resolve.mutable_read_mask()->add_paths("nme");
  EXPECT_THAT(Call(&v1::ArchiveService::Stub::ResolveReference, resolve), IsBadField("read_mask.paths[2]"));
  thread.mutable_read_mask()->add_paths("nme");
  EXPECT_THAT(Call(&v1::ArchiveService::Stub::GetThread, thread), IsBadField("read_mask.paths[2]"));
}

TEST(ArchiveServiceWithLargeTextsTest, AnAnswerBeyondTheLimitIsRefusedWithItsSizeAndAReadMaskHelps) {
  TinyDocument fits{"fits", "kennedy", "khrushchev", "1962-10-22", {}};
  fits.text.assign(3'600'000, 'x');
  TinyDocument large{"large", "kennedy", "khrushchev", "1962-10-22", {}};
  large.text.assign(3'670'016, 'x');
  RunningServer server(TinyCorpus({fits, large}));
  v1::GetDocumentRequest get;
  get.set_name("documents/fits");
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::GetDocument, get), IsOk());
  get.set_name("documents/large");
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::GetDocument, get).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "RESPONSE_TOO_LARGE"));
  v1::ListDocumentsRequest list;
  list.set_page_size(1);
  const auto first = Ask(server, &v1::ArchiveService::Stub::ListDocuments, list);
  ASSERT_THAT(first, IsOk());
  list.set_page_token(first->next_page_token());
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::ListDocuments, list).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "RESPONSE_TOO_LARGE"));
  get.mutable_read_mask()->add_paths("title");
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::GetDocument, get), IsOk());
}

TEST_F(ArchiveServiceTest, AWindowByInstantsIsHalfOpen) {
  v1::ListDocumentsRequest request;
  auto* window = request.mutable_filter()->mutable_window();
  window->mutable_start()->set_seconds(-226616400);  // 1962-10-27T03:00:00Z
  window->mutable_end()->set_seconds(-226612800);    // 1962-10-27T04:00:00Z, when the 27th begins in Washington
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-09"));
  window->mutable_end()->set_nanos(1);
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-09", "kk-10", "kk-11"));
}

TEST_F(ArchiveServiceTest, FiltersByRoleKindPublicityAndAnswer) {
  v1::ListDocumentsRequest request;
  request.mutable_filter()->add_authors("participants/khrushchev");
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-03", "kk-06", "kk-08", "kk-09", "kk-12"));
  request.mutable_filter()->set_publicity(v1::PUBLICITY_PUBLIC);
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-09", "kk-12"));
  request.Clear();
  request.mutable_filter()->add_kinds(v1::DOCUMENT_KIND_STATEMENT);
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-04", "kk-10"));
  request.Clear();
  request.mutable_filter()->set_replies_to("documents/kk-08");
  EXPECT_THAT(Names(*List(request)), ElementsAre("kk-11"));
}

TEST_F(ArchiveServiceTest, BadFieldsOfAListAreNamed) {
  const auto refusal = [this](auto set) {
    v1::ListDocumentsRequest request;
    set(&request);
    return List(request).status();
  };
  using Request = v1::ListDocumentsRequest*;
  EXPECT_THAT(refusal([](Request r) { r->set_page_size(-1); }), IsBadField("page_size"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->add_authors("Kennedy"); }), IsBadField("filter.authors[0]"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->add_recipients("participants/castro"); }),
              IsBadField("filter.recipients[0]"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->add_kinds(v1::DOCUMENT_KIND_UNSPECIFIED); }),
              IsBadField("filter.kinds"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->set_publicity(static_cast<v1::Publicity>(9)); }),
              IsBadField("filter.publicity"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->set_source("sources/pravda"); }),
              IsBadField("filter.source"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->set_replies_to("documents/kk-99"); }),
              IsBadField("filter.replies_to"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->mutable_window()->set_time_zone("Mars/Olympus"); }),
              IsBadField("filter.window.time_zone"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->mutable_window()->set_first_day("1962-13-01"); }),
              IsBadField("filter.window.first_day"));
  EXPECT_THAT(refusal([](Request r) {
                r->mutable_filter()->mutable_window()->set_first_day("1962-10-27");
                r->mutable_filter()->mutable_window()->set_last_day("1962-10-26");
              }),
              IsBadField("filter.window.last_day"));
  EXPECT_THAT(refusal([](Request r) { r->mutable_filter()->mutable_window()->mutable_start()->set_nanos(-1); }),
              IsBadField("filter.window.start"));
  EXPECT_THAT(refusal([](Request r) {
                r->mutable_filter()->mutable_window()->mutable_start()->set_seconds(1);
                r->mutable_filter()->mutable_window()->mutable_end()->set_seconds(1);
              }),
              IsBadField("filter.window.end"));
  EXPECT_THAT(refusal([](Request r) {
                r->mutable_filter()->mutable_window()->mutable_start()->set_seconds(1);
                r->mutable_filter()->mutable_window()->set_last_day("1962-10-26");
              }),
              IsBadField("filter.window"));
  EXPECT_THAT(refusal([](Request r) {
                for (int i = 0; i < 101; ++i) r->mutable_filter()->add_authors("participants/kennedy");
              }),
              IsBadField("filter.authors"));
}

TEST_F(ArchiveServiceTest, APrintedNumberThatOccursTwiceIsAmbiguous) {
  const auto resolved = Resolve("11");
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->outcome(), v1::REFERENCE_OUTCOME_AMBIGUOUS);
  ASSERT_EQ(resolved->matches_size(), 2);
  EXPECT_EQ(resolved->matches(0).document().name(), "documents/kk-11");
  EXPECT_EQ(resolved->matches(0).position(), 13);
  EXPECT_EQ(resolved->matches(1).document().name(), "documents/kk-12");
  EXPECT_EQ(resolved->matches(1).position(), 11);
}

TEST_F(ArchiveServiceTest, IdentifiersOfEditionsAndTelegramsFindOneDocumentHoweverTheyAreWritten) {
  for (const char* reference : {"d65", "D65", "FRUS 1961-63 VI 65", "frus 1961-63, vi, 65", "Embtel 1101", "embtel1101",
                                "kk-08", "KK-08", "documents/kk-08", "8", "No. 8"}) {
    const auto resolved = Resolve(reference);
    ASSERT_THAT(resolved, IsOk()) << reference;
    EXPECT_EQ(resolved->outcome(), v1::REFERENCE_OUTCOME_UNIQUE) << reference;
    EXPECT_EQ(resolved->matches(0).document().name(), "documents/kk-08") << reference;
  }
}

TEST_F(ArchiveServiceTest, AReferenceThatMeansNothingIsNotFoundAndAnEmptyOneIsRefused) {
  EXPECT_THAT(Resolve("15"), FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND"));
  EXPECT_THAT(Resolve(""), IsBadField("reference"));
  EXPECT_THAT(Resolve(" .- "), IsBadField("reference"));
  EXPECT_THAT(Resolve(std::string(201, 'x')), IsBadField("reference"));
}

TEST_F(ArchiveServiceTest, AThreadHasItsDocumentsInOrderWithTypedEdges) {
  const auto thread = Thread("documents/kk-12");
  ASSERT_THAT(thread, IsOk());
  EXPECT_EQ(thread->documents_size(), 13);
  bool answered = false;
  std::set<v1::RelationType> types;
  for (const v1::ThreadEdge& edge : thread->edges()) {
    types.insert(edge.type());
    EXPECT_NE(edge.source(), "");
    if (edge.document() != "documents/kk-11" || edge.type() != v1::RELATION_TYPE_REPLIES_TO) continue;
    answered = true;
    EXPECT_EQ(edge.target(), "documents/kk-08");
    // From the White House, 27 October 01:15 UTC, to the telegram of 28 October 00:05 UTC.
    EXPECT_EQ(edge.delay().seconds(), (22 * 60 + 50) * 60);
  }
  EXPECT_TRUE(answered);
  EXPECT_TRUE(types.count(v1::RELATION_TYPE_ENCLOSES) == 1 && types.count(v1::RELATION_TYPE_REFERS_TO) == 1);
}

TEST_F(ArchiveServiceTest, AThreadOfAMalformedOrUnknownNameIsRefused) {
  EXPECT_THAT(Thread("kk-12"), IsBadField("name"));
  EXPECT_THAT(Thread("documents/kk-99"), FailsWith(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
}

TEST_F(ArchiveServiceTest, AnAmbiguousReferenceStaysSoWithoutTheNames) {
  v1::ResolveReferenceRequest request;
  request.set_reference("11");
  request.mutable_read_mask()->add_paths("title");
  const auto resolved = Call(&v1::ArchiveService::Stub::ResolveReference, request);
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->outcome(), v1::REFERENCE_OUTCOME_AMBIGUOUS);
  EXPECT_EQ(resolved->matches(0).document().name(), "");
}

}  // namespace
}  // namespace hotline::server
