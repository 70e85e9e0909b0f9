#ifndef HOTLINE_CLIENT_CLI_CIVIL_TIME_H_
#define HOTLINE_CLIENT_CLI_CIVIL_TIME_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "hotline/v1/date.pb.h"

namespace hotline::cli {

absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
absl::Duration ToDuration(const google::protobuf::Duration& duration);
google::protobuf::Timestamp ToProto(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);

// "27 Oct"; with the year, "27 Oct 1962", unless it is `usual_year`.
std::string ShortDay(absl::CivilDay day, absl::civil_year_t usual_year);

// "27 October 1962".
std::string LongDay(absl::CivilDay day);

// "Saturday, 27 October 1962".
std::string LongDayWithWeekday(absl::CivilDay day);

// "21 to 28 October 1962", with no more of the first day than differs from the last.
std::string DaySpan(absl::CivilDay first, absl::CivilDay last);

// The day of "1962-10-27"; absent where `day` is not of that form.
std::optional<absl::CivilDay> ParseDay(const std::string& day);

// Name and offset tables of an IANA zone; absent where this machine does not know it.
std::optional<absl::TimeZone> FindZone(const std::string& name);

// As far as it is known which day: "27 Oct", "24 to 25 Oct", "Oct 1962". Dates that disagree on the day differ in this.
// In the zone in which the date was reckoned; where this machine does not know that, the date as EDTF.
std::string DayInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year);

// The words in a date, in the zone in which it was reckoned: "27 Oct 17:00", "24 Oct", "about 22 Oct 18:00".
std::string DateInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year);

// The same as a calendar and a clock in `zone` showed it. A date of whole days, which has no hour that could be moved
// to another zone, keeps the days in which it was reckoned.
std::string DateInWords(const v1::HistoricalDate& date, absl::TimeZone zone, absl::civil_year_t usual_year);

// What a clock in `zone` showed: "17:00", "about 17:00", "17:--" for an hour, "--:--" where the hour is not known; with
// the day before it, "28 Oct 00:35", where that is not `today`.
std::string ClockInWords(const v1::HistoricalDate& date, absl::TimeZone zone, absl::CivilDay today,
                         absl::civil_year_t usual_year);

// What is not certain in a date beside the "about" that the words above have: "hour not recorded", "inferred", joined
// by commas; of an interval that is no whole day, between which hours. Empty where there is no such thing.
std::string DoubtInWords(const v1::HistoricalDate& date, absl::civil_year_t usual_year);

// The two largest units: "1 d 7 h", "12 h 55 min", "3 s", "1.5 s".
std::string DurationInWords(absl::Duration duration);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_CIVIL_TIME_H_
