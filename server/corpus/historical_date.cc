#include "server/corpus/historical_date.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

constexpr absl::string_view kForms =
    "expected YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDTHH or YYYY-MM-DDTHH:MM, times of day with an offset or without, "
    "perhaps a closing ~, ? or %, or two of these with \"/\" between";

// What google.protobuf.Timestamp can hold: from the first, inclusive, to the second, exclusive.
absl::Time FirstInstant() { return absl::FromCivil(absl::CivilDay(1), absl::UTCTimeZone()); }
absl::Time EndOfInstants() { return absl::FromCivil(absl::CivilDay(10000), absl::UTCTimeZone()); }

// One date without "/": its interval and how it is written.
struct Point {
  absl::Time start;
  absl::Time end;
  v1::DatePrecision precision = v1::DATE_PRECISION_UNSPECIFIED;
  bool approximate = false;
  bool inferred = false;
  std::string day;  // in EDTF, a day at the finest, without marks
};

// A time of day as it is written.
struct ClockTime {
  int hour = 0;
  int minute = 0;
  bool has_minute = false;
  bool utc = false;                      // "Z"
  std::optional<absl::Duration> offset;  // "-04:00"
};

bool TakeChar(char wanted, absl::string_view* text) {
  if (text->empty() || text->front() != wanted) return false;
  text->remove_prefix(1);
  return true;
}

bool TakeNumber(std::size_t digits, absl::string_view* text, int* value) {
  if (text->size() < digits) return false;
  *value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>((*text)[i]))) return false;
    *value = *value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(digits);
  return true;
}

// Reads what follows the "T".
std::optional<ClockTime> TakeClockTime(absl::string_view text) {
  ClockTime clock;
  if (!TakeNumber(2, &text, &clock.hour) || clock.hour > 23) return std::nullopt;
  if (TakeChar(':', &text)) {
    clock.has_minute = true;
    if (!TakeNumber(2, &text, &clock.minute) || clock.minute > 59) return std::nullopt;
  }
  if (text.empty()) return clock;
  if (text == "Z") {
    clock.utc = true;
    return clock;
  }
  const bool west = absl::StartsWith(text, "-");
  if (!TakeChar('-', &text) && !TakeChar('+', &text)) return std::nullopt;
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(2, &text, &hours) || !TakeChar(':', &text) || !TakeNumber(2, &text, &minutes)) return std::nullopt;
  if (hours > 23 || minutes > 59 || !text.empty()) return std::nullopt;
  const absl::Duration offset = absl::Hours(hours) + absl::Minutes(minutes);
  clock.offset = west ? -offset : offset;
  return clock;
}

std::string FormatOffset(absl::Duration offset) {
  const std::int64_t minutes = absl::ToInt64Minutes(absl::AbsDuration(offset));
  return absl::StrCat(offset < absl::ZeroDuration() ? "-" : "+", absl::Dec(minutes / 60, absl::kZeroPad2), ":",
                      absl::Dec(minutes % 60, absl::kZeroPad2));
}

std::string FormatMinute(absl::Time time, absl::TimeZone zone) {
  // Before standard time, offsets had seconds, which EDTF cannot write.
  if (zone.At(time).offset % 60 != 0) zone = absl::UTCTimeZone();
  const absl::TimeZone::CivilInfo civil = zone.At(time);
  return absl::StrCat(FormatDay(absl::CivilDay(civil.cs)), "T", absl::Dec(civil.cs.hour(), absl::kZeroPad2), ":",
                      absl::Dec(civil.cs.minute(), absl::kZeroPad2), ":", absl::Dec(civil.cs.second(), absl::kZeroPad2),
                      FormatOffset(absl::Seconds(civil.offset)));
}

absl::Status NoDate(absl::string_view expression, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Quoted(expression), " is not a date: ", why));
}

// The instant that a clock in `zone` showed as `local`.
absl::StatusOr<absl::Time> Resolve(absl::CivilSecond local, const ClockTime& clock, absl::string_view expression,
                                   absl::string_view zone_name, absl::TimeZone zone) {
  if (clock.utc) return absl::FromCivil(local, absl::UTCTimeZone());
  if (clock.offset.has_value()) {
    const absl::Time time = absl::FromCivil(local, absl::UTCTimeZone()) - *clock.offset;
    const absl::Duration zone_offset = absl::Seconds(zone.At(time).offset);
    if (zone_offset == *clock.offset) return time;
    return NoDate(expression, absl::StrCat("the offset ", FormatOffset(*clock.offset), " contradicts the zone ",
                                           zone_name, ", which is at ", FormatOffset(zone_offset), " then"));
  }
  const absl::TimeZone::TimeInfo info = zone.At(local);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return info.pre;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return NoDate(expression, absl::StrCat("the clock in ", zone_name, " skipped that time"));
    case absl::TimeZone::TimeInfo::REPEATED:
      break;
  }
  return NoDate(expression, absl::StrCat("the clock in ", zone_name, " showed that time twice; add the offset, ",
                                         FormatOffset(absl::Seconds(zone.At(info.pre).offset)), " or ",
                                         FormatOffset(absl::Seconds(zone.At(info.post).offset))));
}

// `first` and `next`: the first day of the date and the first one after it.
absl::StatusOr<Point> Span(absl::CivilDay first, absl::CivilDay next, v1::DatePrecision precision, std::string day,
                           absl::string_view expression, absl::string_view zone_name, absl::TimeZone zone) {
  Point point;
  point.start = StartOfDay(first, zone);
  point.end = StartOfDay(next, zone);
  point.precision = precision;
  point.day = std::move(day);
  if (point.start < point.end) return point;
  return NoDate(expression, absl::StrCat("the calendar in ", zone_name, " skipped that day"));
}

absl::StatusOr<Point> ParseTime(absl::CivilDay day, absl::string_view text, absl::string_view expression,
                                absl::string_view zone_name, absl::TimeZone zone) {
  const std::optional<ClockTime> clock = TakeClockTime(text);
  if (!clock.has_value()) return NoDate(expression, kForms);
  const absl::CivilSecond local(day.year(), day.month(), day.day(), clock->hour, clock->minute);
  absl::StatusOr<absl::Time> start = Resolve(local, *clock, expression, zone_name, zone);
  if (!start.ok()) return start.status();
  Point point;
  point.start = *start;
  point.end = clock->has_minute ? *start : *start + absl::Hours(1);
  point.precision = clock->has_minute ? v1::DATE_PRECISION_MINUTE : v1::DATE_PRECISION_HOUR;
  point.day = FormatDay(absl::ToCivilDay(*start, zone));  // the zone's day, which "Z" need not name
  return point;
}

absl::StatusOr<Point> ParseUnmarked(absl::string_view expression, absl::string_view zone_name, absl::TimeZone zone) {
  absl::string_view rest = expression;
  int year = 0;
  int month = 1;
  if (!TakeNumber(4, &rest, &year) || year == 0) return NoDate(expression, kForms);
  if (rest.empty()) {
    return Span(absl::CivilDay(year), absl::CivilDay(year + 1), v1::DATE_PRECISION_YEAR, std::string(expression),
                expression, zone_name, zone);
  }
  if (!TakeChar('-', &rest) || !TakeNumber(2, &rest, &month)) return NoDate(expression, kForms);
  if (month < 1 || month > 12) return NoDate(expression, "months are 01 to 12");
  if (rest.empty()) {
    const absl::CivilMonth start(year, month);
    return Span(absl::CivilDay(start), absl::CivilDay(start + 1), v1::DATE_PRECISION_MONTH, std::string(expression),
                expression, zone_name, zone);
  }
  const std::optional<absl::CivilDay> day = ParseDay(expression.substr(0, 10));
  if (!day.has_value()) return NoDate(expression, absl::StrCat("no such day in the calendar, or ", kForms));
  rest = expression.substr(10);
  if (rest.empty()) {
    return Span(*day, *day + 1, v1::DATE_PRECISION_DAY, std::string(expression), expression, zone_name, zone);
  }
  if (!TakeChar('T', &rest)) return NoDate(expression, kForms);
  return ParseTime(*day, rest, expression, zone_name, zone);
}

absl::StatusOr<Point> ParsePoint(absl::string_view expression, absl::string_view zone_name, absl::TimeZone zone) {
  bool approximate = false;
  bool inferred = false;
  absl::string_view unmarked = expression;
  if (absl::ConsumeSuffix(&unmarked, "~")) {
    approximate = true;
  } else if (absl::ConsumeSuffix(&unmarked, "?")) {
    inferred = true;
  } else if (absl::ConsumeSuffix(&unmarked, "%")) {
    approximate = inferred = true;
  }
  absl::StatusOr<Point> point = ParseUnmarked(unmarked, zone_name, zone);
  if (!point.ok()) return point;
  if (point->start < FirstInstant() || point->end >= EndOfInstants()) {
    return NoDate(expression, "only the years 1 to 9999, reckoned in UTC, can be held");
  }
  point->approximate = approximate;
  point->inferred = inferred;
  return point;
}

std::string Marked(absl::string_view day, bool approximate, bool inferred) {
  return absl::StrCat(day, approximate && inferred ? "%" : approximate ? "~" : inferred ? "?" : "");
}

std::string Edtf(const Point& point, absl::TimeZone zone) {
  if (point.precision == v1::DATE_PRECISION_MINUTE) return FormatMinute(point.start, zone);
  if (point.precision == v1::DATE_PRECISION_HOUR) return point.day;
  return Marked(point.day, point.approximate, point.inferred);
}

std::string Edtf(const Point& from, const Point& to) {
  if (from.day == to.day) {
    return Marked(from.day, from.approximate || to.approximate, from.inferred || to.inferred);
  }
  return absl::StrCat(Marked(from.day, from.approximate, from.inferred), "/",
                      Marked(to.day, to.approximate, to.inferred));
}

v1::HistoricalDate MakeDate(const Point& point, absl::string_view zone_name, std::string edtf) {
  v1::HistoricalDate date;
  *date.mutable_earliest() = ToTimestamp(point.start);
  *date.mutable_latest() = ToTimestamp(point.end);
  date.set_precision(point.precision);
  date.set_time_zone(std::string(zone_name));
  date.set_approximate(point.approximate);
  date.set_inferred(point.inferred);
  date.set_edtf(std::move(edtf));
  return date;
}

// Whether `name` could be one of tzdata's names: words of letters, digits and "_+-" with single slashes between.
bool IsZoneNameFormed(absl::string_view name) {
  char before = '/';
  for (const char c : name) {
    const bool allowed = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '+' || c == '-';
    if (!allowed && (c != '/' || before == '/')) return false;
    before = c;
  }
  return before != '/';
}

bool IsListed(absl::string_view name) {
  // tzdata's files that are not zones of that name: other builds of all zones, and aliases of the machine's own zone.
  constexpr absl::string_view kNotZones[] = {"posix/", "right/", "localtime", "posixrules"};
  if (!IsZoneNameFormed(name)) return false;
  for (const absl::string_view prefix : kNotZones) {
    if (absl::StartsWith(name, prefix)) return false;
  }
  // Where Abseil looks.
  const char* folder = std::getenv("TZDIR");
  std::error_code error;
  return std::filesystem::is_regular_file(
      std::filesystem::path(folder == nullptr ? "/usr/share/zoneinfo" : folder) / std::string(name), error);
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const timespec parts = absl::ToTimespec(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(parts.tv_sec);
  timestamp.set_nanos(static_cast<std::int32_t>(parts.tv_nsec));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::StatusOr<absl::TimeZone> FindZone(absl::string_view name) {
  if (name == "UTC") return absl::UTCTimeZone();
  absl::TimeZone zone;
  if (IsListed(name) && absl::LoadTimeZone(name, &zone)) return zone;
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(name), " is not a time zone: expected an IANA name such as \"America/New_York\" or \"UTC\""));
}

absl::Time StartOfDay(absl::CivilDay day, absl::TimeZone zone) {
  // FromCivil gives the first of two midnights, and for a midnight that was skipped the moment of the jump.
  return absl::FromCivil(day, zone);
}

std::optional<absl::CivilDay> ParseDay(absl::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!TakeNumber(4, &text, &year) || !TakeChar('-', &text) || !TakeNumber(2, &text, &month) || !TakeChar('-', &text) ||
      !TakeNumber(2, &text, &day) || !text.empty()) {
    return std::nullopt;
  }
  const absl::CivilDay civil(year, month, day);  // carries over what the calendar lacks
  if (year == 0 || civil.month() != month || civil.day() != day) return std::nullopt;
  return civil;
}

std::string FormatDay(absl::CivilDay day) {
  return absl::StrCat(absl::Dec(day.year(), absl::kZeroPad4), "-", absl::Dec(day.month(), absl::kZeroPad2), "-",
                      absl::Dec(day.day(), absl::kZeroPad2));
}

absl::Time Middle(const v1::HistoricalDate& date) {
  const absl::Time earliest = FromTimestamp(date.earliest());
  return earliest + (FromTimestamp(date.latest()) - earliest) / 2;
}

v1::HistoricalDate DayDate(absl::CivilDay day, absl::string_view zone_name, absl::TimeZone zone) {
  Point point;
  point.start = StartOfDay(day, zone);
  point.end = StartOfDay(day + 1, zone);
  point.precision = v1::DATE_PRECISION_DAY;
  return MakeDate(point, zone_name, FormatDay(day));
}

absl::StatusOr<v1::HistoricalDate> ParseDate(absl::string_view expression, absl::string_view zone_name) {
  const absl::StatusOr<absl::TimeZone> zone = FindZone(zone_name);
  if (!zone.ok()) return zone.status();
  return ParseDate(expression, zone_name, *zone);
}

absl::StatusOr<v1::HistoricalDate> ParseDate(absl::string_view expression, absl::string_view zone_name,
                                             absl::TimeZone zone) {
  const std::size_t slash = expression.find('/');
  absl::StatusOr<Point> from = ParsePoint(expression.substr(0, slash), zone_name, zone);
  if (!from.ok()) return from.status();
  if (slash == absl::string_view::npos) return MakeDate(*from, zone_name, Edtf(*from, zone));

  const absl::StatusOr<Point> to = ParsePoint(expression.substr(slash + 1), zone_name, zone);
  if (!to.ok()) return to.status();
  if (to->end <= from->start) return NoDate(expression, "the interval ends before it begins");
  Point span = *from;
  span.end = to->end;
  span.precision = std::max({from->precision, to->precision, v1::DATE_PRECISION_DAY});
  span.approximate |= to->approximate;
  span.inferred |= to->inferred;
  return MakeDate(span, zone_name, Edtf(*from, *to));
}

}  // namespace hotline::server
