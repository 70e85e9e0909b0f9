#ifndef HOTLINE_CLIENT_SRC_PLAYBACK_CALL_H_
#define HOTLINE_CLIENT_SRC_PLAYBACK_CALL_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// One call that carries a playback. Destruction cancels it.
template <typename ResponseType>
class PlaybackCall {
 public:
  using Response = ResponseType;

  virtual ~PlaybackCall() = default;

  // Blocks until the next message, and true; or until the call is over, and false. After `timeout` without a message it
  // cancels the call, and it is over. One thread at a time, and not again after false.
  virtual bool Read(Response* response, absl::Duration timeout) = 0;

  // How the call ended, after Read() has returned false. UNAVAILABLE where it was silent for too long.
  virtual absl::Status status() const = 0;

  // Makes Read() return false soon. Any thread, any number of times.
  virtual void Cancel() = 0;
};

// A call of StreamTimeline.
using TimelineCall = PlaybackCall<v1::StreamTimelineResponse>;

// Begins one. Never null.
using StartTimelineCall = std::function<std::unique_ptr<TimelineCall>(const v1::StreamTimelineRequest&)>;

// A call of PlayTimeline.
class ControlledCall : public PlaybackCall<v1::PlayTimelineResponse> {
 public:
  // Sends a request behind those before it, as soon as the server takes it, unless the call is over by then. Does not
  // block. Any thread, also during Read(), but one at a time in this and in FinishWrites().
  virtual void Write(const v1::PlayTimelineRequest& request) = 0;

  // Says that no request follows. At most once.
  virtual void FinishWrites() = 0;
};

// Begins one, with nothing written. Never null.
using StartControlledCall = std::function<std::unique_ptr<ControlledCall>()>;

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_PLAYBACK_CALL_H_
