#ifndef HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_
#define HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_

#include <optional>
#include <string>
#include "absl/strings/string_view.h"

#include "absl/status/statusor.h"
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
// Abseil, which takes "" and names with odd case or slashes, only what tzdata lists is a zone.
absl::StatusOr<absl::TimeZone> FindZone(absl::string_view name);

// The instant at which a civil day begins in a zone: its first instant, also where clocks jump at midnight.
absl::Time StartOfDay(absl::CivilDay day, absl::TimeZone zone);

// Reads "1962-10-27"; nothing else, and no day that the calendar lacks.
std::optional<absl::CivilDay> ParseDay(absl::string_view text);
std::string FormatDay(absl::CivilDay day);

// The middle of the date's interval, or the instant itself: what `v1::Event.time` is.
absl::Time Middle(const v1::HistoricalDate& date);

// A date of day precision.
v1::HistoricalDate DayDate(absl::CivilDay day, absl::string_view zone_name, absl::TimeZone zone);

// Reads a date expression of the curation, in `zone_name` unless it carries an offset of its own:
//   1962, 1962-10, 1962-10-22         year, month, day; a closing "~" says approximate, "?" inferred, "%" both
//   1962-10-22T18                     the hour from 18:00
//   1962-10-22T18:00, 1962-10-22T18:00-04:00, ...Z   a minute; with "~" etc. as above
//   A/B                               an interval from the start of A to the end of B (to B itself where B is an
//                                     instant); its precision is the coarser one of the two, at most a day for instants
// An offset that contradicts the zone at that time is an error. INVALID_ARGUMENT in plain words, without payload.
absl::StatusOr<v1::HistoricalDate> ParseDate(absl::string_view expression, absl::string_view zone_name);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_HISTORICAL_DATE_H_
