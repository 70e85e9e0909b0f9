#include "client/src/playback_check.h"

#include <algorithm>
#include <optional>

namespace hotline::internal {

void PlaybackCheck::OnCallBegun() {
  call_begun_ = false;
  epoch_in_call_ = 1;
}

PlaybackCheck::Result PlaybackCheck::Examine(v1::PlayTimelineResponse* response, UnansweredControls* unanswered) {
  Result result;
  // Each call begins with `opened`, and has no other.
  if (response->has_opened() == call_begun_) ++result.violations;
  call_begun_ = true;
  if (!response->items().empty() && paused_ && !unanswered->steps()) ++result.violations;

  bool sought = false;
  if (response->has_control_applied()) {
    v1::ControlApplied* answer = response->mutable_control_applied();
    const std::optional<UnansweredControls::Answered> answered = unanswered->TakeAnswered(answer);
    if (!answered || !answered->in_order) ++result.violations;
    const bool applied = answered && answer->code() == 0;
    sought = applied && answered->control.seek_case() != v1::PlaybackControl::SEEK_NOT_SET;
    stopped_ = stopped_ || (applied && answered->control.stop());
    paused_ = answer->state() == v1::PLAYBACK_STATE_PAUSED;
  }
  if (response->has_opened()) paused_ = response->opened().paused();

  result.violations += ExamineEpoch(response, sought);
  const Result within = epoch_check_.Examine(response);
  result.violations += within.violations;
  result.repeats = within.repeats;
  result.progress = within.progress || response->has_control_applied() ||
                    (response->has_heartbeat() && response->heartbeat().state() != v1::PLAYBACK_STATE_PLAYING);

  const auto is_event = [](const v1::TimelineItem& item) { return item.has_event(); };
  unanswered->OnEvents(static_cast<int>(std::count_if(response->items().begin(), response->items().end(), is_event)),
                       paused_);
  return result;
}

int PlaybackCheck::ExamineEpoch(v1::PlayTimelineResponse* response, bool sought) {
  const std::int64_t expected = epoch_in_call_ + (sought ? 1 : 0);
  const bool continued =
      begun_ && response->has_opened() && response->opened().outcome() == v1::OPENED_OUTCOME_CONTINUED;
  begun_ = true;
  const int violations = response->epoch() == expected ? 0 : 1;
  // An epoch that no seek opened is one all the same: its ordinals and clock are not those of the last.
  const bool jumped = response->epoch() > expected;
  epoch_in_call_ = response->epoch();
  if (sought || jumped || continued) ++epoch_;
  if (sought) {
    epoch_check_.BeginEpoch(response->control_applied().first_ordinal());
  } else if (jumped) {
    epoch_check_.BeginEpoch(std::nullopt);
  }
  response->set_epoch(epoch_);
  return violations;
}

}  // namespace hotline::internal
