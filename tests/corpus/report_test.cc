#include "server/corpus/report.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/corpus/small_corpus.h"

namespace hotline::server {
namespace {

TEST(ReportTest, TellsWhatTheCorpusHoldsAndWhatIsOdd) {
  const LoadResult result = BuildCorpus(kSmallFindingAid, kSmallCuration);
  EXPECT_EQ(CorpusReport(result), absl::StrCat(R"(Letters
  revision   )",
                                               result.corpus->revision(), R"(
  entries    3
  documents  2
  events     3
  span       1960-05-01 to 1960-05-03 in UTC

Dates on which the sources disagree
  document  preferred             against
  ab-1      1960-05-01 (Edition)  1960-05-02 (Aid)

Printed numbers that occur more than once
  number  positions
  1       1, 3

Found in the files
finding_aid.txt:1: note: taken for the title: "Letters"
finding_aid.txt:3: note: sources disagree about the date of documents/ab-1:
    Edition 1960-05-01 (curation.textproto:22) is preferred to Aid 1960-05-02
    (finding_aid.txt:3)
finding_aid.txt:5: note: "3 May" has no year; 1960 is taken from line 3
finding_aid.txt:6: warning: the printed number 1 stands before an earlier entry
    too (line 3)

0 errors, 1 warning
)"));
}

TEST(ReportTest, TellsWhyThereIsNoCorpus) {
  const std::string report = CorpusReport(BuildCorpus("", std::nullopt));
  EXPECT_THAT(report, testing::StartsWith("Found in the files\nfinding_aid.txt: error: no document"));
  EXPECT_THAT(report, testing::EndsWith("\n\n1 error, 0 warnings\n"));
}

TEST(ReportTest, LeavesOutTablesThatWouldBeEmpty) {
  const std::string report = CorpusReport(BuildCorpus("T\n1. Ann to Bob, n.d.", std::nullopt));
  EXPECT_THAT(report, testing::HasSubstr("span       no event\n\nFound in the files"));
}

}  // namespace
}  // namespace hotline::server
