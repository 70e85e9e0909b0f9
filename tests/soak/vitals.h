#ifndef HOTLINE_TESTS_SOAK_VITALS_H_
#define HOTLINE_TESTS_SOAK_VITALS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hotline::soak {

// What a process holds at one moment.
struct Vitals {
  absl::Duration at;  // since the soak began
  std::int64_t resident_bytes = 0;
  int descriptors = 0;
  int threads = 0;
};

// Absent where there is no such process.
std::optional<Vitals> VitalsOf(pid_t process, absl::Duration at);

// "RSS 61.2 MB, 34 descriptors, 17 threads"
std::string ToString(const Vitals& vitals);

// What still counts as flat.
struct Tolerance {
  // Rise of memory from the first sample to the last, along the line that fits all of them best.
  std::int64_t resident_bytes = 0;
  // The most in the second half of the samples over the most in the first half.
  int descriptors = 0;
  int threads = 0;
  // At any time.
  int most_threads = 0;
};

// What is not flat, in words; empty where all is. `samples` are those behind the warming up, in the order of time;
// fewer than 10 are too few to judge, and said to be.
std::vector<std::string> FindGrowth(const std::vector<Vitals>& samples, const Tolerance& tolerance);

// The rise of memory that FindGrowth() judges.
double FittedRiseOfMemory(const std::vector<Vitals>& samples);

}  // namespace hotline::soak

#endif  // HOTLINE_TESTS_SOAK_VITALS_H_
