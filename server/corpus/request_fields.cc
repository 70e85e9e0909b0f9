#include "server/corpus/request_fields.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kMostDurationSeconds = 315576000000;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;
constexpr std::size_t kMostIdBytes = 63;

}  // namespace

absl::StatusOr<absl::Time> ReadTimestamp(const google::protobuf::Timestamp& value, absl::string_view field) {
  if (value.seconds() < kFirstSecond || value.seconds() > kLastSecond) {
    return InvalidField(field, absl::StrCat("seconds ", value.seconds(), " lie outside the years 1 to 9999"));
  }
  if (value.nanos() < 0 || value.nanos() >= kNanosPerSecond) {
    return InvalidField(field, absl::StrCat("nanos are ", value.nanos(), "; allowed are 0 to 999999999"));
  }
  return FromTimestamp(value);
}

absl::StatusOr<absl::Duration> ReadDuration(const google::protobuf::Duration& value, absl::string_view field) {
  const bool seconds_fit = value.seconds() >= -kMostDurationSeconds && value.seconds() <= kMostDurationSeconds;
  const bool nanos_fit = value.nanos() > -kNanosPerSecond && value.nanos() < kNanosPerSecond;
  const bool one_sign = value.seconds() == 0 || value.nanos() == 0 || (value.seconds() < 0) == (value.nanos() < 0);
  if (!seconds_fit || !nanos_fit || !one_sign) {
    return InvalidField(field, absl::StrCat("seconds ", value.seconds(), " and nanos ", value.nanos(),
                                            " are no duration: nanos have the sign of seconds and are below a second"));
  }
  return absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
}

absl::StatusOr<absl::CivilDay> ReadDay(absl::string_view value, absl::string_view field) {
  const std::optional<absl::CivilDay> day = ParseDay(value);
  if (!day.has_value()) {
    return InvalidField(field, absl::StrCat(Quoted(value), " is no day; a day looks like \"1962-10-27\""));
  }
  return *day;
}

absl::StatusOr<NamedZone> ReadZone(absl::string_view value, absl::string_view default_name, absl::string_view field) {
  const absl::string_view name = value.empty() ? default_name : value;
  const absl::StatusOr<absl::TimeZone> zone = FindZone(name);
  if (!zone.ok()) {
    return InvalidField(field,
                        absl::StrCat(Quoted(name), " is no time zone; IANA names such as \"Europe/Moscow\" are"));
  }
  return NamedZone{std::string(name), *zone};
}

absl::Status CheckName(absl::string_view value, absl::string_view collection, absl::string_view field) {
  absl::string_view id = value;
  const bool in_collection = absl::ConsumePrefix(&id, collection) && absl::ConsumePrefix(&id, "/");
  const bool well_formed = !id.empty() && id.size() <= kMostIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           c == '-';
  });
  if (in_collection && well_formed) return absl::OkStatus();
  return InvalidField(field, absl::StrCat(Quoted(value), " is no name of this kind; allowed is \"", collection,
                                          "/ID\" with an id of 1 to 63 lower-case letters, digits and hyphens"));
}

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

}  // namespace hotline::server
