#include "server/corpus/heading.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

using Words = std::vector<absl::string_view>;  // each points into the heading

constexpr std::size_t kMostDateWords = 4;  // "ca. 26 October 1962"
constexpr std::size_t kMostNameWords = 8;

constexpr absl::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};

template <std::size_t N>
bool IsOneOf(absl::string_view word, const absl::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [word](absl::string_view each) { return absl::EqualsIgnoreCase(word, each); });
}

bool IsDigits(absl::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// The words as they stand in the heading, from the first to the last.
absl::string_view Verbatim(absl::Span<const absl::string_view> words) {
  if (words.empty()) return {};
  const absl::string_view last = words.back();
  return {words.front().data(), static_cast<std::size_t>(last.data() + last.size() - words.front().data())};
}

int ReadMonth(absl::string_view word) {
  absl::ConsumeSuffix(&word, ".");
  for (int month = 1; month <= 12; ++month) {
    const absl::string_view name = kMonths[month - 1];
    if (absl::EqualsIgnoreCase(word, name) || absl::EqualsIgnoreCase(word, name.substr(0, 3))) return month;
  }
  return absl::EqualsIgnoreCase(word, "sept") ? 9 : 0;
}

int ReadDay(absl::string_view word) {
  int day = 0;
  return word.size() <= 2 && IsDigits(word) && absl::SimpleAtoi(word, &day) && day <= 31 ? day : 0;
}

int ReadYear(absl::string_view word) {
  int year = 0;
  return word.size() == 4 && IsDigits(word) && absl::SimpleAtoi(word, &year) ? year : 0;
}

// The words of a date, each in the part that it gives or, damaged, should give.
struct DateWords {
  absl::string_view day;
  absl::string_view month;
  absl::string_view year;
};

std::optional<DateWords> AssignDateWords(absl::Span<const absl::string_view> words) {
  if (words.size() == 3) {
    if (ReadMonth(words[0]) != 0) return DateWords{words[1], words[0], words[2]};
    return DateWords{words[0], words[1], words[2]};
  }
  if (words.size() == 2) {
    if (ReadYear(words[1]) != 0) return DateWords{{}, words[0], words[1]};
    if (ReadMonth(words[0]) != 0 && ReadDay(words[1]) != 0) return DateWords{words[1], words[0], {}};
    if (ReadMonth(words[0]) != 0) return DateWords{{}, words[0], words[1]};
    return DateWords{words[0], words[1], {}};
  }
  if (words.size() == 1) return DateWords{{}, {}, words[0]};
  return std::nullopt;
}

struct DateReading {
  HeadingDate date;
  std::vector<std::string> problems;
};

void ReadDateWords(const DateWords& words, DateReading* reading) {
  HeadingDate& date = reading->date;
  date.day = ReadDay(words.day);
  date.month = ReadMonth(words.month);
  date.year = ReadYear(words.year);
  const auto check = [reading](absl::string_view word, int value) {
    if (word.empty() || value != 0) return;
    reading->problems.push_back(absl::StrCat(Quoted(word), " in the date cannot be read"));
  };
  check(words.day, date.day);
  check(words.month, date.month);
  check(words.year, date.year);
  if (date.month == 0) date.day = 0;  // means nothing without its month
  if (IsInCalendar(date)) return;
  reading->problems.push_back(absl::StrCat("the calendar has no ", date.as_written));
  date.day = date.month = 0;  // either may be the wrong one
}

bool IsUndated(absl::Span<const absl::string_view> words) {
  constexpr absl::string_view kUndated[] = {"n.d.", "n.d", "undated"};
  return words.size() == 1 && IsOneOf(words[0], kUndated);
}

DateReading ReadDate(absl::Span<const absl::string_view> words) {
  constexpr absl::string_view kAbout[] = {"ca.", "ca", "c.", "circa", "about", "approximately"};
  DateReading reading;
  if (IsUndated(words)) return reading;
  reading.date.as_written = std::string(Verbatim(words));
  Words parts;
  for (absl::string_view word : words) {
    absl::ConsumeSuffix(&word, ",");
    parts.push_back(word);
  }
  if (!parts.empty() && IsOneOf(parts.front(), kAbout)) {
    reading.date.approximate = true;
    parts.erase(parts.begin());
  }
  if (const std::optional<DateWords> assigned = AssignDateWords(parts)) ReadDateWords(*assigned, &reading);
  if (!reading.date.empty()) return reading;
  DateReading illegible;
  illegible.problems.push_back(absl::StrCat("the date ", Quoted(Verbatim(words)), " cannot be read"));
  return illegible;
}

bool IsSeparator(absl::string_view word) {
  constexpr absl::string_view kSeparators[] = {"-", "--", "\u2013", "\u2014", "on"};
  return IsOneOf(word, kSeparators);
}

bool IsSeparatedBefore(const Words& words, std::size_t place) {
  return place > 0 && (IsSeparator(words[place - 1]) || absl::EndsWith(words[place - 1], ","));
}

// Where the date begins that stands legibly at the end, whether or not it is set off; `words.size()`: nowhere.
std::size_t FindLegibleDate(const Words& words) {
  for (std::size_t count = std::min(kMostDateWords, words.size()); count > 0; --count) {
    if (ReadDate(absl::MakeSpan(words).last(count)).problems.empty()) return words.size() - count;
  }
  return words.size();
}

// Where something begins that is set off like a date and has a digit or a month's name.
std::size_t FindDamagedDate(const Words& words) {
  const std::size_t most = std::min(kMostDateWords, words.size());
  for (std::size_t count = 1; count <= most; ++count) {
    const std::size_t place = words.size() - count;
    if (!IsSeparatedBefore(words, place)) continue;
    const bool like_a_date =
        std::any_of(words.begin() + static_cast<std::ptrdiff_t>(place), words.end(), [](absl::string_view word) {
          return ReadMonth(absl::StripSuffix(word, ",")) != 0 ||
                 std::any_of(word.begin(), word.end(), absl::ascii_isdigit);
        });
    return like_a_date ? place : words.size();
  }
  return words.size();
}

// Takes the date off the end of `words`, with what sets it off.
void TakeDate(Words* words, Heading* heading) {
  std::size_t place = FindLegibleDate(*words);
  const bool legible = place < words->size();
  if (!legible || !IsSeparatedBefore(*words, place)) {
    const std::size_t damaged = FindDamagedDate(*words);
    if (damaged < words->size()) {
      place = damaged;
    } else if (legible) {
      heading->problems.push_back(
          absl::StrCat("no comma, dash or \"on\" before ", Quoted(Verbatim(absl::MakeSpan(*words).subspan(place)))));
    } else {
      heading->problems.push_back("gives no date that can be read");
      return;
    }
  }
  DateReading reading = ReadDate(absl::MakeSpan(*words).subspan(place));
  heading->date = std::move(reading.date);
  heading->problems.insert(heading->problems.end(), reading.problems.begin(), reading.problems.end());
  words->resize(place);
  if (!words->empty() && IsSeparator(words->back())) words->pop_back();
  if (words->empty()) return;
  absl::ConsumeSuffix(&words->back(), ",");
  if (words->back().empty()) words->pop_back();
}

bool IsNameWord(absl::string_view word) {
  constexpr absl::string_view kSmallWords[] = {"of", "the", "and", "de", "von"};
  if (IsOneOf(word, kSmallWords)) return true;
  const auto is_letter = [](unsigned char c) { return absl::ascii_isalpha(c) || c >= 0x80; };
  if (word.empty() || !is_letter(static_cast<unsigned char>(word.front())) ||
      absl::ascii_islower(static_cast<unsigned char>(word.front()))) {
    return false;
  }
  return std::all_of(word.begin(), word.end(),
                     [&](unsigned char c) { return is_letter(c) || c == '.' || c == '-' || c == '\''; });
}

// The name that the words make; empty, with a problem, where they make none.
std::string ReadName(absl::Span<const absl::string_view> words, absl::string_view role, Heading* heading) {
  if (!words.empty() && absl::EqualsIgnoreCase(words.front(), "the")) words.remove_prefix(1);
  if (!words.empty() && words.size() <= kMostNameWords && std::all_of(words.begin(), words.end(), IsNameWord)) {
    return absl::StrJoin(words, " ");
  }
  heading->problems.push_back(words.empty()
                                  ? absl::StrCat("the ", role, " is missing")
                                  : absl::StrCat("the ", role, " ", Quoted(Verbatim(words)), " cannot be read"));
  return "";
}

// "Khrushchev to Kennedy".
bool ReadLetter(const Words& words, Heading* heading) {
  const auto to = std::find(words.begin(), words.end(), "to");
  if (to == words.end()) return false;
  const std::size_t place = static_cast<std::size_t>(to - words.begin());
  heading->author = ReadName(absl::MakeSpan(words).first(place), "author", heading);
  heading->recipient = ReadName(absl::MakeSpan(words).subspan(place + 1), "recipient", heading);
  if (heading->author.empty() && heading->recipient.empty()) return false;
  heading->kind = v1::DOCUMENT_KIND_LETTER;
  return true;
}

// "Text of President Kennedy's statement", "White House public statement".
bool ReadStatement(const Words& words, Heading* heading) {
  constexpr absl::string_view kAddresses[] = {"address", "speech"};
  const absl::string_view last = words.empty() ? "" : words.back();
  const bool address = IsOneOf(last, kAddresses);
  if (!address && !absl::EqualsIgnoreCase(last, "statement")) return false;
  heading->kind = address ? v1::DOCUMENT_KIND_ADDRESS : v1::DOCUMENT_KIND_STATEMENT;

  absl::Span<const absl::string_view> rest = absl::MakeSpan(words).first(words.size() - 1);
  if (rest.size() >= 2 && absl::EqualsIgnoreCase(rest[0], "text") && absl::EqualsIgnoreCase(rest[1], "of")) {
    rest.remove_prefix(2);
  }
  if (!rest.empty() && absl::EqualsIgnoreCase(rest.back(), "public")) rest.remove_suffix(1);
  Words name(rest.begin(), rest.end());
  if (!name.empty()) {
    absl::string_view& owner = name.back();
    absl::ConsumeSuffix(&owner, "'s") || absl::ConsumeSuffix(&owner, "\u2019s") || absl::ConsumeSuffix(&owner, "'");
  }
  heading->author = ReadName(name, "author", heading);
  return true;
}

}  // namespace

Heading ParseHeading(absl::string_view text) {
  Heading heading;
  Words words = absl::StrSplit(text, absl::ByAnyChar(" \t\f\v"), absl::SkipEmpty());
  if (words.size() > 1 && absl::EndsWith(words.back(), ".") && ReadYear(absl::StripSuffix(words.back(), ".")) != 0) {
    heading.problems.push_back("a full stop after the date");
    words.back().remove_suffix(1);
  }
  TakeDate(&words, &heading);
  heading.title = std::string(Verbatim(words));
  if (ReadStatement(words, &heading)) return heading;
  Heading letter = heading;
  if (ReadLetter(words, &letter)) return letter;
  heading.problems.push_back(
      absl::StrCat(Quoted(heading.title), " is neither \"A to B\" nor a statement or address of someone"));
  return heading;
}

bool IsInCalendar(const HeadingDate& date) {
  if (date.day == 0 || date.month == 0) return true;
  const absl::CivilDay day(date.year == 0 ? 2000 : date.year, date.month, date.day);  // carries over what is lacking
  return day.month() == date.month && day.day() == date.day;
}

}  // namespace hotline::server
