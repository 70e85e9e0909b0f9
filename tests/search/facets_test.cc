#include "server/search/facets.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/search/search_corpus.h"

namespace hotline::server {
namespace {

using testing::ElementsAre;

// The facets of a filter's whole selection as "property: value=count value=count (values)".
std::vector<std::string> FacetsOf(const Corpus& corpus, const v1::DocumentFilter& request = {}) {
  const Filter filter = Filter::Make(request, corpus, "filter").value();
  FacetCounter counter(corpus, filter.zone());
  for (std::size_t i = 0; i < corpus.documents().size(); ++i) {
    if (const auto match = filter.Match(i)) counter.Count(i, *match);
  }
  std::vector<std::string> facets;
  for (const v1::Facet& facet : counter.Facets()) {
    std::string text = facet.property() + ":";
    for (const v1::FacetCount& count : facet.counts()) absl::StrAppend(&text, " ", count.value(), "=", count.count());
    facets.push_back(absl::StrCat(text, " (", facet.value_count(), ")"));
  }
  return facets;
}

std::shared_ptr<const Corpus> ACorpus() {
  v1::Document a = TitledDocument("a", "A", "1962-10-27");
  a.add_authors("participants/kennedy");
  a.add_recipients("participants/khrushchev");
  a.set_kind(v1::DOCUMENT_KIND_LETTER);
  a.set_publicity(v1::PUBLICITY_PRIVATE);
  v1::Document b = TitledDocument("b", "B", "1962-10-28T01:00-04:00");
  b.add_authors("participants/khrushchev");
  b.add_recipients("participants/kennedy");
  b.add_recipients("participants/khrushchev");
  b.set_kind(v1::DOCUMENT_KIND_LETTER);
  b.set_publicity(v1::PUBLICITY_PUBLIC);
  v1::DateClaim* aid = b.add_dates();
  aid->set_source("sources/aid");
  *aid->mutable_date() = *ParseDate("1962-10-26", "America/New_York");
  *b.add_dates() = *aid;  // a source counts once
  return SearchCorpus({a, b, TitledDocument("undated", "C")});
}

TEST(FacetsTest, CountEachDocumentOnceForEachValueThatItHas) {
  EXPECT_THAT(FacetsOf(*ACorpus()),
              ElementsAre("author: participants/kennedy=1 participants/khrushchev=1 (2)",
                          "recipient: participants/khrushchev=2 participants/kennedy=1 (2)",
                          "kind: DOCUMENT_KIND_LETTER=2 (1)", "publicity: PUBLICITY_PRIVATE=1 PUBLICITY_PUBLIC=1 (2)",
                          "day: 1962-10-27=1 1962-10-28=1 (2)", "source: sources/edition=2 sources/aid=1 (2)"));
}

TEST(FacetsTest, ReckonDaysInTheZoneOfTheRequest) {
  v1::DocumentFilter filter;
  filter.mutable_window()->set_time_zone("Pacific/Honolulu");
  EXPECT_EQ(FacetsOf(*ACorpus(), filter)[4], "day: 1962-10-27=2 (1)");
}

TEST(FacetsTest, PutMidnightToTheDayThatItBegins) {
  const auto corpus = SearchCorpus({TitledDocument("a", "A", "1962-10-26T23:59-04:00"),
                                    TitledDocument("b", "B", "1962-10-27T00:00-04:00"),
                                    TitledDocument("c", "C", "1962-10-27T23:59-04:00")});
  EXPECT_EQ(FacetsOf(*corpus)[4], "day: 1962-10-27=2 1962-10-26=1 (2)");
}

TEST(FacetsTest, ReckonDaysByTheClaimThatCounts) {
  v1::DocumentFilter filter;
  filter.set_source("sources/aid");
  EXPECT_EQ(FacetsOf(*ACorpus(), filter)[4], "day: 1962-10-26=1 (1)");
}

TEST(FacetsTest, NameAllPropertiesWhereNothingWasFound) {
  v1::DocumentFilter filter;
  filter.add_kinds(v1::DOCUMENT_KIND_ADDRESS);
  EXPECT_THAT(FacetsOf(*ACorpus(), filter),
              ElementsAre("author: (0)", "recipient: (0)", "kind: (0)", "publicity: (0)", "day: (0)", "source: (0)"));
}

TEST(FacetsTest, ListTheMostFrequentThousandAndSayHowManyThereAre) {
  std::vector<v1::Document> documents;
  const absl::CivilDay first(1962, 1, 1);
  for (int i = 0; i < 1'500; ++i) {
    const std::string day = absl::FormatCivilTime(first + i);
    documents.push_back(TitledDocument(absl::StrCat(i), "a", day));
    if (i == 1'400) documents.push_back(TitledDocument("again", "a", day));
  }
  const std::string days = FacetsOf(*SearchCorpus(documents))[4];
  EXPECT_THAT(days,
              testing::StartsWith(absl::StrCat("day: ", absl::FormatCivilTime(first + 1'400), "=2 1962-01-01=1")));
  EXPECT_THAT(days, testing::EndsWith("=1 (1500)"));
  EXPECT_EQ(std::count(days.begin(), days.end(), '='), 1'000);
}

}  // namespace
}  // namespace hotline::server
