#ifndef HOTLINE_TESTS_FUZZ_REQUIRE_H_
#define HOTLINE_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace hotline::server {

// Ends the program where a rule does not hold, which is what a fuzzer takes for a finding.
inline void Require(bool holds, absl::string_view rule) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(rule.size()), rule.data());
  std::abort();
}

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_FUZZ_REQUIRE_H_
