#include "server/corpus/finding_aid.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"
#include "server/corpus/utf8.h"

namespace hotline::server {
namespace {

// The number before a heading.
struct PrintedNumber {
  absl::string_view written;  // without its full stop
  std::optional<int> value;   // empty where it is damaged
  absl::string_view rest;     // what stands behind it
};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// "11. ...", "11 . ..." or "11.Khrushchev ...", but neither "3.5 million" nor a number of five digits.
std::optional<PrintedNumber> TakeNumber(absl::string_view line) {
  std::size_t digits = 0;
  while (digits < line.size() && digits < 5 && IsDigit(line[digits])) ++digits;
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(line.substr(digits));
  if (digits == 0 || digits == 5 || !absl::ConsumePrefix(&rest, ".") || rest.empty()) return std::nullopt;
  const unsigned char next = static_cast<unsigned char>(rest.front());
  if (!absl::ascii_isspace(next) && !absl::ascii_isalpha(next) && next < 0x80) return std::nullopt;
  PrintedNumber number{line.substr(0, digits), 0, absl::StripLeadingAsciiWhitespace(rest)};
  if (!absl::SimpleAtoi(number.written, &*number.value)) return std::nullopt;
  return number;
}

// "l1. ...", "7, ...", "S. ...", "11 ...": a short word that OCR makes of a number and its full stop.
std::optional<PrintedNumber> TakeDamagedNumber(absl::string_view line) {
  constexpr absl::string_view kLooksLikeADigit = "0123456789lIi|!]OoQDSsBZzGgbqT";
  constexpr std::size_t kLongest = 4;
  const std::size_t end = line.find_first_of(" \t");
  if (end == absl::string_view::npos || end > kLongest) return std::nullopt;
  absl::string_view word = line.substr(0, end);
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(line.substr(end));
  if (!absl::ConsumeSuffix(&word, ".") && absl::ConsumePrefix(&rest, ".")) {
    rest = absl::StripLeadingAsciiWhitespace(rest);
  }
  absl::string_view digits = word;
  if (!digits.empty() && absl::StrContains(",:;)-", absl::string_view(&digits.back(), 1))) digits.remove_suffix(1);
  if (digits.empty() || digits.find_first_not_of(kLooksLikeADigit) != absl::string_view::npos) return std::nullopt;
  return PrintedNumber{word, std::nullopt, rest};
}

// Takes the first line off `text`, without its end and without byte order marks, which stand wherever files were
// joined.
absl::string_view TakeLine(absl::string_view* text) {
  const std::size_t end = text->find_first_of("\r\n");
  absl::string_view line = text->substr(0, end);
  if (end == absl::string_view::npos) {
    *text = {};
  } else {
    text->remove_prefix(absl::StartsWith(text->substr(end), "\r\n") ? end + 2 : end + 1);
  }
  while (absl::ConsumePrefix(&line, "\xEF\xBB\xBF")) continue;
  return line;
}

class Parser {
 public:
  FindingAid Parse(absl::string_view text) {
    while (!text.empty()) {
      ++line_;
      int replaced = 0;
      const std::string line = ToUtf8(TakeLine(&text), &replaced);
      if (replaced > 0) Warn(absl::StrCat(replaced, " bytes that are not UTF-8 were replaced by U+FFFD"));
      TakeLineContent(absl::StripTrailingAsciiWhitespace(line));
    }
    InferYears();
    std::stable_sort(aid_.diagnostics.begin(), aid_.diagnostics.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.line < b.line; });
    return std::move(aid_);
  }

 private:
  void Report(Diagnostic::Severity severity, int line, std::string message) {
    aid_.diagnostics.push_back({severity, kFindingAidFile, line, std::move(message)});
  }
  void Warn(std::string message) { Report(Diagnostic::Severity::kWarning, line_, std::move(message)); }

  void TakeLineContent(absl::string_view line) {
    const absl::string_view content = absl::StripLeadingAsciiWhitespace(line);
    if (content.empty() || TakeHeading(content)) return;
    if (!aid_.entries.empty()) {
      std::string* description = aid_.entries.back().entry.mutable_description();
      absl::StrAppend(description, description->empty() ? "" : "\n", line);
    } else if (!has_title_) {
      has_title_ = true;
      aid_.title = std::string(content);
      Report(Diagnostic::Severity::kNote, line_, absl::StrCat("taken for the title: ", Quoted(content)));
    } else {
      Warn(absl::StrCat("text before the first heading, in no entry: ", Quoted(content)));
    }
  }

  bool TakeHeading(absl::string_view line) {
    if (const std::optional<PrintedNumber> number = TakeNumber(line)) return TakeNumberedHeading(*number);
    // "S. Kennedy to Khrushchev" has a damaged number rather than an initial, but "B to A" has none.
    const std::optional<PrintedNumber> damaged = TakeDamagedNumber(line);
    Heading behind = damaged.has_value() ? ParseHeading(damaged->rest) : Heading();
    const bool is_legible = behind.kind != v1::DOCUMENT_KIND_UNSPECIFIED && !behind.date.empty();
    Heading whole = ParseHeading(line);
    if (damaged.has_value() && (behind.problems.empty() || (is_legible && !whole.problems.empty()))) {
      Warn(absl::StrCat("the number before the heading is damaged: ", Quoted(damaged->written)));
      ++last_number_;  // by its place
      AddEntry(damaged->written, damaged->rest, std::move(behind));
      return true;
    }
    if (!whole.problems.empty()) return false;
    Warn(absl::StrCat("a heading without a number: ", Quoted(line)));
    AddEntry("", line, std::move(whole));
    return true;
  }

  bool TakeNumberedHeading(const PrintedNumber& number) {
    Heading heading = ParseHeading(number.rest);
    const bool legible = heading.kind != v1::DOCUMENT_KIND_UNSPECIFIED || !heading.date.empty();
    // A sentence or a list within a description may begin with a number too.
    if (!legible && (aid_.entries.empty() || *number.value <= last_number_ || number.written.size() > 3)) {
      Warn(absl::StrCat("begins with the number ", number.written,
                        " but does not read as a heading: ", Quoted(number.rest)));
      return false;
    }
    CheckNumber(*number.value);
    AddEntry(number.written, number.rest, std::move(heading));
    return true;
  }

  void CheckNumber(int number) {
    const auto [earlier, is_new] = line_of_number_.emplace(number, line_);
    if (!is_new) {
      Warn(absl::StrCat("the printed number ", number, " stands before an earlier entry too (line ", earlier->second,
                        ")"));
    } else if (number <= last_number_) {
      Warn(absl::StrCat("the printed number ", number, " follows ", last_number_));
    } else if (number == last_number_ + 2) {
      Warn(absl::StrCat("the printed number ", number - 1, " is missing before ", number));
    } else if (number > last_number_ + 2) {
      Warn(absl::StrCat("the printed numbers ", last_number_ + 1, " to ", number - 1, " are missing before ", number));
    }
    last_number_ = number;
  }

  void AddEntry(absl::string_view number, absl::string_view text, Heading heading) {
    for (const std::string& problem : heading.problems) Warn(absl::StrCat("in the heading: ", problem));
    FindingAidEntry& added = aid_.entries.emplace_back();
    added.entry.set_position(static_cast<int>(aid_.entries.size()));
    added.entry.set_printed_number(std::string(number));
    added.entry.set_heading(std::string(text));
    added.entry.set_date_as_written(heading.date.as_written);
    added.entry.set_line(line_);
    added.heading = std::move(heading);
  }

  void InferYears() {
    std::vector<const FindingAidEntry*> later(aid_.entries.size(), nullptr);
    const FindingAidEntry* nearest = nullptr;
    for (std::size_t i = aid_.entries.size(); i-- > 0;) {
      later[i] = nearest;
      if (aid_.entries[i].heading.date.year != 0) nearest = &aid_.entries[i];
    }
    const FindingAidEntry* earlier = nullptr;
    for (std::size_t i = 0; i < aid_.entries.size(); ++i) {
      FindingAidEntry& entry = aid_.entries[i];
      if (entry.heading.date.year != 0) {
        earlier = &entry;
      } else if (entry.heading.date.month != 0) {
        InferYear(earlier, later[i], &entry);
      }
    }
  }

  void InferYear(const FindingAidEntry* earlier, const FindingAidEntry* later, FindingAidEntry* entry) {
    HeadingDate& date = entry->heading.date;
    const int line = entry->entry.line();
    const FindingAidEntry* from = earlier != nullptr ? earlier : later;
    if (from == nullptr) {
      Report(Diagnostic::Severity::kWarning, line,
             absl::StrCat("no heading gives a year, so ", Quoted(date.as_written), " stays without a date"));
      return;
    }
    date.year = from->heading.date.year;
    entry->year_from = from->entry.position();
    Report(
        Diagnostic::Severity::kNote, line,
        absl::StrCat(Quoted(date.as_written), " has no year; ", date.year, " is taken from line ", from->entry.line()));
    if (earlier != nullptr && later != nullptr && later->heading.date.year != date.year) {
      Report(Diagnostic::Severity::kWarning, line,
             absl::StrCat("the year could also be ", later->heading.date.year, ", as on line ", later->entry.line()));
    }
    if (IsInCalendar(date)) return;
    Report(
        Diagnostic::Severity::kWarning, line,
        absl::StrCat("the calendar has no ", date.as_written, " in ", date.year, "; the entry stays without a date"));
    date.year = date.month = date.day = entry->year_from = 0;
  }

  FindingAid aid_;
  int line_ = 0;
  bool has_title_ = false;
  int last_number_ = 0;
  absl::flat_hash_map<int, int> line_of_number_;
};

}  // namespace

FindingAid ParseFindingAid(absl::string_view text) { return Parser().Parse(text); }

}  // namespace hotline::server
