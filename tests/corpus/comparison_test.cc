#include "server/corpus/comparison.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/chronology.h"
#include "server/corpus/historical_date.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

struct Claimed {
  std::string source;  // "aid" or "edition"
  std::string date;
  std::string zone = "UTC";
};

Corpus CorpusOf(const std::vector<Claimed>& claims) {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  for (const char* source : {"sources/edition", "sources/aid", "sources/third"}) {
    summary.add_sources()->set_name(source);
  }
  v1::Document document;
  document.set_name("documents/a");
  document.set_title("A letter");
  for (const Claimed& claimed : claims) {
    v1::DateClaim* claim = document.add_dates();
    claim->set_source(absl::StrCat("sources/", claimed.source));
    *claim->mutable_date() = *ParseDate(claimed.date, claimed.zone);
  }
  return Corpus(summary, {document});
}

// What is said about a document with these claims: "DIFFERS 1962-10-26 1962-10-27 86400s 1 days".
std::string Compared(const std::vector<Claimed>& claims) {
  const Corpus corpus = CorpusOf(claims);
  const auto comparison = SourceComparison::Make("sources/aid", "sources/edition", corpus);
  EXPECT_THAT(comparison, IsOk());
  const v1::DateComparison said = comparison->Describe(0, comparison->Compare(0));
  EXPECT_EQ(said.document(), "documents/a");
  EXPECT_EQ(said.title(), "A letter");
  std::string text = v1::ComparisonOutcome_Name(said.outcome()).substr(sizeof("COMPARISON_OUTCOME_") - 1);
  for (const v1::DateClaim* claim :
       {said.has_first() ? &said.first() : nullptr, said.has_second() ? &said.second() : nullptr}) {
    absl::StrAppend(&text, " ", claim == nullptr ? "-" : claim->date().edtf());
  }
  if (said.has_difference()) absl::StrAppend(&text, " ", said.difference().seconds(), "s");
  if (said.has_day_difference()) absl::StrAppend(&text, " ", said.day_difference(), " days");
  return text;
}

TEST(ComparisonTest, SaysByHowMuchTwoSourcesDiffer) {
  EXPECT_EQ(Compared({{"aid", "1962-10-26"}, {"edition", "1962-10-27"}}),
            "DIFFERS 1962-10-26 1962-10-27 86400s 1 days");
  EXPECT_EQ(Compared({{"edition", "1962-10-26"}, {"aid", "1962-10-27"}}),
            "DIFFERS 1962-10-27 1962-10-26 -86400s -1 days");
  EXPECT_EQ(Compared({{"aid", "1962-09"}, {"edition", "1962-10-01"}}), "DIFFERS 1962-09 1962-10-01 1339200s");
}

TEST(ComparisonTest, AgreesWhereBothMayBeRight) {
  EXPECT_EQ(Compared({{"aid", "1962-10-26"}, {"edition", "1962-10-26"}}), "AGREES 1962-10-26 1962-10-26 0s 0 days");
  EXPECT_EQ(Compared({{"aid", "1962-10"}, {"edition", "1962-10-01"}}), "AGREES 1962-10 1962-10-01 -1296000s");
  EXPECT_EQ(Compared({{"aid", "1962-10-26"}, {"edition", "1962-10-26T00:00"}}),
            "AGREES 1962-10-26 1962-10-26T00:00:00+00:00 -43200s 0 days");
  EXPECT_EQ(Compared({{"aid", "1962-10-26T10:00"}, {"edition", "1962-10-26T10:00"}}),
            "AGREES 1962-10-26T10:00:00+00:00 1962-10-26T10:00:00+00:00 0s 0 days");
}

TEST(ComparisonTest, ADayThatEndsWhereTheOtherBeginsDiffers) {
  EXPECT_EQ(Compared({{"aid", "1962-10-26"}, {"edition", "1962-10-27T00:00"}}),
            "DIFFERS 1962-10-26 1962-10-27T00:00:00+00:00 43200s 1 days");
}

TEST(ComparisonTest, ComparesDaysOfTwoZonesByWhatTheyCoverAndNamesTheDaysOfEach) {
  EXPECT_EQ(Compared({{"aid", "1962-10-26", "America/New_York"}, {"edition", "1962-10-27", "Europe/Moscow"}}),
            "AGREES 1962-10-26 1962-10-27 61200s 1 days");
}

TEST(ComparisonTest, ADifferenceInDaysNeedsClaimsThatNameOneDayEach) {
  EXPECT_EQ(Compared({{"aid", "1962-10-22/1962-10-23"}, {"edition", "1962-10-26"}}),
            "DIFFERS 1962-10-22/1962-10-23 1962-10-26 302400s");
  EXPECT_EQ(Compared({{"aid", "1962-10-22T18"}, {"edition", "1962-10-26T00:00"}}),
            "DIFFERS 1962-10-22 1962-10-26T00:00:00+00:00 279000s 4 days");
}

TEST(ComparisonTest, SaysWhatOnlyOneHas) {
  EXPECT_EQ(Compared({{"aid", "1962-10-26"}}), "ONLY_FIRST 1962-10-26 -");
  EXPECT_EQ(Compared({{"edition", "1962-10-26"}}), "ONLY_SECOND - 1962-10-26");
  EXPECT_EQ(Compared({{"third", "1962-10-26"}}), "NEITHER - -");
  EXPECT_EQ(Compared({}), "NEITHER - -");
}

TEST(ComparisonTest, OfSeveralClaimsTheClosestAreCompared) {
  EXPECT_EQ(
      Compared({{"edition", "1962-10-20"}, {"edition", "1962-10-25"}, {"aid", "1962-10-28"}, {"aid", "1962-10-26"}}),
      "DIFFERS 1962-10-26 1962-10-25 -86400s -1 days");
  EXPECT_EQ(Compared({{"edition", "1962-10-20"}, {"edition", "1962-10-25"}, {"aid", "1962-10-25"}}),
            "AGREES 1962-10-25 1962-10-25 0s 0 days");
  // Of two that are as close, the most trusted.
  EXPECT_EQ(Compared({{"aid", "1962-10-24"}, {"aid", "1962-10-26"}, {"edition", "1962-10-25"}}),
            "DIFFERS 1962-10-24 1962-10-25 86400s 1 days");
}

// The report of `hotlined --check` has its own way to the same end.
TEST(ComparisonTest, AgreesWithTheReportAboutWhatDisagrees) {
  for (const auto& [aid, edition] :
       std::vector<std::pair<std::string, std::string>>{{"1962-10-26", "1962-10-27"},
                                                        {"1962-10-26", "1962-10-27T00:00"},
                                                        {"1962-10-26", "1962-10-26T23:59"},
                                                        {"1962-10-26T10:00", "1962-10-26T10:00"},
                                                        {"1962-10-26T10:00", "1962-10-26T10:01"},
                                                        {"1962-10", "1962-11-01"},
                                                        {"1962", "1962-12-31"}}) {
    const Corpus corpus = CorpusOf({{"edition", edition}, {"aid", aid}});
    const auto comparison = SourceComparison::Make("sources/aid", "sources/edition", corpus);
    EXPECT_EQ(comparison->Compare(0).outcome == v1::COMPARISON_OUTCOME_DIFFERS,
              !Disagreements(corpus.documents()[0]).empty())
        << aid << " " << edition;
  }
}

TEST(ComparisonTest, WantsTwoSourcesOfTheCorpus) {
  const Corpus corpus = CorpusOf({});
  EXPECT_THAT(SourceComparison::Make("", "sources/aid", corpus), IsBadField("first_source"));
  EXPECT_THAT(SourceComparison::Make("sources/aid", "aid", corpus), IsBadField("second_source"));
  EXPECT_THAT(SourceComparison::Make("sources/none", "sources/aid", corpus), IsBadField("first_source"));
  EXPECT_THAT(SourceComparison::Make("sources/aid", "sources/aid", corpus), IsBadField("second_source"));
  EXPECT_THAT(SourceComparison::Make("sources/-", "sources/aid", corpus), IsBadField("first_source"));
}

}  // namespace
}  // namespace hotline::server
