#ifndef HOTLINE_TESTS_BENCH_MEASURE_H_
#define HOTLINE_TESTS_BENCH_MEASURE_H_

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace hotline::bench {

// Processor time of a process so far, user and system together, of all its threads. Aborts where there is no such
// process.
absl::Duration CpuTimeOf(pid_t process);

// Memory of a process that is resident now, in bytes. Aborts where there is no such process.
std::int64_t ResidentBytesOf(pid_t process);

// The smallest value that at least `share` (0 to 1) of `values` are not above; zero where there are none.
absl::Duration Percentile(std::vector<absl::Duration> values, double share);

// Processor time of a server and of the load itself since it was made.
class CpuWindow {
 public:
  explicit CpuWindow(pid_t server);

  struct Used {
    absl::Duration time;
    absl::Duration server;
    absl::Duration load;
  };
  Used SoFar() const;

 private:
  const pid_t server_;
  const absl::Duration begun_at_;
  const absl::Duration server_before_;
  const absl::Duration load_before_;
};

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_MEASURE_H_
