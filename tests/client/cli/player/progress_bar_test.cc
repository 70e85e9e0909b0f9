#include "client/cli/player/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/cli/civil_time.h"
#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::Time Instant(const std::string& rfc3339) { return ToTime(At(rfc3339)); }

// Three days of Washington, the last one with 25 hours: 73 hours.
Progress ThreeDays() {
  Progress progress;
  progress.start = Instant("1962-10-26T00:00:00-04:00");
  progress.end = Instant("1962-10-29T00:00:00-05:00");
  progress.clock = progress.start;
  progress.zone = *FindZone("America/New_York");
  return progress;
}

// One hour a column.
const Page kPage = {73, false};

TEST(ProgressBarTest, HasAColumnForEachHourAndMarksMidnights) {
  Progress progress = ThreeDays();
  progress.clock = Instant("1962-10-27T10:00:00-04:00");
  const ProgressRows rows = RenderProgress(kPage, progress);
  EXPECT_EQ(rows.bar.text(), "┿━━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━━━━●─────────────┼────────────────────────");
  EXPECT_EQ(rows.days.text(), "Fri 26 Oct              Sat 27 Oct              Sun 28 Oct");
}

TEST(ProgressBarTest, BeginsAndEndsInsideTheBar) {
  Progress progress = ThreeDays();
  EXPECT_THAT(RenderProgress(kPage, progress).bar.text(), StartsWith("●──"));
  progress.clock = progress.end + absl::Hours(100);
  const Line full = RenderProgress(kPage, progress).bar;
  EXPECT_EQ(full.width(), 73);
  EXPECT_THAT(full.text(), HasSubstr("━●"));
  progress.clock = progress.start - absl::Hours(100);
  EXPECT_EQ(RenderProgress(kPage, progress).bar.width(), 73);
}

TEST(ProgressBarTest, MarksStandInTheirLaneAndTellWhatWasPlayed) {
  Progress progress = ThreeDays();
  progress.marks = {{progress.start + absl::Hours(2), 0, true},
                    {progress.start + absl::Hours(3), 0, false},
                    {progress.start + absl::Hours(5), 1, false}};
  const ProgressRows rows = RenderProgress(kPage, progress);
  EXPECT_EQ(rows.above.text(), "  •·");
  EXPECT_EQ(rows.below.text(), "     ·");
}

TEST(ProgressBarTest, OfSeveralMarksInAColumnAPlayedOneShows) {
  Progress progress = ThreeDays();
  progress.marks = {{progress.start, 0, true}, {progress.start + absl::Minutes(5), 0, false}};
  EXPECT_EQ(RenderProgress(kPage, progress).above.text(), "•");
}

TEST(ProgressBarTest, DatesGetShorterAndFewerWithTheRoom) {
  const Progress progress = ThreeDays();
  EXPECT_EQ(RenderProgress({24, false}, progress).days.text(), "Fri 26 Sat 27  Sun 28");
  EXPECT_EQ(RenderProgress({10, false}, progress).days.text(), "26 27 28");
  EXPECT_EQ(RenderProgress({6, false}, progress).days.text(), "26 28");
  EXPECT_EQ(RenderProgress({1, false}, progress).days.text(), "");
}

TEST(ProgressBarTest, IsAsWideAsThePageWhateverItsWidthAndSpan) {
  for (int width = 1; width < 130; ++width) {
    for (const absl::Duration span :
         {absl::ZeroDuration(), absl::Seconds(1), absl::Hours(73), absl::Hours(24 * 36600)}) {
      Progress progress = ThreeDays();
      progress.end = progress.start + span;
      progress.clock = progress.start + span / 3;
      progress.marks = {{progress.end, 1, false}};
      const ProgressRows rows = RenderProgress({width, false}, progress);
      EXPECT_EQ(rows.bar.width(), width);
      EXPECT_LE(rows.days.width(), width);
      EXPECT_EQ(rows.above.width(), width);
      EXPECT_EQ(rows.below.width(), width);
    }
  }
}

}  // namespace
}  // namespace hotline::cli
