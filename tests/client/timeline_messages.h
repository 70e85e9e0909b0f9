#ifndef HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_
#define HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "hotline/v1/timeline_service.pb.h"

namespace hotline::tests {

// Messages of a playback whose clock shows `clock` seconds of Unix time, and whose position is "after-CLOCK".
inline v1::StreamTimelineResponse At(std::int64_t clock) {
  v1::StreamTimelineResponse response;
  response.set_epoch(1);
  response.mutable_clock()->set_seconds(clock);
  response.set_position("after-" + std::to_string(clock));
  return response;
}

inline v1::StreamTimelineResponse Opened(std::int64_t clock, std::int64_t first_ordinal,
                                         v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH) {
  v1::StreamTimelineResponse response = At(clock);
  response.mutable_opened()->set_outcome(outcome);
  response.mutable_opened()->set_first_ordinal(first_ordinal);
  return response;
}

inline v1::StreamTimelineResponse Items(std::int64_t clock, const std::vector<std::int64_t>& ordinals) {
  v1::StreamTimelineResponse response = At(clock);
  for (const std::int64_t ordinal : ordinals) response.add_items()->set_ordinal(ordinal);
  return response;
}

inline v1::StreamTimelineResponse HeartbeatAt(std::int64_t clock) {
  v1::StreamTimelineResponse response = At(clock);
  response.mutable_heartbeat()->set_state(v1::PLAYBACK_STATE_PLAYING);
  return response;
}

inline v1::StreamTimelineResponse ClosingAt(std::int64_t clock, v1::ClosingReason reason,
                                            std::int64_t retry_after_seconds = 0) {
  v1::StreamTimelineResponse response = At(clock);
  response.mutable_closing()->set_reason(reason);
  if (retry_after_seconds > 0) response.mutable_closing()->mutable_retry_after()->set_seconds(retry_after_seconds);
  return response;
}

// The ordinals of all items, in the order in which they came.
inline std::vector<std::int64_t> Ordinals(const std::vector<v1::StreamTimelineResponse>& responses) {
  std::vector<std::int64_t> ordinals;
  for (const auto& response : responses) {
    for (const auto& item : response.items()) ordinals.push_back(item.ordinal());
  }
  return ordinals;
}

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_
