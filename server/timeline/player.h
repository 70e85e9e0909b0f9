#ifndef HOTLINE_SERVER_TIMELINE_PLAYER_H_
#define HOTLINE_SERVER_TIMELINE_PLAYER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"
#include "server/timeline/position.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// A reading of a steady clock: the time since an origin that all readings share. It has nothing to do with history.
using SteadyTime = absl::Duration;

struct PlayerOptions {
  bool hold_clock = true;  // LAG_POLICY_HOLD_CLOCK; otherwise CATCH_UP
  absl::Duration heartbeat_interval = absl::Seconds(5);
  absl::Time until = absl::InfiniteFuture();  // exclusive; not before the timeline's start
  v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH;
  bool clamped = false;  // what `opened` says of the start
};

// One playback of a timeline: the state machine behind StreamTimeline.
//
// It has no thread, no clock and no transport. Whoever drives it says what time it is, asks for the next message while
// no write is under way, and says when a write is done. Time must not run backwards.
//
//   Player player(timeline, cursor, options, now);
//   for (;;) {
//     Player::Action action = player.Next(now);
//     // Message: write it, then OnWriteDone(now).  WaitUntil: ask again then, or after Close().  Finished: done.
//   }
//
// Guarantees G1 to G6, G9 and G10 of timeline_service.proto hold for what it returns. Its size does not depend on the
// timeline's.
//
// Threads: none of its own; calls must not overlap.
class Player {
 public:
  // What to write. `cursor` is the place behind the message: its clock and its position.
  struct Message {
    enum class Content { kOpened, kItems, kHeartbeat, kClosing };

    Content content;
    Cursor cursor;
    // kItems: ordinals from `first` up to, not including, cursor.next.
    std::size_t first = 0;
    // kItems, where paced: how late the first of them is.
    std::optional<absl::Duration> late_by = std::nullopt;
    // kHeartbeat.
    v1::PlaybackState state = v1::PLAYBACK_STATE_UNSPECIFIED;
    absl::Duration lag = absl::ZeroDuration();
    absl::Duration held_total = absl::ZeroDuration();
    // kClosing.
    v1::ClosingReason reason = v1::CLOSING_REASON_UNSPECIFIED;
    absl::Duration retry_after = absl::ZeroDuration();
  };
  struct WaitUntil {
    SteadyTime time;
  };
  struct Finished {
    v1::ClosingReason reason;
  };
  using Action = std::variant<Message, WaitUntil, Finished>;

  Player(std::shared_ptr<const Timeline> timeline, const Cursor& start, const PlayerOptions& options, SteadyTime now);

  // What to do now. Only while no write is under way.
  Action Next(SteadyTime now);

  // The message that Next() returned was written.
  void OnWriteDone(SteadyTime now);

  // Ends playback with this reason at the next message; the first call counts.
  void Close(v1::ClosingReason reason, absl::Duration retry_after);

  const Timeline& timeline() const { return *timeline_; }
  const PlayerOptions& options() const { return options_; }

 private:
  // Every item before `until` was sent; where `until` cuts the timeline short, the clock has reached it too.
  bool Ended() const;
  // The next thing that the clock runs towards: the next item, or `until` where that comes first.
  absl::Time NextTime() const;
  // When it is due.
  SteadyTime Due() const;
  // Speed in the gap before the next item.
  double Speed() const;
  bool Running() const;
  // Where history is now: never past an item that was not sent.
  absl::Time Clock(SteadyTime now) const;
  Cursor CursorAt(absl::Time clock) const;

  std::optional<Message> DueItems(SteadyTime now);
  // Sets the clock to `time`, which was due at `due`, and returns how late that is; holds the clock where it must.
  absl::Duration Reach(absl::Time time, SteadyTime due, SteadyTime now, bool may_hold);
  Message MakeClosing(SteadyTime now);
  Message MakeHeartbeat(SteadyTime now) const;

  const std::shared_ptr<const Timeline> timeline_;
  const PlayerOptions options_;
  const std::size_t end_;  // ordinal behind the last item to send

  // The clock showed `clock_reference_` at `steady_reference_`, and runs at Speed() from there.
  std::size_t next_;
  absl::Time clock_reference_;
  SteadyTime steady_reference_;
  Pace pace_;
  bool playing_;

  bool opened_ = false;
  std::optional<v1::ClosingReason> close_reason_;
  absl::Duration retry_after_;
  bool finished_ = false;
  SteadyTime last_sent_;
  SteadyTime blocked_until_;  // when the last write that was under way ended
  absl::Duration held_total_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_PLAYER_H_
