#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;

class CompareSourcesTest : public ::testing::Test {
 protected:
  CompareSourcesTest() {
    request_.set_first_source("sources/finding-aid");
    request_.set_second_source("sources/frus-6");
  }

  absl::StatusOr<v1::CompareSourcesResponse> Compare() {
    return Ask(server_, &v1::ArchiveService::Stub::CompareSources, request_);
  }

  RunningServer server_;
  v1::CompareSourcesRequest request_;  // the finding aid with the edition
};

// "kk-01 1": the documents with their differences in days.
std::vector<std::string> Differences(const v1::CompareSourcesResponse& response) {
  std::vector<std::string> differences;
  for (const v1::DateComparison& comparison : response.comparisons()) {
    differences.push_back(absl::StrCat(comparison.document().substr(10), " ", comparison.day_difference()));
  }
  return differences;
}

std::vector<std::string> Counts(const v1::CompareSourcesResponse& response) {
  std::vector<std::string> counts;
  for (const v1::OutcomeCount& count : response.counts()) {
    counts.push_back(absl::StrCat(v1::ComparisonOutcome_Name(count.outcome()).substr(sizeof("COMPARISON_OUTCOME_") - 1),
                                  " ", count.count()));
  }
  return counts;
}

TEST_F(CompareSourcesTest, TheFindingAidAndTheEditionDifferAboutFourDocumentsByADay) {
  const auto all = Compare();
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->revision(), ShippedCorpus()->revision());
  EXPECT_EQ(all->time_zone(), "America/New_York");
  EXPECT_EQ(all->total_size(), 13);
  EXPECT_EQ(all->comparisons_size(), 13);
  EXPECT_EQ(all->next_page_token(), "");
  request_.add_outcomes(v1::COMPARISON_OUTCOME_DIFFERS);
  const auto differing = Compare();
  ASSERT_THAT(differing, IsOk());
  EXPECT_THAT(Differences(*differing), ElementsAre("kk-01 1", "kk-02 1", "kk-06 -1", "kk-09 1"));
  const v1::DateComparison& letter = differing->comparisons(3);
  EXPECT_EQ(letter.first().date().as_written(), "26 October 1962");
  EXPECT_EQ(letter.first().source(), "sources/finding-aid");
  EXPECT_EQ(letter.second().date().edtf(), "1962-10-27");
  EXPECT_EQ(letter.second().source(), "sources/frus-6");
  EXPECT_EQ(letter.difference().seconds(), 24 * 3600);
}

TEST_F(CompareSourcesTest, TheEditionLacksOneDocumentAndAgreesAboutTheOthers) {
  request_.add_outcomes(v1::COMPARISON_OUTCOME_ONLY_FIRST);
  const auto lacking = Compare();
  ASSERT_THAT(lacking, IsOk());
  EXPECT_THAT(Differences(*lacking), ElementsAre("kk-10 0"));
  EXPECT_FALSE(lacking->comparisons(0).has_second());
  EXPECT_FALSE(lacking->comparisons(0).has_difference());
  EXPECT_FALSE(lacking->comparisons(0).has_day_difference());
  request_.set_outcomes(0, v1::COMPARISON_OUTCOME_AGREES);
  const auto agreeing = Compare();
  ASSERT_THAT(agreeing, IsOk());
  EXPECT_THAT(Differences(*agreeing),
              ElementsAre("kk-03 0", "kk-04 0", "kk-05 0", "kk-07 0", "kk-08 0", "kk-11 0", "kk-12 0", "kk-13 0"));
}

TEST_F(CompareSourcesTest, CountsAllOutcomesOfTheFilterWhicheverAreListedAndOnEveryPage) {
  const auto all = Compare();
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(Counts(*all), ElementsAre("AGREES 8", "DIFFERS 4", "ONLY_FIRST 1", "ONLY_SECOND 0", "NEITHER 0"));
  request_.add_outcomes(v1::COMPARISON_OUTCOME_DIFFERS);
  request_.set_page_size(3);
  const auto first = Compare();
  ASSERT_THAT(first, IsOk());
  request_.set_page_token(first->next_page_token());
  request_.set_page_size(1);
  const auto second = Compare();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->total_size(), 4);
  EXPECT_EQ(second->total_size(), 4);
  EXPECT_THAT(Differences(*first), ElementsAre("kk-01 1", "kk-02 1", "kk-06 -1"));
  EXPECT_THAT(Differences(*second), ElementsAre("kk-09 1"));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_EQ(Counts(*first), Counts(*all));
  EXPECT_EQ(Counts(*second), Counts(*all));
}

TEST_F(CompareSourcesTest, ComparesOnlyTheDocumentsOfTheFilter) {
  request_.mutable_filter()->add_authors("participants/khrushchev");
  request_.mutable_filter()->set_publicity(v1::PUBLICITY_PUBLIC);
  const auto compared = Compare();
  ASSERT_THAT(compared, IsOk());
  EXPECT_EQ(compared->total_size(), 2);
  EXPECT_EQ(compared->comparisons(0).document(), "documents/kk-09");
}

TEST_F(CompareSourcesTest, OutcomesThatNoDocumentHasGiveAnEmptyPage) {
  request_.add_outcomes(v1::COMPARISON_OUTCOME_NEITHER);
  const auto compared = Compare();
  ASSERT_THAT(compared, IsOk());
  EXPECT_EQ(compared->total_size(), 0);
  EXPECT_EQ(compared->comparisons_size(), 0);
  EXPECT_EQ(compared->next_page_token(), "");
}

TEST_F(CompareSourcesTest, SourcesThatCannotBeComparedAreNamed) {
  request_.clear_second_source();
  EXPECT_THAT(Compare(), IsBadField("second_source"));
  request_.set_second_source("sources/finding-aid");
  EXPECT_THAT(Compare(), IsBadField("second_source")) << "the same one twice";
  request_.set_second_source("sources/-");
  EXPECT_THAT(Compare(), IsBadField("second_source"));
  request_.set_second_source("sources/frus-6");
  request_.set_first_source("sources/pravda");
  EXPECT_THAT(Compare(), IsBadField("first_source"));
  request_.set_first_source("frus-6");
  EXPECT_THAT(Compare(), IsBadField("first_source"));
}

TEST_F(CompareSourcesTest, OtherBadFieldsAreNamed) {
  request_.add_outcomes(v1::COMPARISON_OUTCOME_AGREES);
  for (const int outcome : {0, -1, 6}) {
    request_.add_outcomes(static_cast<v1::ComparisonOutcome>(outcome));
    EXPECT_THAT(Compare(), IsBadField("outcomes[1]")) << outcome;
    request_.mutable_outcomes()->RemoveLast();
  }
  request_.set_page_size(-1);
  EXPECT_THAT(Compare(), IsBadField("page_size"));
  request_.clear_page_size();
  request_.mutable_filter()->add_authors("kennedy");
  EXPECT_THAT(Compare(), IsBadField("filter.authors[0]"));
}

TEST_F(CompareSourcesTest, APageTokenBelongsToTheSourcesAndOutcomesItWasGivenFor) {
  request_.set_page_size(1);
  const auto first = Compare();
  ASSERT_THAT(first, IsOk());
  request_.set_page_token(first->next_page_token());
  request_.add_outcomes(v1::COMPARISON_OUTCOME_DIFFERS);
  EXPECT_THAT(Compare(), FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request_.clear_outcomes();
  std::swap(*request_.mutable_first_source(), *request_.mutable_second_source());
  EXPECT_THAT(Compare(), FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

}  // namespace
}  // namespace hotline::server
