#include "client/cli/civil_time.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace hotline::cli {
namespace {

std::string Format(absl::CivilDay day, const char* format) {
  return absl::FormatTime(format, absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone());
}

std::string About(const v1::HistoricalDate& date) { return date.approximate() ? "about " : ""; }

// Whether the date says a time of day, and so means something in every zone.
bool HasHour(const v1::HistoricalDate& date) {
  return date.precision() == v1::DATE_PRECISION_MINUTE || date.precision() == v1::DATE_PRECISION_HOUR;
}

std::string HourAndMinute(const v1::HistoricalDate& date, absl::TimeZone zone) {
  return absl::FormatTime(date.precision() == v1::DATE_PRECISION_HOUR ? "%H:--" : "%H:%M", ToTime(date.earliest()),
                          zone);
}

// Whether the interval begins and ends at midnight, as a day does in the zone in which it was reckoned.
bool IsWholeDays(const v1::HistoricalDate& date, absl::TimeZone zone) {
  const absl::Time earliest = ToTime(date.earliest());
  const absl::Time latest = ToTime(date.latest());
  return absl::FromCivil(absl::ToCivilDay(earliest, zone), zone) == earliest &&
         absl::FromCivil(absl::ToCivilDay(latest, zone), zone) == latest;
}

// "24 Oct", "24 to 25 Oct", "31 Oct to 1 Nov".
std::string DaysInWords(absl::CivilDay first, absl::CivilDay last, absl::civil_year_t usual_year) {
  if (first == last) return ShortDay(last, usual_year);
  const bool same_month = absl::CivilMonth(first) == absl::CivilMonth(last);
  return absl::StrCat(same_month ? absl::StrCat(first.day()) : ShortDay(first, usual_year), " to ",
                      ShortDay(last, usual_year));
}

std::string DayIn(const v1::HistoricalDate& date, absl::TimeZone zone, absl::civil_year_t usual_year) {
  const absl::Time earliest = ToTime(date.earliest());
  const absl::CivilDay first = absl::ToCivilDay(earliest, zone);
  if (date.precision() == v1::DATE_PRECISION_YEAR) return absl::StrCat(first.year());
  if (date.precision() == v1::DATE_PRECISION_MONTH) return Format(first, "%b %Y");
  const absl::Time last_instant = std::max(earliest, ToTime(date.latest()) - absl::Nanoseconds(1));
  if (HasHour(date)) return ShortDay(first, usual_year);
  return DaysInWords(first, absl::ToCivilDay(last_instant, zone), usual_year);
}

// "hour not recorded"; where only a part of the day or of several days is possible, which.
std::string HourDoubt(const v1::HistoricalDate& date, absl::civil_year_t usual_year) {
  const std::string doubt = "hour not recorded";
  const std::optional<absl::TimeZone> zone = FindZone(date.time_zone());
  if (!zone || IsWholeDays(date, *zone)) return doubt;
  const absl::Time earliest = ToTime(date.earliest());
  const absl::Time latest = ToTime(date.latest());
  return absl::StrCat(doubt, ": between ", ShortDay(absl::ToCivilDay(earliest, *zone), usual_year),
                      absl::FormatTime(" %H:%M", earliest, *zone), " and ",
                      ShortDay(absl::ToCivilDay(latest, *zone), usual_year), absl::FormatTime(" %H:%M", latest, *zone),
                      " (", date.time_zone(), ")");
}

}  // namespace

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  proto.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(absl::ToUnixSeconds(time)))));
  return proto;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  absl::Duration rest;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(rest)));
  return proto;
}

std::string ShortDay(absl::CivilDay day, absl::civil_year_t usual_year) {
  std::string text = absl::StrCat(day.day(), " ", Format(day, "%b"));
  if (day.year() != usual_year) absl::StrAppend(&text, " ", day.year());
  return text;
}

std::string LongDay(absl::CivilDay day) { return absl::StrCat(day.day(), " ", Format(day, "%B"), " ", day.year()); }

std::string LongDayWithWeekday(absl::CivilDay day) { return absl::StrCat(Format(day, "%A"), ", ", LongDay(day)); }

std::string DaySpan(absl::CivilDay first, absl::CivilDay last) {
  if (first == last) return LongDay(last);
  if (first.year() != last.year()) return absl::StrCat(LongDay(first), " to ", LongDay(last));
  if (first.month() != last.month()) {
    return absl::StrCat(first.day(), " ", Format(first, "%B"), " to ", LongDay(last));
  }
  return absl::StrCat(first.day(), " to ", LongDay(last));
}

std::optional<absl::CivilDay> ParseDay(const std::string& day) {
  absl::CivilDay parsed;
  if (day.size() != 10 || !absl::ParseCivilTime(day, &parsed)) return std::nullopt;
  return parsed;
}

std::optional<absl::TimeZone> FindZone(const std::string& name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
  return zone;
}

std::string DayInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year) {
  const std::optional<absl::TimeZone> zone = FindZone(date.time_zone());
  return zone ? DayIn(date, *zone, usual_year) : date.edtf();
}

std::string DateInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year) {
  const std::optional<absl::TimeZone> zone = FindZone(date.time_zone());
  return zone ? DateInWords(date, *zone, usual_year) : absl::StrCat(About(date), date.edtf());
}

std::string DateInWords(const v1::HistoricalDate& date, absl::TimeZone zone, absl::civil_year_t usual_year) {
  if (HasHour(date)) {
    return absl::StrCat(About(date), DayIn(date, zone, usual_year), " ", HourAndMinute(date, zone));
  }
  const std::optional<absl::TimeZone> reckoned = FindZone(date.time_zone());
  if (!reckoned || IsWholeDays(date, *reckoned)) return absl::StrCat(About(date), DayInWords(date, usual_year));
  return absl::StrCat(About(date), DayIn(date, zone, usual_year));
}

std::string ClockInWords(const v1::HistoricalDate& date, absl::TimeZone zone, absl::CivilDay today,
                         absl::civil_year_t usual_year) {
  const std::string full = DateInWords(date, zone, usual_year) + (HasHour(date) ? "" : " --:--");
  const std::string day = absl::StrCat(About(date), ShortDay(today, usual_year), " ");
  return absl::StartsWith(full, day) ? About(date) + full.substr(day.size()) : full;
}

std::string DoubtInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year) {
  std::vector<std::string> doubts;
  switch (date.precision()) {
    case v1::DATE_PRECISION_YEAR:
      doubts.push_back("month not recorded");
      break;
    case v1::DATE_PRECISION_MONTH:
      doubts.push_back("day not recorded");
      break;
    case v1::DATE_PRECISION_DAY:
      doubts.push_back(HourDoubt(date, usual_year));
      break;
    case v1::DATE_PRECISION_HOUR:
      doubts.push_back("minute not recorded");
      break;
    default:
      break;
  }
  if (date.inferred()) doubts.push_back("inferred");
  return absl::StrJoin(doubts, ", ");
}

std::string DurationInWords(absl::Duration duration) {
  if (duration < absl::ZeroDuration()) return absl::StrCat("-", DurationInWords(-duration));
  if (duration < absl::Minutes(1)) return absl::StrFormat("%g s", absl::ToDoubleSeconds(duration));
  struct Unit {
    absl::Duration length;
    const char* name;
  };
  static constexpr Unit kUnits[] = {
      {absl::Hours(24), " d"}, {absl::Hours(1), " h"}, {absl::Minutes(1), " min"}, {absl::Seconds(1), " s"}};
  std::vector<std::string> parts;
  bool begun = false;
  int units = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = absl::IDivDuration(duration, unit.length, &duration);
    begun = begun || count > 0;
    if (!begun || units++ == 2) continue;
    if (count > 0) parts.push_back(absl::StrCat(count, unit.name));
    if (units == 2) break;
  }
  return absl::StrJoin(parts, " ");
}

}  // namespace hotline::cli
