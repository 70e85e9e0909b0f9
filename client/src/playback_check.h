#ifndef HOTLINE_CLIENT_SRC_PLAYBACK_CHECK_H_
#define HOTLINE_CLIENT_SRC_PLAYBACK_CHECK_H_

#include <cstdint>

#include "client/src/epoch_check.h"
#include "client/src/unanswered_controls.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// Holds a playback under control to what is promised, over all calls that carried it: each begins with `opened`, a seek
// that was applied opens the next epoch and nothing else does, answers come in order, no item follows an acknowledged
// pause but by a step; and within an epoch what EpochCheck says. It numbers the epochs over all calls.
class PlaybackCheck {
 public:
  using Result = EpochCheck::Result;

  void OnCallBegun();

  // Looks at the next message and takes note of it in `unanswered`. Takes out the items that were seen before, sets the
  // epoch to that of the playback, and completes the answer to a step that was cut. An answer is progress too, and so
  // is a heartbeat while the clock stands.
  Result Examine(v1::PlayTimelineResponse* response, UnansweredControls* unanswered);

  // Whether a stop was answered.
  bool stopped() const { return stopped_; }

 private:
  // Returns how many promises were broken. `sought`: it answers a seek that was applied.
  int ExamineEpoch(v1::PlayTimelineResponse* response, bool sought);

  EpochCheck epoch_check_;
  bool call_begun_ = false;
  bool begun_ = false;
  // The playback's epoch, and what the server of this call calls it.
  std::int64_t epoch_ = 1;
  std::int64_t epoch_in_call_ = 1;
  // Whether the clock stands, as `opened` or the last answer says.
  bool paused_ = false;
  bool stopped_ = false;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_PLAYBACK_CHECK_H_
