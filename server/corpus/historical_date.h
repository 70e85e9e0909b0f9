#ifndef HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_
#define HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "hotline/v1/date.pb.h"

namespace hotline::server {

// Dates of history: pure functions between civil time, instants and `v1::HistoricalDate`.

// Whole nanoseconds; times before 1970 get negative seconds and nanos from 0 up.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

// The zone with this IANA name. INVALID_ARGUMENT, in plain words and without payload, for any other name; unlike
// Abseil, which takes "", file names and names with odd slashes, only what tzdata lists is a zone. Names that are not
// listed never reach Abseil, which keeps every name it was ever asked for. One look at the file system a call.
absl::StatusOr<absl::TimeZone> FindZone(absl::string_view name);

// The instant at which a civil day begins in a zone: its first instant, also where clocks jump at midnight.
absl::Time StartOfDay(absl::CivilDay day, absl::TimeZone zone);

// Reads "1962-10-27"; nothing else, and no day that the calendar lacks.
std::optional<absl::CivilDay> ParseDay(absl::string_view text);
std::string FormatDay(absl::CivilDay day);

// The middle of the date's interval, or the instant itself: what `v1::Event.time` is.
absl::Time Middle(const v1::HistoricalDate& date);

// A date of day precision. `zone` is the zone called `zone_name`; the day lies within the years 1 to 9999.
v1::HistoricalDate DayDate(absl::CivilDay day, absl::string_view zone_name, absl::TimeZone zone);

// Reads a date expression of the curation, in the zone called `zone_name`:
//   1962, 1962-10, 1962-10-22   year, month, day
//   1962-10-22T18               the hour from 18:00
//   1962-10-22T18:00            a minute, taken as an instant
//   A/B                         an interval from the start of A to the end of B (to B itself where B is a minute); its
//                               precision is the coarser one of the two, and at least a day, since a finer one would
//                               claim more than is known
// A time of day may carry an offset ("-04:00"), and must where the clock shows it twice. An offset that contradicts the
// zone at that time is an error, except "Z", which says nothing about the place. A closing "~" says approximate, "?"
// inferred, "%" both; in an interval, on either end.
//
// `edtf` has no time of day but for a minute: level 1 cannot write an hour or an interval of instants, which appear as
// the days they lie in. INVALID_ARGUMENT in plain words, without payload, for anything else: another form, a day or
// time that the calendar or the zone's clock lacks, an end that is not after the start, years outside 1 to 9999.
absl::StatusOr<v1::HistoricalDate> ParseDate(absl::string_view expression, absl::string_view zone_name);
// The same where the zone was found before.
absl::StatusOr<v1::HistoricalDate> ParseDate(absl::string_view expression, absl::string_view zone_name,
                                             absl::TimeZone zone);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_
