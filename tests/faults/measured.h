#ifndef HOTLINE_TESTS_FAULTS_MEASURED_H_
#define HOTLINE_TESTS_FAULTS_MEASURED_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hotline::tests {

// Prints what a test measured: "[   FIGURE ] silent connections closed after 2.02 s".
void PrintFigure(const std::string& figure);

// What a process holds of memory, in MiB, and of file descriptors.
double ResidentMebibytes(pid_t pid);
std::size_t OpenFiles(pid_t pid);

// Whether the programs are built with sanitizers, which need several times the memory.
constexpr bool kSanitized =
#ifdef __SANITIZE_ADDRESS__
    true;
#else
    false;
#endif

// Asks until the answer is yes or the time is over, and returns the last answer.
bool Eventually(const std::function<bool()>& holds, absl::Duration timeout = absl::Seconds(20));

// How long calls took. Threads: any.
class Latencies {
 public:
  void Add(absl::Duration latency);
  std::size_t count() const;
  // That which `share` of the calls did not exceed: 0.5, 0.99, 1. Zero where there were none.
  absl::Duration Quantile(double share) const;
  // "median 0.21 ms, p99 3.10 ms, longest 12 ms of 812"
  std::string ToString() const;

 private:
  mutable absl::Mutex mu_;
  std::vector<absl::Duration> latencies_ ABSL_GUARDED_BY(mu_);
};

// Does something over and over beside the test, from now until Stop() or destruction.
class Background {
 public:
  explicit Background(std::function<void()> work, int threads = 1);
  ~Background() { Stop(); }
  void Stop();

 private:
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_FAULTS_MEASURED_H_
