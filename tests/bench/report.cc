#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/measure.h"

namespace hotline::bench {
namespace {

// Three figures behind the point for small values, none for large ones.
std::string Format(double value, absl::string_view unit) {
  const double size = std::abs(value);
  const int digits = size >= 1000 || value == std::round(value) ? 0 : size >= 10 ? 2 : 3;
  return absl::StrFormat("%.*f%s%s", digits, value, unit.empty() ? "" : " ", unit);
}

std::string Judge(double value, const Goal& goal, absl::string_view unit) {
  const bool most = goal.bound == Goal::Bound::kAtMost;
  const bool met = most ? value <= goal.limit : value >= goal.limit;
  return absl::StrCat("goal ", most ? "<= " : ">= ", Format(goal.limit, unit), ": ", met ? "met" : "missed");
}

}  // namespace

Goal AtMost(double limit) { return {Goal::Bound::kAtMost, limit}; }
Goal AtLeast(double limit) { return {Goal::Bound::kAtLeast, limit}; }

void Report::Add(absl::string_view what, double value, absl::string_view unit, std::optional<Goal> goal) {
  rows_.push_back({std::string(what), Format(value, unit), goal.has_value() ? Judge(value, *goal, unit) : ""});
}

void Report::Add(absl::string_view what, absl::Duration value, std::optional<Goal> goal) {
  Add(what, absl::ToDoubleMilliseconds(value), "ms", goal);
}

void Report::AddText(absl::string_view what, absl::string_view text) {
  rows_.push_back({std::string(what), std::string(text), ""});
}

void Report::AddPercentiles(absl::string_view what, const std::vector<absl::Duration>& values,
                            std::optional<Goal> goal_of_p99) {
  Add(absl::StrCat(what, " p50"), Percentile(values, 0.5));
  Add(absl::StrCat(what, " p99"), Percentile(values, 0.99), goal_of_p99);
  Add(absl::StrCat(what, " p99.9"), Percentile(values, 0.999));
  Add(absl::StrCat(what, " max"), Percentile(values, 1));
}

std::string Report::ToString() const {
  std::size_t width = 0;
  std::size_t value_width = 0;
  for (const Row& row : rows_) {
    width = std::max(width, row.what.size());
    if (!row.goal.empty()) value_width = std::max(value_width, row.value.size());
  }
  std::string text = title_ + "\n";
  for (const Row& row : rows_) {
    absl::StrAppendFormat(&text, "  %-*s  ", static_cast<int>(width), row.what);
    if (row.goal.empty()) {
      absl::StrAppend(&text, row.value, "\n");
    } else {
      absl::StrAppendFormat(&text, "%-*s  %s\n", static_cast<int>(value_width), row.value, row.goal);
    }
  }
  return text;
}

}  // namespace hotline::bench
