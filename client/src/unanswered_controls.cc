#include "client/src/unanswered_controls.h"

#include <algorithm>
#include <utility>

namespace hotline::internal {

std::vector<v1::PlaybackControl> UnansweredControls::SendAgain() {
  std::vector<v1::PlaybackControl> controls;
  for (Unanswered& unanswered : controls_) {
    v1::PlaybackControl& control = unanswered.control;
    if (unanswered.came > 0) {
      // A step with nothing left becomes a report, or whatever else the control asks.
      control.set_step(control.step() - unanswered.came);
      if (control.step() == 0) control.clear_step();
      unanswered.came_before += std::exchange(unanswered.came, 0);
    }
    controls.push_back(control);
  }
  return controls;
}

void UnansweredControls::OnEvents(int count, bool paused) {
  if (!steps()) return;
  Unanswered& step = controls_.front();
  // Events of a playback that runs are its own, and such a step will be refused.
  const bool applies = step.control.has_play() ? !step.control.play() : paused;
  if (applies) step.came = std::min(step.came + count, step.control.step());
}

std::optional<UnansweredControls::Answered> UnansweredControls::TakeAnswered(v1::ControlApplied* answer) {
  const auto found = std::find_if(controls_.begin(), controls_.end(), [&](const Unanswered& unanswered) {
    return unanswered.control.control_id() == answer->control_id();
  });
  if (found == controls_.end()) return std::nullopt;
  if (found->came_before > 0) {
    answer->set_stepped(answer->stepped() + found->came_before);
    answer->set_no_change(false);
  }
  Answered answered{std::move(found->control), found == controls_.begin()};
  controls_.erase(found);
  return answered;
}

}  // namespace hotline::internal
