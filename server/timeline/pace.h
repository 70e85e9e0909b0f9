#ifndef HOTLINE_SERVER_TIMELINE_PACE_H_
#define HOTLINE_SERVER_TIMELINE_PACE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"

namespace hotline::server {

// How fast history passes, checked.
struct Pace {
  static constexpr double kSlowest = 0.01;
  static constexpr double kFastest = 10'000'000;
  static constexpr double kDefault = 3'600;

  // Seconds of history a second; nullopt: unpaced.
  std::optional<double> speed = kDefault;
  // The longest real time that one gap between neighbouring items may last.
  std::optional<absl::Duration> longest_wait;

  // The speed within a gap of this length of history, raised evenly so that the gap lasts no longer than
  // `longest_wait`. Only for a paced one.
  double SpeedThrough(absl::Duration gap) const;

  friend bool operator==(const Pace& a, const Pace& b) {
    return a.speed == b.speed && a.longest_wait == b.longest_wait;
  }
};

// INVALID_ARGUMENT for NaN, infinity and whatever else is out of range; nothing is clamped. `field` is the path of the
// pace in its request.
absl::StatusOr<Pace> ReadPace(const v1::Pace& request, absl::string_view field);

v1::Pace ToProto(const Pace& pace);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_PACE_H_
