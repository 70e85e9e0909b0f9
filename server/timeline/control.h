#ifndef HOTLINE_SERVER_TIMELINE_CONTROL_H_
#define HOTLINE_SERVER_TIMELINE_CONTROL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/timeline/pace.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// A `v1::PlaybackControl`, read. What is set is applied as one, in this order.
struct Control {
  static constexpr int kMostSteps = 1'000;

  std::int64_t id = 0;
  // Not OK: the control is bad in itself, whatever the playback does; it is answered so, and nothing of it is applied.
  absl::Status fault;
  // May lie outside the timeline.
  std::optional<absl::Time> seek;
  std::optional<Pace> pace;
  std::optional<bool> play;
  // How many events, 1 to kMostSteps; 0: no step.
  int step = 0;
  bool stop = false;
};

// Checks all that can be checked without the playback's state, and puts what is wrong into `fault`: INVALID_ARGUMENT
// for a bad field, NOT_FOUND (EVENT_NOT_FOUND) and FAILED_PRECONDITION (EVENT_NOT_SELECTED) for an event to seek.
Control ReadControl(const v1::PlaybackControl& request, const Timeline& timeline, const Corpus& corpus);

// When an event is played. NOT_FOUND (EVENT_NOT_FOUND) for one that the corpus lacks, FAILED_PRECONDITION
// (EVENT_NOT_SELECTED) for one that the timeline leaves out.
absl::StatusOr<absl::Time> TimeOfEvent(const std::string& name, const Timeline& timeline, const Corpus& corpus);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_CONTROL_H_
