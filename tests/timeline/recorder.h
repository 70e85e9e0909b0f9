#ifndef HOTLINE_TESTS_TIMELINE_RECORDER_H_
#define HOTLINE_TESTS_TIMELINE_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/timeline/control.h"
#include "server/timeline/player.h"

namespace hotline::server {

// Watches one playback, the controls that go in and the messages that come out, and holds it to the guarantees G1 to
// G9: each breach is a line that names the guarantee. It reckons everything anew from the timeline, apart from the
// player.
class Recorder {
 public:
  explicit Recorder(std::shared_ptr<const Timeline> timeline, absl::Time until = absl::InfiniteFuture())
      : timeline_(std::move(timeline)), until_(std::min(until, timeline_->end())), end_(until) {}

  // A control is given to the player.
  void Give(const Control& control) { given_.push_back(control); }
  // A message came from it.
  void See(const Player::Message& message);

  // What was broken so far; empty is good.
  const std::vector<std::string>& breaches() const { return breaches_; }

  // Ordinals of the items seen, over all epochs.
  const std::vector<std::size_t>& ordinals() const { return ordinals_; }
  // Controls that were not answered.
  std::size_t unanswered() const { return given_.size(); }

 private:
  void SeeOpened(const Player::Message& message);
  void SeeItems(const Player::Message& message);
  void SeeAnswer(const Player::Message& message);
  void SeeSeek(const Player::Message& message, absl::Time target);
  void CheckPlace(const Player::Message& message);
  void CheckPosition(const Cursor& cursor);
  void Check(bool holds, const std::string& what) {
    if (!holds) breaches_.push_back(what);
  }
  // The control whose items are being sent: a step, unless it is not fit to be taken.
  const Control* StepUnderWay() const;
  std::size_t FirstAtOrAfter(absl::Time time) const;
  bool Ended(const Cursor& cursor) const;

  const std::shared_ptr<const Timeline> timeline_;
  const absl::Time until_;  // the last place that a seek may reach
  const absl::Time end_;    // no item at or after this is sent
  std::vector<std::string> breaches_;
  std::vector<std::size_t> ordinals_;
  std::deque<Control> given_;

  bool opened_ = false;
  bool closed_ = false;
  std::int64_t epoch_ = 1;
  std::size_t expected_ = 0;  // ordinal of the next item
  std::optional<absl::Time> clock_;
  // As acknowledged.
  bool playing_ = true;
  Pace pace_;
  // Sent by the step under way.
  int stepped_events_ = 0;
  bool stepped_ = false;
};

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_TIMELINE_RECORDER_H_
