#ifndef HOTLINE_TESTS_TIMELINE_DRIVE_H_
#define HOTLINE_TESTS_TIMELINE_DRIVE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/timeline/control.h"
#include "server/timeline/player.h"
#include "tests/timeline/recorder.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {

// Drives a player with a clock that moves only when told, and shows every message to a recorder.
class Drive {
 public:
  Drive(std::shared_ptr<const Timeline> timeline, const Cursor& start, const PlayerOptions& options = {},
        SteadyTime now = absl::Hours(1))
      : now_(now), player_(timeline, start, options, now), recorder_(timeline, options.until) {}
  ~Drive() { EXPECT_THAT(recorder_.breaches(), ::testing::IsEmpty()); }
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  SteadyTime now() const { return now_; }
  Player& player() { return player_; }
  const Recorder& recorder() const { return recorder_; }

  void Advance(absl::Duration by) { now_ += by; }

  // Gives a control, with the next id, which it returns.
  std::int64_t Give(Control control) {
    control.id = ++last_control_id_;
    recorder_.Give(control);
    player_.OnControl(std::move(control), now_);
    return last_control_id_;
  }

  // The next message at this instant, written in no time; nullopt where there is none now.
  std::optional<Player::Message> Poll() {
    std::optional<Player::Message> message = Begin();
    if (message.has_value()) player_.OnWriteDone(now_);
    return message;
  }

  // The same, but the write goes on until EndWrite().
  std::optional<Player::Message> Begin() {
    Player::Action action = player_.Next(now_);
    auto* message = std::get_if<Player::Message>(&action);
    if (message == nullptr) return std::nullopt;
    recorder_.See(*message);
    return *message;
  }
  void EndWrite() { player_.OnWriteDone(now_); }

  // Moves the clock to whatever the player waits for, and returns how long that was; nullopt where it is finished.
  // Only where Poll() has nothing.
  std::optional<absl::Duration> Wait() {
    const Player::Action action = player_.Next(now_);
    const auto* wait = std::get_if<Player::WaitUntil>(&action);
    if (wait == nullptr) return std::nullopt;
    const absl::Duration length = wait->time - now_;
    now_ = wait->time;
    return length;
  }

  // The next message, waiting as long as it takes; nullopt where the player is finished.
  std::optional<Player::Message> Await() {
    for (;;) {
      if (std::optional<Player::Message> message = Poll()) return message;
      if (!Wait().has_value()) return std::nullopt;
    }
  }

  // Awaits messages until one carries items or closes; heartbeats are passed over.
  Player::Message AwaitItems() {
    for (;;) {
      Player::Message message = *Await();
      if (message.content == Player::Message::Content::kItems ||
          message.content == Player::Message::Content::kClosing) {
        return message;
      }
    }
  }

  // Gives a control and returns its answer; what comes before that is passed over.
  Player::Message Ask(Control control) {
    const std::int64_t id = Give(std::move(control));
    for (;;) {
      const std::optional<Player::Message> message = Poll();
      if (!message.has_value()) {
        ADD_FAILURE() << "no answer at once";
        return {Player::Message::Content::kAnswer, 0, {}, v1::PLAYBACK_STATE_UNSPECIFIED};
      }
      if (message->content == Player::Message::Content::kAnswer && message->answer.control_id == id) return *message;
    }
  }

  // Everything to the end.
  std::vector<Player::Message> AwaitAll() {
    std::vector<Player::Message> all;
    while (std::optional<Player::Message> message = Await()) all.push_back(*std::move(message));
    return all;
  }

 private:
  SteadyTime now_;
  Player player_;
  Recorder recorder_;
  std::int64_t last_control_id_ = 0;
};

// The beginning of a timeline, at this pace.
inline Cursor BeginningOf(const Timeline& timeline, Pace pace = {}) { return {0, timeline.start(), pace, true}; }

inline Pace PaceOf(double speed, std::optional<absl::Duration> longest_wait = std::nullopt) {
  return {speed, longest_wait};
}
inline Pace Unpaced() { return {std::nullopt, std::nullopt}; }

// The timeline of that name among NamedTimelines().
inline std::shared_ptr<const Timeline> Named(const std::string& name) {
  for (const NamedTimeline& each : NamedTimelines()) {
    if (each.name == name) return each.timeline;
  }
  ADD_FAILURE() << "no timeline " << name;
  return nullptr;
}

// Controls.
inline Control ToPause() {
  Control control;
  control.play = false;
  return control;
}
inline Control ToPlay() {
  Control control;
  control.play = true;
  return control;
}
inline Control ToSeek(absl::Time target) {
  Control control;
  control.seek = target;
  return control;
}
inline Control ToPace(Pace pace) {
  Control control;
  control.pace = pace;
  return control;
}
inline Control ToStep(int events) {
  Control control;
  control.step = events;
  return control;
}
inline Control ToStop() {
  Control control;
  control.stop = true;
  return control;
}

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_TIMELINE_DRIVE_H_
