#include "tests/bench/measure.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/bench/load.h"

namespace hotline::bench {
namespace {

std::string ReadProc(pid_t process, const char* name) {
  const std::string path = absl::StrCat("/proc/", process, "/", name);
  std::ifstream stream(path);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (text.empty()) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::abort();
  }
  return text;
}

std::int64_t ToNumber(absl::string_view text) {
  std::int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) std::abort();
  return number;
}

}  // namespace

absl::Duration CpuTimeOf(pid_t process) {
  clockid_t clock;
  timespec time;
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    std::fprintf(stderr, "there is no process %d\n", process);
    std::abort();
  }
  return absl::DurationFromTimespec(time);
}

std::int64_t ResidentBytesOf(pid_t process) {
  const std::string status = ReadProc(process, "status");
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (absl::ConsumePrefix(&line, "VmRSS:") && absl::ConsumeSuffix(&line, " kB")) return ToNumber(line) * 1024;
  }
  std::abort();
}

absl::Duration Percentile(std::vector<absl::Duration> values, double share) {
  if (values.empty()) return absl::ZeroDuration();
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

CpuWindow::CpuWindow(pid_t server)
    : server_(server), begun_at_(SteadyNow()), server_before_(CpuTimeOf(server)), load_before_(CpuTimeOf(getpid())) {}

CpuWindow::Used CpuWindow::SoFar() const {
  return {SteadyNow() - begun_at_, CpuTimeOf(server_) - server_before_, CpuTimeOf(getpid()) - load_before_};
}

}  // namespace hotline::bench
