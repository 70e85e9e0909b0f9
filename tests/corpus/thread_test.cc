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

TEST(ThreadTest, LettersCrossedWhereEachWasSentBeforeTheOtherArrived) {
  // b leaves at 10:00 on the 26th, before a has come to Moscow; a left before b came to Washington.
  const v1::GetThreadResponse thread = ThreadOf(Exchange("1962-10-26T10:00Z", "1962-10-26T11:00Z"), "a");
  ASSERT_EQ(thread.crossings_size(), 1);
  EXPECT_EQ(thread.crossings(0).first(), "documents/a");
  EXPECT_EQ(thread.crossings(0).second(), "documents/b");
}

TEST(ThreadTest, OnlyTheWantedFieldsComeAndEdgesAndCrossingsDoNotHangOnThem) {
  const auto corpus = Exchange("1962-10-26T10:00Z", "1962-10-26T11:00Z");
  google::protobuf::FieldMask title;
  title.add_paths("title");
  const auto thread = MakeThread(*corpus, *corpus->FindDocument("documents/a"), *ReadMask::Make(title, "read_mask"));
  ASSERT_THAT(thread, IsOk());
  EXPECT_EQ(thread->documents(0).title(), "title of a");
  EXPECT_EQ(thread->documents(0).name(), "");
  EXPECT_EQ(thread->documents(0).events_size(), 0);
  EXPECT_EQ(thread->edges(0).target(), "documents/a");
  EXPECT_EQ(thread->crossings_size(), 1);
}

TEST(ThreadTest, AThreadOfMoreThanAThousandDocumentsIsRefused) {
  const auto chain = [](int length) {
    std::vector<TinyDocument> documents = {{"d0", "kennedy", "khrushchev", "1962-10-25", {}}};
    for (int i = 1; i < length; ++i) {
      documents.push_back({"d" + std::to_string(i), "kennedy", "khrushchev", "1962-10-25", {}, {"d0"}});
    }
    return TinyCorpus(documents);
  };
  EXPECT_EQ(ThreadOf(chain(1000), "d0").documents_size(), 1000);
  const auto corpus = chain(1001);
  EXPECT_THAT(MakeThread(*corpus, *corpus->FindDocument("documents/d0")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "THREAD_TOO_LARGE"));
}

TEST(ThreadTest, ADraftIsNoSendingAndAnArrivalAtTheSameInstantNoCrossing) {
  EXPECT_EQ(ThreadOf(Exchange("1962-10-26T10:00Z", "1962-10-26T10:00Z"), "a").crossings_size(), 0);
}

}  // namespace
}  // namespace hotline::server
