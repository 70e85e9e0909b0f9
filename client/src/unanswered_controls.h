#ifndef HOTLINE_CLIENT_SRC_UNANSWERED_CONTROLS_H_
#define HOTLINE_CLIENT_SRC_UNANSWERED_CONTROLS_H_

#include <deque>
#include <optional>
#include <vector>

#include "hotline/v1/timeline_service.pb.h"

namespace hotline::internal {

// The controls of a playback that have no answer yet, in order, and how far the first of them has come if it steps.
//
// A call that is cut may have applied some of them already. To apply one again does no harm but to a step, of which
// only what is left may be sent again: the events that came since the answer before it are its own.
class UnansweredControls {
 public:
  struct Answered {
    v1::PlaybackControl control;
    // Whether it was its turn.
    bool in_order;
  };

  void Add(v1::PlaybackControl control) { controls_.push_back({std::move(control), 0, 0}); }

  // What to send on a new call, in this order.
  std::vector<v1::PlaybackControl> SendAgain();

  // Events came while the playback was paused, or not.
  void OnEvents(int count, bool paused);

  // Takes out the control that this answers, and completes the answer with what came before a cut. Absent: none awaits
  // it.
  std::optional<Answered> TakeAnswered(v1::ControlApplied* answer);

  // Whether the next answer is to be that of a step.
  bool steps() const { return !controls_.empty() && controls_.front().control.has_step(); }

 private:
  struct Unanswered {
    // As it was sent last.
    v1::PlaybackControl control;
    // How many events its step brought, in this call and in those before it.
    int came;
    int came_before;
  };

  std::deque<Unanswered> controls_;
};

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_UNANSWERED_CONTROLS_H_
