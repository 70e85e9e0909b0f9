#include "server/corpus/filter.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
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
  for (std::size_t i = 0; i < corpus->documents().size(); ++i) {
    const auto match = filter->Match(i);
    if (!match.has_value()) continue;
    result += (result.empty() ? "" : " ") + corpus->documents()[i].name().substr(10);
    if (match->certainty == v1::CERTAINTY_POSSIBLE) result += "?";
    if (match->certainty == v1::CERTAINTY_DEFINITE) result += "!";
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

// One document of two minds: the edition's day, which is preferred, and two claims of the aid.
Corpus DisputedCorpus() {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  for (const char* source : {"sources/edition", "sources/aid"}) summary.add_sources()->set_name(source);
  std::vector<v1::Document> documents(2);
  documents[0].set_name("documents/disputed");
  documents[1].set_name("documents/undated");
  for (const auto& [source, date] : std::vector<std::pair<std::string, std::string>>{
           {"sources/edition", "1962-10-27"}, {"sources/aid", "1962-10"}, {"sources/aid", "1962-10-26"}}) {
    v1::DateClaim* claim = documents[0].add_dates();
    claim->set_source(source);
    *claim->mutable_date() = *ParseDate(date, "UTC");
  }
  return Corpus(summary, documents);
}

struct Decision {
  std::string source;   // of a filter
  std::string day;      // of its window
  std::string decided;  // by which claim, and how surely; empty: not selected
};

TEST(FilterTest, OfSeveralClaimsThatCountTheSurestDecidesAndThenTheMostTrusted) {
  const Corpus corpus = DisputedCorpus();
  for (const Decision& decision : std::vector<Decision>{
           {"", "1962-10-27", "edition 27 definite"},
           {"", "1962-10-26", ""},
           {"sources/aid", "1962-10-27", "aid 16 possible"},
           {"sources/aid", "1962-10-26", "aid 26 definite"},
           {"sources/-", "1962-10-26", "aid 26 definite"},
           {"sources/-", "1962-10-27", "edition 27 definite"},
           {"sources/-", "1962-10-03", "aid 16 possible"},
           {"sources/-", "1962-11-01", ""},
       }) {
    v1::DocumentFilter request = Days(decision.day, decision.day);
    request.set_source(decision.source);
    const auto filter = Filter::Make(request, corpus, "filter");
    ASSERT_THAT(filter, IsOk());
    const auto match = filter->Match(0);
    std::string decided;
    if (match.has_value()) {
      decided = absl::StrCat(corpus.columns().source_names()[match->date->source]->substr(8), " ",
                             absl::ToCivilDay(match->date->middle(), absl::UTCTimeZone()).day(), " ",
                             match->certainty == v1::CERTAINTY_DEFINITE ? "definite" : "possible");
    }
    EXPECT_EQ(decided, decision.decided) << decision.source << " " << decision.day;
    EXPECT_EQ(filter->Match(1)->date, nullptr);  // undated: possible, on nobody's word
  }
}

TEST(FilterTest, OfClaimsThatAreEquallySureTheMostTrustedDecides) {
  const Corpus corpus = DisputedCorpus();
  v1::DocumentFilter request = Days("1962-10-26", "1962-10-27");
  request.set_source("sources/-");
  const auto filter = Filter::Make(request, corpus, "filter");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->Match(0)->certainty, v1::CERTAINTY_DEFINITE);
  EXPECT_EQ(filter->Match(0)->date, &corpus.columns().dates(0)[0]);
}

TEST(FilterTest, WithoutAWindowTheMostTrustedClaimThatCountsIsTold) {
  const Corpus corpus = DisputedCorpus();
  v1::DocumentFilter request;
  request.set_source("sources/aid");
  const auto filter = Filter::Make(request, corpus, "filter");
  ASSERT_THAT(filter, IsOk());
  EXPECT_EQ(filter->Match(0)->date, &corpus.columns().dates(0)[1]);
  EXPECT_EQ(filter->Match(0)->certainty, v1::CERTAINTY_UNSPECIFIED);
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
  const auto filter = Filter::Make(request, corpus, "filter");
  ASSERT_THAT(filter, IsOk());
  EXPECT_FALSE(filter->Match(1).has_value());
}

TEST(FilterTest, TakesAHundredValuesOfAListAndNoMore) {
  const Corpus corpus = DisputedCorpus();
  v1::DocumentFilter request;
  for (int i = 0; i < 100; ++i) request.add_kinds(v1::DOCUMENT_KIND_LETTER);
  EXPECT_THAT(Filter::Make(request, corpus, "filter"), IsOk());
  request.add_kinds(v1::DOCUMENT_KIND_LETTER);
  EXPECT_THAT(Filter::Make(request, corpus, "filter"), IsBadField("filter.kinds"));
}

TEST(FilterTest, SaysWhichZoneWasUsed) {
  const auto corpus = ACorpus();
  EXPECT_EQ(Filter::Make({}, *corpus, "filter")->time_zone(), "America/New_York");
  v1::DocumentFilter filter;
  filter.mutable_window()->set_time_zone("Europe/Moscow");
  EXPECT_EQ(Filter::Make(filter, *corpus, "filter")->time_zone(), "Europe/Moscow");
}

}  // namespace
}  // namespace hotline::server
