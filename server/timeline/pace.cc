#include "server/timeline/pace.h"

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kShortestWait = absl::Milliseconds(1);

// Also false for NaN.
bool InRange(double speed) { return speed >= Pace::kSlowest && speed <= Pace::kFastest; }

}  // namespace

double Pace::SpeedThrough(absl::Duration gap) const {
  const bool too_long = longest_wait.has_value() && gap / *speed > *longest_wait;
  return too_long ? absl::FDivDuration(gap, *longest_wait) : *speed;
}

absl::StatusOr<Pace> ReadPace(const v1::Pace& request, absl::string_view field) {
  Pace pace;
  switch (request.kind_case()) {
    case v1::Pace::kSpeed:
      if (!InRange(request.speed())) {
        return InvalidField(absl::StrCat(field, ".speed"),
                            absl::StrCat(request.speed(),
                                         " is out of range; allowed are 0.01 to 10000000 seconds of "
                                         "history a second"));
      }
      pace.speed = request.speed();
      break;
    case v1::Pace::kDayLength: {
      const absl::StatusOr<absl::Duration> length =
          ReadDuration(request.day_length(), absl::StrCat(field, ".day_length"));
      if (!length.ok()) return length.status();
      const double speed = *length > absl::ZeroDuration() ? absl::FDivDuration(kDay, *length) : 0;
      if (!InRange(speed)) {
        return InvalidField(absl::StrCat(field, ".day_length"),
                            absl::StrCat(absl::FormatDuration(*length), " is out of range; allowed are ",
                                         absl::FormatDuration(kDay / Pace::kFastest), " to ",
                                         absl::FormatDuration(kDay / Pace::kSlowest)));
      }
      pace.speed = speed;
      break;
    }
    case v1::Pace::kUnpaced:
      if (!request.unpaced()) {
        return InvalidField(absl::StrCat(field, ".unpaced"), "false says nothing; leave it out, or give a speed");
      }
      pace.speed = std::nullopt;
      break;
    case v1::Pace::KIND_NOT_SET:
      break;
  }
  if (request.has_longest_wait()) {
    const std::string path = absl::StrCat(field, ".longest_wait");
    if (!pace.speed.has_value()) return InvalidField(path, "an unpaced playback does not wait; leave it out");
    const absl::StatusOr<absl::Duration> wait = ReadDuration(request.longest_wait(), path);
    if (!wait.ok()) return wait.status();
    if (*wait < kShortestWait || *wait > kDay) {
      return InvalidField(path, absl::StrCat(absl::FormatDuration(*wait), " is out of range; allowed are 1ms to 24h"));
    }
    pace.longest_wait = *wait;
  }
  return pace;
}

v1::Pace ToProto(const Pace& pace) {
  v1::Pace proto;
  if (pace.speed.has_value()) {
    proto.set_speed(*pace.speed);
  } else {
    proto.set_unpaced(true);
  }
  if (pace.longest_wait.has_value()) *proto.mutable_longest_wait() = ToProtoDuration(*pace.longest_wait);
  return proto;
}

}  // namespace hotline::server
