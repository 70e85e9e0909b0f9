#ifndef HOTLINE_TESTS_CLIENT_PLAYBACK_MESSAGES_H_
#define HOTLINE_TESTS_CLIENT_PLAYBACK_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "hotline/playback.h"
#include "hotline/v1/timeline_service.pb.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {

// The answer to a control.
inline v1::PlayTimelineResponse Answer(std::int64_t clock, std::int64_t control_id, v1::PlaybackState state,
                                       int stepped = 0) {
  v1::PlayTimelineResponse response = At<v1::PlayTimelineResponse>(clock);
  response.mutable_control_applied()->set_control_id(control_id);
  response.mutable_control_applied()->set_state(state);
  response.mutable_control_applied()->set_stepped(stepped);
  return response;
}

// Items that are all events.
inline v1::PlayTimelineResponse EventItems(std::int64_t clock, const std::vector<std::int64_t>& ordinals) {
  v1::PlayTimelineResponse response = Items<v1::PlayTimelineResponse>(clock, ordinals);
  for (v1::TimelineItem& item : *response.mutable_items()) item.mutable_event();
  return response;
}

// "playing", "paused", "ended".
inline std::string Word(v1::PlaybackState state) {
  switch (state) {
    case v1::PLAYBACK_STATE_PLAYING:
      return "playing";
    case v1::PLAYBACK_STATE_PAUSED:
      return "paused";
    case v1::PLAYBACK_STATE_ENDED:
      return "ended";
    default:
      return "in no state";
  }
}

inline std::string Describe(const v1::ControlApplied& applied) {
  std::string text = absl::StrCat("answer ", applied.control_id(), " ", Word(applied.state()));
  if (applied.code() != 0) absl::StrAppend(&text, " ", applied.reason());
  if (applied.stepped() > 0) absl::StrAppend(&text, " stepped ", applied.stepped());
  if (applied.clamped()) absl::StrAppend(&text, " clamped");
  if (applied.no_change()) absl::StrAppend(&text, " no change");
  return text;
}

// A message in a line: "EPOCH@CLOCK: what it says", the clock in seconds of Unix time.
inline std::string Describe(const v1::PlayTimelineResponse& response) {
  std::string text = absl::StrCat(response.epoch(), "@", response.clock().seconds(), ":");
  if (response.has_opened()) {
    absl::StrAppend(&text, " opened at ", response.opened().first_ordinal(),
                    response.opened().paused() ? " paused" : "", response.opened().clamped() ? " clamped" : "");
  }
  if (response.has_heartbeat()) absl::StrAppend(&text, " heartbeat ", Word(response.heartbeat().state()));
  if (response.has_control_applied()) absl::StrAppend(&text, " ", Describe(response.control_applied()));
  if (response.has_closing()) {
    absl::StrAppend(&text, " closing ", v1::ClosingReason_Name(response.closing().reason()).substr(15));
  }
  if (!response.items().empty()) absl::StrAppend(&text, " items");
  for (const v1::TimelineItem& item : response.items()) absl::StrAppend(&text, " ", item.ordinal());
  return text;
}

inline std::string Describe(const absl::StatusOr<v1::PlayTimelineResponse>& response) {
  return response.ok() ? Describe(*response) : absl::StatusCodeToString(response.status().code());
}

// Reads a playback message by message, and describes what comes; "end" at the end.
class MessageReader {
 public:
  explicit MessageReader(Playback& playback) : playback_(playback) {}

  std::string Next() {
    Playback::Iterator at = playback_.begin();
    if (begun_) ++at;
    begun_ = true;
    return at == playback_.end() ? "end" : Describe(*at);
  }
  std::vector<std::string> Next(int count) {
    std::vector<std::string> described;
    for (int i = 0; i < count; ++i) described.push_back(Next());
    return described;
  }
  std::vector<std::string> ToEnd() {
    std::vector<std::string> described;
    while (described.empty() || described.back() != "end") described.push_back(Next());
    return described;
  }

 private:
  Playback& playback_;
  bool begun_ = false;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_PLAYBACK_MESSAGES_H_
