#ifndef HOTLINE_TESTS_BENCH_REPORT_H_
#define HOTLINE_TESTS_BENCH_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hotline::bench {

// What a figure is to be, in the figure's own unit.
struct Goal {
  enum class Bound { kAtMost, kAtLeast };
  Bound bound;
  double limit;
};
Goal AtMost(double limit);
Goal AtLeast(double limit);

// The table of one scenario: a row a figure, with its goal where it has one.
class Report {
 public:
  // `title` says what was run.
  explicit Report(std::string title) : title_(std::move(title)) {}

  void Add(absl::string_view what, double value, absl::string_view unit, std::optional<Goal> goal = std::nullopt);
  // In milliseconds.
  void Add(absl::string_view what, absl::Duration value, std::optional<Goal> goal = std::nullopt);
  void AddText(absl::string_view what, absl::string_view text);
  // p50, p99, p99.9 and max of `values`; the goal is that of p99, in milliseconds.
  void AddPercentiles(absl::string_view what, const std::vector<absl::Duration>& values,
                      std::optional<Goal> goal_of_p99 = std::nullopt);

  std::string ToString() const;

 private:
  struct Row {
    std::string what;
    std::string value;
    std::string goal;
  };

  const std::string title_;
  std::vector<Row> rows_;
};

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_REPORT_H_
