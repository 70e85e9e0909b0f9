#ifndef HOTLINE_TESTS_RPC_METRICS_PAGE_H_
#define HOTLINE_TESTS_RPC_METRICS_PAGE_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace hotline::tests {

// The series of a page, by name with labels.
inline std::map<std::string, double> SeriesOf(const std::string& page) {
  std::map<std::string, double> series;
  for (const absl::string_view line : absl::StrSplit(page, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "#")) continue;
    const std::size_t blank = line.rfind(' ');
    double value = 0;
    EXPECT_TRUE(blank != line.npos && absl::SimpleAtod(line.substr(blank + 1), &value)) << line;
    EXPECT_TRUE(series.emplace(line.substr(0, blank), value).second) << "twice: " << line;
  }
  return series;
}

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_RPC_METRICS_PAGE_H_
