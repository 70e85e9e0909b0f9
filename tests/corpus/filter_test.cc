#include "server/corpus/filter.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

// A day, an instant at its very end in Washington, one of unknown date, and one that is only known to the month.
std::shared_ptr<const Corpus> ACorpus() {
  return TinyCorpus({{"day", "kennedy", "khrushchev", "1962-10-27", {}},
                     {"instant", "khrushchev", "kennedy", "1962-10-28T04:00Z", {}},
                     {"undated", "kennedy", "khrushchev", "", {}, {}, v1::PUBLICITY_PUBLIC},
                     {"month", "kennedy", "khrushchev", "1962-10", {}, {"day"}}});
}

std::string Matches(const v1::DocumentFilter& request) {
  const auto corpus = ACorpus();
  const auto filter = Filter::Make(request, *corpus, "filter");
  EXPECT_THAT(filter, IsOk());
  std::string result;
  for (const v1::Document& document : corpus->documents()) {
    const auto certainty = filter->Match(document);
    if (!certainty.has_value()) continue;
    result += (result.empty() ? "" : " ") + document.name().substr(10);
    if (*certainty == v1::CERTAINTY_POSSIBLE) result += "?";
    if (*certainty == v1::CERTAINTY_DEFINITE) result += "!";
  }
  return result;
}

v1::DocumentFilter Days(const std::string& first, const std::string& last) {
  v1::DocumentFilter filter;
  filter.mutable_window()->set_first_day(first);
  filter.mutable_window()->set_last_day(last);
  return filter;
}

TEST(FilterTest, AnEmptyFilterSelectsAllAndClaimsNoCertainty) { EXPECT_EQ(Matches({}), "month day instant undated"); }

TEST(FilterTest, AnIntervalThatMeetsTheWindowIsPossibleAndOneWithinItDefinite) {
  EXPECT_EQ(Matches(Days("1962-10-27", "1962-10-27")), "month? day! undated?");
  EXPECT_EQ(Matches(Days("1962-10-01", "1962-10-31")), "month! day! instant! undated?");
  EXPECT_EQ(Matches(Days("1962-11-01", "1962-11-01")), "undated?");
}

TEST(FilterTest, AnInstantAtTheEndOfTheWindowIsOutsideAndAtItsStartInside) {
  EXPECT_EQ(Matches(Days("1962-10-28", "1962-10-28")), "month? instant! undated?");
}

TEST(FilterTest, AWindowOfAnotherZoneMeetsADayInPart) {
  v1::DocumentFilter filter = Days("1962-10-28", "1962-10-28");
  filter.mutable_window()->set_time_zone("Europe/Moscow");
  EXPECT_EQ(Matches(filter), "month? day? instant! undated?");
}

TEST(FilterTest, DefiniteLeavesOutWhatIsOnlyPossibleAndWhatHasNoDate) {
  v1::DocumentFilter filter = Days("1962-10-27", "1962-10-28");
  filter.mutable_window()->set_match(v1::CERTAINTY_DEFINITE);
  EXPECT_EQ(Matches(filter), "day! instant!");
}

TEST(FilterTest, AnOpenEndReachesToTheEndOfTime) {
  EXPECT_EQ(Matches(Days("1962-10-28", "")), "month? instant! undated?");
  EXPECT_EQ(Matches(Days("", "1962-10-27")), "month? day! undated?");
}

TEST(FilterTest, ASourceThatClaimsNothingLeavesTheDateUnknown) {
  v1::DocumentFilter filter = Days("1962-10-27", "1962-10-27");
  filter.set_source("sources/aid");
  EXPECT_EQ(Matches(filter), "month? day? instant? undated?");
}

TEST(FilterTest, RolesKindsPublicityAndAnswersMustAllHold) {
  v1::DocumentFilter filter;
  filter.add_authors("participants/khrushchev");
  EXPECT_EQ(Matches(filter), "instant");
  filter.Clear();
  filter.add_participants("participants/khrushchev");
  EXPECT_EQ(Matches(filter), "month day instant undated");
  filter.set_publicity(v1::PUBLICITY_PUBLIC);
  EXPECT_EQ(Matches(filter), "undated");
  filter.add_kinds(v1::DOCUMENT_KIND_ADDRESS);
  EXPECT_EQ(Matches(filter), "");
  filter.Clear();
  filter.set_replies_to("documents/day");
  EXPECT_EQ(Matches(filter), "month");
}

TEST(FilterTest, AnAnswerIsARelationOfThatTypeAndNoOther) {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  std::vector<v1::Document> documents(2);
  documents[0].set_name("documents/a");
  documents[1].set_name("documents/b");
  documents[1].add_relations()->set_type(v1::RELATION_TYPE_REFERS_TO);
  documents[1].mutable_relations(0)->set_document("documents/a");
  const Corpus corpus(summary, documents);
  v1::DocumentFilter request;
  request.set_replies_to("documents/a");
  EXPECT_EQ(Filter::Make(request, corpus, "filter")->Match(corpus.documents()[1]), std::nullopt);
}

TEST(FilterTest, SaysWhichZoneWasUsed) {
  EXPECT_EQ(Filter::Make({}, *ACorpus(), "filter")->time_zone(), "America/New_York");
  v1::DocumentFilter filter;
  filter.mutable_window()->set_time_zone("Europe/Moscow");
  EXPECT_EQ(Filter::Make(filter, *ACorpus(), "filter")->time_zone(), "Europe/Moscow");
}

}  // namespace
}  // namespace hotline::server
