#include "tests/soak/vitals.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hotline::soak {
namespace {

constexpr std::size_t kFewestSamples = 10;

double Megabytes(double bytes) { return bytes / 1e6; }

int Most(const Vitals* begin, const Vitals* end, int Vitals::*figure) {
  return std::max_element(begin, end, [figure](const Vitals& a, const Vitals& b) {
           return a.*figure < b.*figure;
         })->*figure;
}

void CompareHalves(const std::vector<Vitals>& samples, const char* what, int Vitals::*figure, int tolerated,
                   std::vector<std::string>* growth) {
  const Vitals* const middle = samples.data() + samples.size() / 2;
  const int before = Most(samples.data(), middle, figure);
  const int after = Most(middle, samples.data() + samples.size(), figure);
  if (after - before <= tolerated) return;
  growth->push_back(absl::StrCat(what, " rose from ", before, " at most in the first half to ", after,
                                 " in the second; tolerated are ", tolerated, " more"));
}

}  // namespace

std::optional<Vitals> VitalsOf(pid_t process, absl::Duration at) {
  const std::string folder = absl::StrCat("/proc/", process);
  std::ifstream stream(folder + "/status");
  const std::string status((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  Vitals vitals;
  vitals.at = at;
  std::int64_t kilobytes = 0;
  bool complete = false;
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (absl::ConsumePrefix(&line, "VmRSS:") && absl::ConsumeSuffix(&line, " kB")) {
      complete = absl::SimpleAtoi(line, &kilobytes);
    } else if (absl::ConsumePrefix(&line, "Threads:")) {
      complete = absl::SimpleAtoi(line, &vitals.threads) && complete;
    }
  }
  std::error_code error;
  const std::filesystem::directory_iterator descriptors(folder + "/fd", error);
  if (!complete || error) return std::nullopt;
  vitals.resident_bytes = kilobytes * 1024;
  vitals.descriptors = static_cast<int>(std::distance(begin(descriptors), end(descriptors)));
  return vitals;
}

std::string ToString(const Vitals& vitals) {
  return absl::StrFormat("RSS %.1f MB, %d descriptors, %d threads",
                         Megabytes(static_cast<double>(vitals.resident_bytes)), vitals.descriptors, vitals.threads);
}

double FittedRiseOfMemory(const std::vector<Vitals>& samples) {
  if (samples.empty()) return 0;
  double mean_time = 0;
  double mean_bytes = 0;
  for (const Vitals& sample : samples) {
    mean_time += absl::ToDoubleSeconds(sample.at) / static_cast<double>(samples.size());
    mean_bytes += static_cast<double>(sample.resident_bytes) / static_cast<double>(samples.size());
  }
  double covariance = 0;
  double variance = 0;
  for (const Vitals& sample : samples) {
    const double time = absl::ToDoubleSeconds(sample.at) - mean_time;
    covariance += time * (static_cast<double>(sample.resident_bytes) - mean_bytes);
    variance += time * time;
  }
  if (variance == 0) return 0;
  return covariance / variance * absl::ToDoubleSeconds(samples.back().at - samples.front().at);
}

std::vector<std::string> FindGrowth(const std::vector<Vitals>& samples, const Tolerance& tolerance) {
  if (samples.size() < kFewestSamples) {
    return {absl::StrCat(samples.size(), " samples are too few to judge; it takes ", kFewestSamples)};
  }
  std::vector<std::string> growth;
  const double rise = FittedRiseOfMemory(samples);
  if (rise > static_cast<double>(tolerance.resident_bytes)) {
    growth.push_back(absl::StrFormat("RSS rose by %.1f MB in %s; tolerated are %.1f MB", Megabytes(rise),
                                     absl::FormatDuration(samples.back().at - samples.front().at),
                                     Megabytes(static_cast<double>(tolerance.resident_bytes))));
  }
  CompareHalves(samples, "descriptors", &Vitals::descriptors, tolerance.descriptors, &growth);
  CompareHalves(samples, "threads", &Vitals::threads, tolerance.threads, &growth);
  const int threads = Most(samples.data(), samples.data() + samples.size(), &Vitals::threads);
  if (threads > tolerance.most_threads) {
    growth.push_back(absl::StrCat("there were ", threads, " threads; tolerated are ", tolerance.most_threads));
  }
  return growth;
}

}  // namespace hotline::soak
