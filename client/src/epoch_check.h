#ifndef HOTLINE_CLIENT_SRC_EPOCH_CHECK_H_
#define HOTLINE_CLIENT_SRC_EPOCH_CHECK_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// Holds a playback to what is promised within an epoch, over all calls that carried it: ordinals rise by one, and the
// clock never falls. A call that resumes goes on with the epoch; one that CONTINUED in another revision begins anew.
class EpochCheck {
 public:
  struct Result {
    // Whether playback went on: new items, or a clock that moved.
    bool progress = false;
    // Whether all that the message carried were items that were seen before.
    bool repeats = false;
    // How many promises were broken.
    int violations = 0;
  };

  // The next message begins an epoch: the clock may show anything, and the next item is this one, if it is known.
  void BeginEpoch(std::optional<std::int64_t> first_ordinal);

  // Looks at the next message, a StreamTimelineResponse or a PlayTimelineResponse, and takes out the items that were
  // seen before.
  template <typename Response>
  Result Examine(Response* response);

 private:
  std::optional<std::int64_t> next_ordinal_;
  absl::Time clock_ = absl::InfinitePast();
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_EPOCH_CHECK_H_
