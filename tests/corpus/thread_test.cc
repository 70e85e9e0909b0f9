#include "server/corpus/thread.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

constexpr auto kSent = v1::EVENT_TYPE_SENT;
constexpr auto kReceived = v1::EVENT_TYPE_RECEIVED;
constexpr auto kDrafted = v1::EVENT_TYPE_DRAFTED;

v1::GetThreadResponse ThreadOf(const std::shared_ptr<const Corpus>& corpus, const std::string& id) {
  return MakeThread(*corpus, *corpus->FindDocument("documents/" + id)).value();
}

// A letter and its answer a day later, with hours given for the four moments.
std::shared_ptr<const Corpus> Exchange(const std::string& b_sent, const std::string& a_received) {
  return TinyCorpus({{"a",
                      "kennedy",
                      "khrushchev",
                      "1962-10-25",
                      {{kDrafted, "1962-10-24T01:00Z", {"washington"}},
                       {kSent, "1962-10-25T10:00Z", {"washington"}},
                       {kReceived, a_received, {"moscow"}}}},
                     {"b",
                      "khrushchev",
                      "kennedy",
                      "1962-10-26",
                      {{kSent, b_sent, {"moscow"}}, {kReceived, "1962-10-26T20:00Z", {"washington"}}},
                      {"a"}},
                     {"alone", "kennedy", "khrushchev", "1962-10-27", {}}});
}

TEST(ThreadTest, HoldsWhatIsConnectedInEitherDirectionAndNothingElse) {
  const auto corpus = Exchange("1962-10-26T10:00Z", "1962-10-25T12:00Z");
  for (const char* id : {"a", "b"}) {
    const v1::GetThreadResponse thread = ThreadOf(corpus, id);
    ASSERT_EQ(thread.documents_size(), 2);
    EXPECT_EQ(thread.documents(0).name(), "documents/a");
    ASSERT_EQ(thread.edges_size(), 1);
    EXPECT_EQ(thread.edges(0).document(), "documents/b");
    EXPECT_EQ(thread.edges(0).target(), "documents/a");
    EXPECT_EQ(thread.revision(), corpus->revision());
  }
  EXPECT_EQ(ThreadOf(corpus, "alone").documents_size(), 1);
}

TEST(ThreadTest, AnAnswersDelayRunsFromKnowingTheQuestionToSending) {
  const auto corpus = Exchange("1962-10-26T10:00Z", "1962-10-25T12:00Z");
  EXPECT_EQ(ThreadOf(corpus, "a").edges(0).delay().seconds(), 22 * 3600);
}

TEST(ThreadTest, ADelayFromAMomentThatIsKnownOnlyToTheDayIsApproximate) {
  EXPECT_FALSE(ThreadOf(Exchange("1962-10-26T10:00Z", "1962-10-25T12:00Z"), "a").edges(0).approximate());
  for (const char* doubtful : {"1962-10-25", "1962-10-25T12:00Z~", "1962-10-25T12:00Z?"}) {
    EXPECT_TRUE(ThreadOf(Exchange("1962-10-26T10:00Z", doubtful), "a").edges(0).approximate()) << doubtful;
  }
}

TEST(ThreadTest, ADelayIsAbsentWhereArrivalIsNotRecorded) {
  const auto corpus =
      TinyCorpus({{"a", "kennedy", "khrushchev", "1962-10-25", {{kSent, "1962-10-25T10:00Z", {}}}},
                  {"b", "khrushchev", "kennedy", "1962-10-26", {{kSent, "1962-10-26T10:00Z", {"moscow"}}}, {"a"}}});
  EXPECT_FALSE(ThreadOf(corpus, "a").edges(0).has_delay());
}

TEST(ThreadTest, ADelayIsApproximateWhereTheQuestionMayHaveBeenKnownEarlierByAnotherEvent) {
  const auto delay = [](const std::string& other_receipt) {
    const auto corpus = TinyCorpus(
        {{"a",
          "kennedy",
          "khrushchev",
          "1962-10-25",
          {{kReceived, "1962-10-25T12:00Z", {"moscow"}}, {kReceived, other_receipt, {"moscow", "washington"}}}},
         {"b", "khrushchev", "kennedy", "1962-10-26", {{kSent, "1962-10-26T10:00Z", {"moscow"}}}, {"a"}}});
    return ThreadOf(corpus, "a").edges(0);
  };
  EXPECT_EQ(delay("1962-10-25").delay().seconds(), 22 * 3600);
  EXPECT_TRUE(delay("1962-10-25").approximate());
  EXPECT_EQ(delay("1962-10-26").delay().seconds(), 22 * 3600);
  EXPECT_FALSE(delay("1962-10-26").approximate());
  EXPECT_EQ(delay("1962-10-25T11:00Z").delay().seconds(), 23 * 3600);
}

TEST(ThreadTest, ADelayIsNegativeWhereTheAnswerIsRecordedBeforeTheQuestion) {
  const v1::ThreadEdge edge = ThreadOf(Exchange("1962-10-26T10:00Z", "1962-10-26T11:00Z"), "a").edges(0);
  EXPECT_EQ(edge.delay().seconds(), -3600);
}

TEST(ThreadTest, HasThePairsThatCrossed) {
  const auto crossings = [](const std::string& a_received) {
    const auto corpus = TinyCorpus(
        {{"a", "kennedy", "khrushchev", "", {{kSent, "1962-10-26T08:00Z", {}}, {kReceived, a_received, {"moscow"}}}},
         {"b",
          "khrushchev",
          "kennedy",
          "",
          {{kSent, "1962-10-26T10:00Z", {}}, {kReceived, "1962-10-26T20:00Z", {"washington"}}}},
         {"answer_to_both", "kennedy", "khrushchev", "", {}, {"a", "b"}}});
    return ThreadOf(corpus, "a").crossings();
  };
  const auto sure = crossings("1962-10-26T11:00Z");
  ASSERT_EQ(sure.size(), 1);
  EXPECT_EQ(sure[0].first(), "documents/a");
  EXPECT_EQ(sure[0].second(), "documents/b");
  EXPECT_FALSE(sure[0].approximate());
  EXPECT_TRUE(crossings("1962-10-26")[0].approximate());
  EXPECT_EQ(crossings("1962-10-26T10:00Z").size(), 0);
}

TEST(ThreadTest, OnlyTheWantedFieldsComeAndEdgesDoNotHangOnThem) {
  const auto corpus = Exchange("1962-10-26T10:00Z", "1962-10-25T12:00Z");
  google::protobuf::FieldMask title;
  title.add_paths("title");
  const auto thread = MakeThread(*corpus, *corpus->FindDocument("documents/a"), *ReadMask::Make(title, "read_mask"));
  ASSERT_THAT(thread, IsOk());
  EXPECT_EQ(thread->documents(0).title(), "title of a");
  EXPECT_EQ(thread->documents(0).name(), "");
  EXPECT_EQ(thread->documents(0).events_size(), 0);
  EXPECT_EQ(thread->edges(0).target(), "documents/a");
  EXPECT_TRUE(thread->edges(0).has_delay());
}

TEST(ThreadTest, AThreadOfMoreThanAThousandDocumentsIsRefusedFromWhereverItIsEntered) {
  const auto answers_to_one = [](int size) {
    std::vector<TinyDocument> documents = {{"d0", "kennedy", "khrushchev", "1962-10-25", {}}};
    for (int i = 1; i < size; ++i) {
      documents.push_back({"d" + std::to_string(i), "kennedy", "khrushchev", "1962-10-25", {}, {"d0"}});
    }
    return TinyCorpus(documents);
  };
  for (const char* id : {"d0", "d7"}) {
    EXPECT_EQ(ThreadOf(answers_to_one(1000), id).documents_size(), 1000);
    const auto corpus = answers_to_one(1001);
    EXPECT_THAT(MakeThread(*corpus, *corpus->FindDocument(std::string("documents/") + id)),
                FailsWith(absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE"));
  }
}

TEST(ThreadTest, AChainIsFollowedToBothItsEnds) {
  std::vector<TinyDocument> documents = {{"d0", "kennedy", "khrushchev", "1962-10-25", {}}};
  for (int i = 1; i < 1000; ++i) {
    documents.push_back({"d" + std::to_string(i), "kennedy", "khrushchev", "1962-10-25", {}, {}});
    documents.back().replies_to = {"d" + std::to_string(i - 1)};
  }
  const v1::GetThreadResponse thread = ThreadOf(TinyCorpus(documents), "d500");
  ASSERT_EQ(thread.documents_size(), 1000);
  EXPECT_EQ(thread.documents(0).name(), "documents/d0");
  EXPECT_EQ(thread.documents(999).name(), "documents/d999");
  EXPECT_EQ(thread.edges_size(), 999);
}

TEST(ThreadTest, AThreadOfMoreThanClientsTakeIsRefusedUnlessAMaskMakesItSmall) {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  std::vector<v1::Document> documents(2);
  for (v1::Document& document : documents) document.set_text(std::string(2'000'000, 'x'));
  documents[0].set_name("documents/a");
  documents[1].set_name("documents/b");
  documents[1].add_relations()->set_document("documents/a");
  const Corpus corpus(summary, documents);
  EXPECT_THAT(MakeThread(corpus, corpus.documents()[0]),
              FailsWith(absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE"));
  google::protobuf::FieldMask name;
  name.add_paths("name");
  EXPECT_THAT(MakeThread(corpus, corpus.documents()[0], *ReadMask::Make(name, "read_mask")), IsOk());
}

}  // namespace
}  // namespace hotline::server
