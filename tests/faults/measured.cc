#include "tests/faults/measured.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace hotline::tests {

void PrintFigure(const std::string& figure) {
  std::printf("[   FIGURE ] %s\n", figure.c_str());
  std::fflush(stdout);
}

double ResidentMebibytes(pid_t pid) {
  std::ifstream statm(absl::StrCat("/proc/", pid, "/statm"));
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

std::size_t OpenFiles(pid_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator files(absl::StrCat("/proc/", pid, "/fd"), error);
  return error ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

bool Eventually(const std::function<bool()>& holds, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!holds()) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

void Latencies::Add(absl::Duration latency) {
  absl::MutexLock lock(&mu_);
  latencies_.push_back(latency);
}

std::size_t Latencies::count() const {
  absl::MutexLock lock(&mu_);
  return latencies_.size();
}

absl::Duration Latencies::Quantile(double share) const {
  absl::MutexLock lock(&mu_);
  if (latencies_.empty()) return absl::ZeroDuration();
  std::vector<absl::Duration> sorted = latencies_;
  std::sort(sorted.begin(), sorted.end());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

std::string Latencies::ToString() const {
  return absl::StrFormat("median %.2f ms, p99 %.2f ms, longest %.0f ms of %d",
                         absl::ToDoubleMilliseconds(Quantile(0.5)), absl::ToDoubleMilliseconds(Quantile(0.99)),
                         absl::ToDoubleMilliseconds(Quantile(1)), count());
}

Background::Background(std::function<void()> work, int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, work] {
      while (!stopped_) work();
    });
  }
}

void Background::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace hotline::tests
