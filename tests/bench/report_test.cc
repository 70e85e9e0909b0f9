#include "tests/bench/report.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/bench/measure.h"

namespace hotline::bench {
namespace {

TEST(ReportTest, SaysBesideEachFigureWhetherItMeetsItsGoal) {
  Report report("paced: 3 playbacks");
  report.Add("server CPU", 2.5, "s", AtMost(3));
  report.Add("items", 3'999'999, "", AtLeast(4e6));
  report.Add("lateness", absl::Milliseconds(12), AtMost(12));
  report.AddText("readers", "all came to the end");
  EXPECT_EQ(report.ToString(),
            "paced: 3 playbacks\n"
            "  server CPU  2.500 s  goal <= 3 s: met\n"
            "  items       3999999  goal >= 4000000: missed\n"
            "  lateness    12 ms    goal <= 12 ms: met\n"
            "  readers     all came to the end\n");
}

TEST(PercentileTest, IsTheSmallestValueThatTheShareIsNotAbove) {
  std::vector<absl::Duration> values;
  for (int i = 200; i > 0; --i) values.push_back(absl::Milliseconds(i));
  EXPECT_EQ(Percentile(values, 0.5), absl::Milliseconds(100));
  EXPECT_EQ(Percentile(values, 0.99), absl::Milliseconds(198));
  EXPECT_EQ(Percentile(values, 0.999), absl::Milliseconds(200));
  EXPECT_EQ(Percentile(values, 1), absl::Milliseconds(200));
  EXPECT_EQ(Percentile({absl::Milliseconds(7)}, 0.5), absl::Milliseconds(7));
  EXPECT_EQ(Percentile({}, 0.5), absl::ZeroDuration());
}

}  // namespace
}  // namespace hotline::bench
