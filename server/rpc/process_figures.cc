#include "server/rpc/process_figures.h"

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace hotline::server {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::uint64_t Number(absl::string_view text) {
  std::uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

absl::Duration Ticks(std::uint64_t ticks) {
  return absl::Seconds(1) * static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The words behind `name` on the line that begins with it.
std::vector<std::string> WordsBehind(absl::string_view name, const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.substr(0, name.size()) != name) continue;
    return absl::StrSplit(line.substr(name.size()), ' ', absl::SkipEmpty());
  }
  return {};
}

// proc(5): the fields of stat from the third on; the second is the program's name, which may hold blanks and brackets.
void ReadStat(const std::string& stat, absl::Time booted_at, ProcessFigures* figures) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return;
  constexpr std::size_t kUserTime = 14, kSystemTime = 15, kThreads = 20, kStarted = 22, kVirtual = 23, kResident = 24;
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(name_end + 1), ' ', absl::SkipEmpty());
  if (fields.size() <= kResident - 3) return;
  const auto field = [&fields](std::size_t number) { return Number(fields[number - 3]); };
  figures->cpu = Ticks(field(kUserTime) + field(kSystemTime));
  figures->threads = field(kThreads);
  figures->started_at = booted_at + Ticks(field(kStarted));
  figures->virtual_bytes = field(kVirtual);
  figures->resident_bytes = field(kResident) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessFigures ReadProcessFigures(const std::string& proc) {
  ProcessFigures figures;
  const std::vector<std::string> boot = WordsBehind("btime", Contents(proc + "/stat"));
  const absl::Time booted_at =
      boot.empty() ? absl::UnixEpoch() : absl::FromUnixSeconds(static_cast<std::int64_t>(Number(boot[0])));
  ReadStat(Contents(proc + "/self/stat"), booted_at, &figures);
  const std::vector<std::string> limit = WordsBehind("Max open files", Contents(proc + "/self/limits"));
  if (!limit.empty()) {
    figures.most_descriptors = limit[0] == "unlimited" ? std::numeric_limits<std::uint64_t>::max() : Number(limit[0]);
  }
  std::error_code error;
  for (std::filesystem::directory_iterator entry(proc + "/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++figures.open_descriptors;
  }
  // The one by which they were counted is closed again.
  if (figures.open_descriptors > 0) --figures.open_descriptors;
  return figures;
}

}  // namespace hotline::server
