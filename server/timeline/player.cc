#include "server/timeline/player.h"

#include <algorithm>
#include <utility>

namespace hotline::server {
namespace {

// An item that is later than this because a write was under way stops the clock.
constexpr absl::Duration kHoldTolerance = absl::Milliseconds(250);
// A message of several items is filled up to about this.
constexpr std::size_t kFullMessageBytes = std::size_t{64} * 1024;

absl::Duration CeilToNanos(absl::Duration duration) { return absl::Ceil(duration, absl::Nanoseconds(1)); }
absl::Duration FloorToNanos(absl::Duration duration) { return absl::Floor(duration, absl::Nanoseconds(1)); }

}  // namespace

Player::Player(std::shared_ptr<const Timeline> timeline, const Cursor& start, const PlayerOptions& options,
               SteadyTime now)
    : timeline_(std::move(timeline)),
      options_(options),
      end_(std::max(start.next, timeline_->FirstAtOrAfter(options.until))),
      next_(start.next),
      clock_reference_(start.clock),
      steady_reference_(now),
      pace_(start.pace),
      playing_(start.playing),
      last_sent_(now),
      blocked_until_(now) {}

bool Player::Ended() const {
  if (next_ < end_) return false;
  return end_ == timeline_->size() || clock_reference_ >= options_.until;
}

absl::Time Player::NextTime() const { return next_ < end_ ? timeline_->time(next_) : options_.until; }

double Player::Speed() const { return pace_.SpeedThrough(timeline_->GapBefore(next_)); }

bool Player::Running() const { return playing_ && !Ended() && pace_.speed.has_value(); }

SteadyTime Player::Due() const {
  if (!pace_.speed.has_value()) return steady_reference_;
  return steady_reference_ + CeilToNanos((NextTime() - clock_reference_) / Speed());
}

absl::Time Player::Clock(SteadyTime now) const {
  if (!Running()) return clock_reference_;
  const absl::Time here = clock_reference_ + FloorToNanos((now - steady_reference_) * Speed());
  return std::min(here, NextTime());
}

Cursor Player::CursorAt(absl::Time clock) const { return {next_, clock, pace_, playing_}; }

void Player::OnWriteDone(SteadyTime now) { blocked_until_ = now; }

void Player::Close(v1::ClosingReason reason, absl::Duration retry_after) {
  if (close_reason_.has_value()) return;
  close_reason_ = reason;
  retry_after_ = retry_after;
}

Player::Action Player::Next(SteadyTime now) {
  if (finished_) return Finished{*close_reason_};
  if (!opened_) {
    opened_ = true;
    last_sent_ = now;
    return Message{Message::Content::kOpened, CursorAt(clock_reference_)};
  }
  if (!close_reason_.has_value()) {
    if (std::optional<Message> items = DueItems(now)) {
      last_sent_ = now;
      return *items;
    }
    if (Ended()) Close(v1::CLOSING_REASON_END, absl::ZeroDuration());
  }
  if (close_reason_.has_value()) {
    finished_ = true;
    return MakeClosing(now);
  }
  const SteadyTime heartbeat_at = last_sent_ + options_.heartbeat_interval;
  if (now >= heartbeat_at) {
    last_sent_ = now;
    return MakeHeartbeat(now);
  }
  return WaitUntil{playing_ ? std::min(heartbeat_at, Due()) : heartbeat_at};
}

std::optional<Player::Message> Player::DueItems(SteadyTime now) {
  const std::size_t first = next_;
  std::optional<absl::Duration> late_by;
  while (playing_ && !Ended()) {
    const SteadyTime due = Due();
    if (due > now) break;
    const std::size_t bytes = timeline_->Bytes(first, std::min(next_ + 1, end_)).size();
    if (next_ > first && bytes > kFullMessageBytes) break;
    const absl::Duration late = Reach(NextTime(), due, now, next_ == first);
    if (next_ == end_) break;  // what was reached is `until`, not an item
    if (next_ == first && pace_.speed.has_value()) late_by = late;
    ++next_;
  }
  if (next_ == first) return std::nullopt;
  Message message{Message::Content::kItems, CursorAt(Clock(now))};
  message.first = first;
  message.late_by = late_by;
  return message;
}

absl::Duration Player::Reach(absl::Time time, SteadyTime due, SteadyTime now, bool may_hold) {
  const absl::Duration late = now - due;
  const bool paced = pace_.speed.has_value();
  // A plain late wake-up does not hold the clock: the schedule is absolute, so nothing drifts.
  const bool hold = may_hold && paced && options_.hold_clock && blocked_until_ > due && late > kHoldTolerance;
  if (hold) held_total_ += late;
  clock_reference_ = time;
  steady_reference_ = hold || !paced ? now : due;
  return late;
}

Player::Message Player::MakeClosing(SteadyTime now) {
  clock_reference_ = Clock(now);
  steady_reference_ = now;
  Message message{Message::Content::kClosing, CursorAt(clock_reference_)};
  message.reason = *close_reason_;
  message.retry_after = retry_after_;
  return message;
}

Player::Message Player::MakeHeartbeat(SteadyTime now) const {
  Message message{Message::Content::kHeartbeat, CursorAt(Clock(now))};
  message.state = Ended()    ? v1::PLAYBACK_STATE_ENDED
                  : playing_ ? v1::PLAYBACK_STATE_PLAYING
                             : v1::PLAYBACK_STATE_PAUSED;
  message.lag = Running() ? std::max(absl::ZeroDuration(), now - Due()) : absl::ZeroDuration();
  message.held_total = held_total_;
  return message;
}

}  // namespace hotline::server
