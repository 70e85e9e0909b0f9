#ifndef HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_
#define HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "hotline/v1/timeline_service.pb.h"

namespace hotline::tests {

// Messages of a playback whose clock shows `clock` seconds of Unix time, and whose position is "after-CLOCK". Those of
// PlayTimeline: with Response = v1::PlayTimelineResponse.
template <typename Response = v1::StreamTimelineResponse>
Response At(std::int64_t clock) {
  Response response;
  response.set_epoch(1);
  response.mutable_clock()->set_seconds(clock);
  response.set_position("after-" + std::to_string(clock));
  return response;
}

template <typename Response = v1::StreamTimelineResponse>
Response Opened(std::int64_t clock, std::int64_t first_ordinal, v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH) {
  Response response = At<Response>(clock);
  response.mutable_opened()->set_outcome(outcome);
  response.mutable_opened()->set_first_ordinal(first_ordinal);
  return response;
}

template <typename Response = v1::StreamTimelineResponse>
Response Items(std::int64_t clock, const std::vector<std::int64_t>& ordinals) {
  Response response = At<Response>(clock);
  for (const std::int64_t ordinal : ordinals) response.add_items()->set_ordinal(ordinal);
  return response;
}

template <typename Response = v1::StreamTimelineResponse>
Response HeartbeatAt(std::int64_t clock) {
  Response response = At<Response>(clock);
  response.mutable_heartbeat()->set_state(v1::PLAYBACK_STATE_PLAYING);
  return response;
}

template <typename Response = v1::StreamTimelineResponse>
Response ClosingAt(std::int64_t clock, v1::ClosingReason reason, std::int64_t retry_after_seconds = 0) {
  Response response = At<Response>(clock);
  response.mutable_closing()->set_reason(reason);
  if (retry_after_seconds > 0) response.mutable_closing()->mutable_retry_after()->set_seconds(retry_after_seconds);
  return response;
}

// The ordinals of all items, in the order in which they came.
template <typename Response>
std::vector<std::int64_t> Ordinals(const std::vector<Response>& responses) {
  std::vector<std::int64_t> ordinals;
  for (const auto& response : responses) {
    for (const auto& item : response.items()) ordinals.push_back(item.ordinal());
  }
  return ordinals;
}

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_TIMELINE_MESSAGES_H_
