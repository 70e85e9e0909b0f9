#include "tests/corpus/line_accounting.h"

#include <deque>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/corpus/utf8.h"

namespace hotline::server {

std::vector<std::string> UnaccountedLines(const std::string& text, const FindingAid& aid) {
  std::map<int, const FindingAidEntry*> entry_at;
  for (const FindingAidEntry& entry : aid.entries) entry_at[entry.entry.line()] = &entry;
  std::set<int> reported;
  for (const Diagnostic& diagnostic : aid.diagnostics) reported.insert(diagnostic.line);

  std::vector<std::string> lost;
  std::deque<std::string> description;  // of the last heading, as far as it was not met yet
  const auto finish = [&] {
    for (const std::string& line : description) lost.push_back(absl::StrCat("made up: ", line));
    description.clear();
  };
  const std::string unix_text = absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}});
  int number = 0;
  for (const absl::string_view raw : absl::StrSplit(unix_text, '\n')) {
    ++number;
    absl::string_view line = absl::StripTrailingAsciiWhitespace(raw);
    while (absl::ConsumePrefix(&line, "\xEF\xBB\xBF")) continue;
    if (const auto found = entry_at.find(number); found != entry_at.end()) {
      finish();
      const v1::CatalogEntry& entry = found->second->entry;
      if (!absl::StrContains(line, entry.printed_number()) || !absl::EndsWith(ToUtf8(line), entry.heading())) {
        lost.push_back(absl::StrCat(number, ": ", line));
      }
      if (!entry.description().empty()) description = absl::StrSplit(entry.description(), '\n');
    } else if (!description.empty() && description.front() == ToUtf8(line)) {
      description.pop_front();
    } else if (!line.empty() && reported.count(number) == 0) {
      lost.push_back(absl::StrCat(number, ": ", line));
    }
  }
  finish();
  return lost;
}

}  // namespace hotline::server
