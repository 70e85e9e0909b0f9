#ifndef HOTLINE_SERVER_TIMELINE_PLAYER_H_
#define HOTLINE_SERVER_TIMELINE_PLAYER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"
#include "server/timeline/control.h"
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
  // PlayTimeline: playback stays where it ends, until it is told to go on or to close. Otherwise it closes.
  bool controlled = false;
  // Closes a playback that was paused or ended for so long.
  absl::Duration idle_limit = absl::Minutes(30);
  // Closes one that is so old.
  absl::Duration most_age = absl::InfiniteDuration();
};

// One playback of a timeline: the state machine behind StreamTimeline and PlayTimeline.
//
// It has no thread, no clock and no transport. Whoever drives it says what time it is, asks for the next message while
// no write is under way, and says when a write is done and when a control has come. Time must not run backwards.
//
//   Player player(timeline, cursor, options, now);
//   for (;;) {
//     Player::Action action = player.Next(now);
//     // Message: write it, then OnWriteDone(now).  Finished: done.
//     // WaitUntil: ask again then, or after OnControl(), OnHalfClose() or Close().
//   }
//
// Guarantees G1 to G10 of timeline_service.proto hold for what it returns. Its size does not depend on the timeline's.
//
// Threads: none of its own; calls must not overlap.
class Player {
 public:
  // How many controls may be unanswered, or answered but not sent. It bounds the memory of a playback whose client
  // does not read.
  static constexpr std::size_t kMostUnsentAnswers = 32;

  // What became of a control.
  struct Answer {
    std::int64_t control_id = 0;
    absl::Status fault = absl::OkStatus();  // otherwise nothing of it was applied
    int stepped = 0;
    bool clamped = false;
    bool no_change = false;
  };

  // What to write. `cursor` is the place behind the message: its clock and its position. An answer's is that of the
  // moment at which the control was applied.
  struct Message {
    enum class Content { kOpened, kItems, kAnswer, kHeartbeat, kClosing };

    Content content;
    std::int64_t epoch;
    Cursor cursor;
    v1::PlaybackState state;
    // kItems: ordinals from `first` up to, not including, cursor.next.
    std::size_t first = 0;
    // kItems, where paced: how late the first of them is.
    std::optional<absl::Duration> late_by = std::nullopt;
    // kAnswer.
    Answer answer = {};
    // kHeartbeat.
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

  // Whether there is room for another control, and a use. What comes while there is not must wait outside.
  bool TakesControl() const {
    const std::size_t unanswered = answers_.size() + waiting_.size() + (step_.has_value() ? 1 : 0);
    return unanswered < kMostUnsentAnswers && !close_reason_.has_value();
  }
  // Takes a control: it is applied now, or behind the step that is under way; not at all once playback closes.
  void OnControl(Control control, SteadyTime now);

  // No control follows. A playback that runs plays on to its end; one that stands closes.
  void OnHalfClose() { half_closed_ = true; }

  // Ends playback with this reason at the next message; the first call counts.
  void Close(v1::ClosingReason reason, absl::Duration retry_after);

  const Timeline& timeline() const { return *timeline_; }
  const PlayerOptions& options() const { return options_; }
  // For how long the clock was held in all.
  absl::Duration held_total() const { return held_total_; }

 private:
  struct StepUnderWay {
    std::int64_t control_id;
    int left;  // events
    int sent;  // events
    std::size_t began_at;
    bool no_change;  // by what the control asks besides
    bool stop;       // close behind it
  };

  // Every item before `until` was sent; where `until` cuts the timeline short, the clock has reached it too.
  bool EndedAt(absl::Time clock) const;
  bool Ended() const;
  v1::PlaybackState StateAt(absl::Time clock) const;
  // The next thing that the clock runs towards: the next item, or `until` where that comes first.
  absl::Time NextTime() const;
  // When it is due.
  SteadyTime Due() const;
  // Speed in the gap before the next item.
  double Speed() const;
  bool Running() const;
  // Where history is now: never past an item that was not sent.
  absl::Time Clock(SteadyTime now) const;
  // Makes now the moment from which the clock is reckoned.
  void SetReference(SteadyTime now);

  void ApplyWaiting(SteadyTime now);
  void Apply(Control control, SteadyTime now);
  // What is wrong with it in this state.
  absl::Status FaultOf(const Control& control) const;
  // Returns whether the target lay outside.
  bool Seek(absl::Time target);
  void PushAnswer(Answer answer, absl::Time clock);

  std::optional<Message> StepItems(SteadyTime now);
  void EndStep();
  std::optional<Message> DueItems(SteadyTime now);
  void PlayUnpaced(SteadyTime now);
  // Returns how late the first item is.
  absl::Duration PlayPaced(SteadyTime now);
  // Sets the clock to `time`, which was due at `due`, and returns how late that is; holds the clock where it must.
  absl::Duration Reach(absl::Time time, SteadyTime due, SteadyTime now);
  // Closes where the time for it has come.
  void CloseByAge(SteadyTime now);
  void CloseAtRest(SteadyTime now);

  Message MakeMessage(Message::Content content, absl::Time clock) const;
  Message MakeItems(std::size_t first, SteadyTime now);
  Message MakeClosing(SteadyTime now);
  Message MakeHeartbeat(SteadyTime now) const;
  Message TakeAnswer();
  SteadyTime NextWake() const;

  const std::shared_ptr<const Timeline> timeline_;
  const PlayerOptions options_;
  const std::size_t end_;  // ordinal behind the last item before `until`
  const SteadyTime began_at_;

  // The clock showed `clock_reference_` at `steady_reference_`, and runs at Speed() from there.
  std::int64_t epoch_ = 1;
  std::size_t next_;
  absl::Time clock_reference_;
  SteadyTime steady_reference_;
  Pace pace_;
  bool playing_;

  // `opened` and answers that were not sent, and controls behind a step; TakesControl() bounds them.
  std::vector<Message> answers_;
  std::vector<Control> waiting_;
  std::optional<StepUnderWay> step_;

  bool half_closed_ = false;
  std::optional<v1::ClosingReason> close_reason_;
  absl::Duration retry_after_;
  bool finished_ = false;
  SteadyTime last_sent_;
  SteadyTime last_active_;    // when something was played or asked for
  SteadyTime blocked_until_;  // when the last write that was under way ended
  absl::Duration held_total_;
  absl::Duration lag_;  // of the last items
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_PLAYER_H_
