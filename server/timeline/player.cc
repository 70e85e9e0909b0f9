#include "server/timeline/player.h"

#include <algorithm>
#include <utility>

#include "server/corpus/errors.h"

namespace hotline::server {
namespace {

// An item that is later than this because a write was under way stops the clock.
constexpr absl::Duration kHoldTolerance = absl::Milliseconds(250);
// A message of several items is filled up to about this.
constexpr std::size_t kFullMessageBytes = std::size_t{64} * 1024;
// Ages are spread already, so that a short wait will do.
constexpr absl::Duration kRetryAfterAge = absl::Milliseconds(50);

absl::Duration CeilToNanos(absl::Duration duration) { return absl::Ceil(duration, absl::Nanoseconds(1)); }
absl::Duration FloorToNanos(absl::Duration duration) { return absl::Floor(duration, absl::Nanoseconds(1)); }

// How far a message is filled.
class Fill {
 public:
  explicit Fill(const Timeline& timeline) : timeline_(timeline) {}

  // Adds the item and returns true; false where the message is full without it. The first item always fits.
  bool Add(std::size_t ordinal) {
    if (block_ == nullptr || !block_->Holds(ordinal)) block_ = timeline_.BlockOf(ordinal);
    const std::size_t bytes = block_->Bytes(ordinal, ordinal + 1).size();
    if (bytes_ > 0 && bytes_ + bytes > kFullMessageBytes) return false;
    bytes_ += bytes;
    return true;
  }

 private:
  const Timeline& timeline_;
  std::shared_ptr<const Timeline::Block> block_;
  std::size_t bytes_ = 0;
};

}  // namespace

Player::Player(std::shared_ptr<const Timeline> timeline, const Cursor& start, const PlayerOptions& options,
               SteadyTime now)
    : timeline_(std::move(timeline)),
      options_(options),
      end_(timeline_->FirstAtOrAfter(options.until)),
      began_at_(now),
      next_(start.next),
      clock_reference_(start.clock),
      steady_reference_(now),
      pace_(start.pace),
      playing_(start.playing),
      last_sent_(now),
      last_active_(now),
      blocked_until_(now) {
  answers_.push_back(MakeMessage(Message::Content::kOpened, clock_reference_));
}

bool Player::EndedAt(absl::Time clock) const {
  if (next_ < end_) return false;
  return end_ == timeline_->size() || clock >= options_.until;
}

bool Player::Ended() const { return EndedAt(clock_reference_); }

v1::PlaybackState Player::StateAt(absl::Time clock) const {
  if (EndedAt(clock)) return v1::PLAYBACK_STATE_ENDED;
  return playing_ ? v1::PLAYBACK_STATE_PLAYING : v1::PLAYBACK_STATE_PAUSED;
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

void Player::SetReference(SteadyTime now) {
  clock_reference_ = Clock(now);
  steady_reference_ = now;
}

void Player::OnWriteDone(SteadyTime now) { blocked_until_ = now; }

void Player::OnControl(Control control, SteadyTime now) {
  waiting_.push_back(std::move(control));
  ApplyWaiting(now);
}

void Player::Close(v1::ClosingReason reason, absl::Duration retry_after) {
  if (close_reason_.has_value()) return;
  close_reason_ = reason;
  retry_after_ = retry_after;
}

// A step is a barrier: what comes behind it must not overtake its items.
void Player::ApplyWaiting(SteadyTime now) {
  while (!waiting_.empty() && !step_.has_value() && !close_reason_.has_value()) {
    Control control = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    Apply(std::move(control), now);
  }
}

void Player::Apply(Control control, SteadyTime now) {
  last_active_ = now;
  Answer answer = {control.id};
  answer.fault = FaultOf(control);
  if (!answer.fault.ok()) return PushAnswer(std::move(answer), Clock(now));
  const bool playing = control.play.value_or(playing_);
  const Pace pace = control.pace.value_or(pace_);
  answer.no_change = playing == playing_ && pace == pace_ && !control.seek.has_value() && !control.stop;
  // What changes nothing leaves the schedule alone: an item that is late already must stay as late as it is.
  if (!answer.no_change) SetReference(now);
  if (control.seek.has_value()) answer.clamped = Seek(*control.seek);
  pace_ = pace;
  playing_ = playing;
  if (control.step > 0) {
    step_ = {control.id, control.step, 0, next_, answer.no_change, control.stop};
    return;
  }
  PushAnswer(std::move(answer), Clock(now));
  if (control.stop) Close(v1::CLOSING_REASON_STOPPED, absl::ZeroDuration());
}

absl::Status Player::FaultOf(const Control& control) const {
  if (!control.fault.ok()) return control.fault;
  if (control.step > 0 && control.play.value_or(playing_)) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STEP_WHILE_PLAYING",
                   "step is for a paused playback; pause it, in the same control if you like");
  }
  return absl::OkStatus();
}

bool Player::Seek(absl::Time target) {
  clock_reference_ = std::min({std::max(target, timeline_->start()), timeline_->end(), options_.until});
  next_ = timeline_->FirstAtOrAfter(clock_reference_);
  ++epoch_;
  return clock_reference_ != target;
}

void Player::PushAnswer(Answer answer, absl::Time clock) {
  Message message = MakeMessage(Message::Content::kAnswer, clock);
  message.answer = std::move(answer);
  answers_.push_back(std::move(message));
}

Player::Action Player::Next(SteadyTime now) {
  if (finished_) return Finished{*close_reason_};
  CloseByAge(now);
  ApplyWaiting(now);
  if (!answers_.empty()) {
    last_sent_ = now;
    return TakeAnswer();
  }
  if (!close_reason_.has_value()) {
    std::optional<Message> items = step_.has_value() ? StepItems(now) : DueItems(now);
    if (items.has_value() || !answers_.empty()) {
      last_sent_ = now;
      return items.has_value() ? *std::move(items) : TakeAnswer();
    }
    CloseAtRest(now);
  }
  if (close_reason_.has_value()) {
    finished_ = true;
    return MakeClosing(now);
  }
  if (now >= last_sent_ + options_.heartbeat_interval) {
    last_sent_ = now;
    return MakeHeartbeat(now);
  }
  return WaitUntil{NextWake()};
}

SteadyTime Player::NextWake() const {
  SteadyTime wake = std::min(last_sent_ + options_.heartbeat_interval, began_at_ + options_.most_age);
  if (playing_ && !Ended()) return std::min(wake, Due());
  return options_.controlled ? std::min(wake, last_active_ + options_.idle_limit) : wake;
}

void Player::CloseByAge(SteadyTime now) {
  if (now - began_at_ >= options_.most_age) Close(v1::CLOSING_REASON_MAX_AGE, kRetryAfterAge);
}

// Called when there is nothing to send, and so no step under way and no control waiting.
void Player::CloseAtRest(SteadyTime now) {
  if (Ended() && (!options_.controlled || half_closed_)) {
    Close(v1::CLOSING_REASON_END, absl::ZeroDuration());
  } else if (half_closed_ && !playing_) {
    Close(v1::CLOSING_REASON_HALF_CLOSED, absl::ZeroDuration());
  } else if (options_.controlled && (Ended() || !playing_) && now - last_active_ >= options_.idle_limit) {
    Close(v1::CLOSING_REASON_IDLE, absl::ZeroDuration());
  }
}

std::optional<Player::Message> Player::StepItems(SteadyTime now) {
  const std::size_t first = next_;
  Fill fill(*timeline_);
  while (step_->left > 0 && next_ < end_ && fill.Add(next_)) {
    clock_reference_ = timeline_->time(next_);
    if (timeline_->kind(next_) == Timeline::Kind::kEvent) {
      --step_->left;
      ++step_->sent;
    }
    ++next_;
  }
  last_active_ = now;
  if (step_->left == 0 || next_ >= end_) EndStep();
  if (next_ == first) return std::nullopt;
  return MakeItems(first, now);
}

void Player::EndStep() {
  Answer answer = {step_->control_id};
  answer.stepped = step_->sent;
  answer.no_change = step_->no_change && next_ == step_->began_at;
  if (step_->stop) Close(v1::CLOSING_REASON_STOPPED, absl::ZeroDuration());
  step_.reset();
  PushAnswer(std::move(answer), clock_reference_);
}

std::optional<Player::Message> Player::DueItems(SteadyTime now) {
  if (!playing_ || Ended()) return std::nullopt;
  const std::size_t first = next_;
  std::optional<absl::Duration> late_by;
  if (pace_.speed.has_value()) {
    late_by = PlayPaced(now);
  } else {
    PlayUnpaced(now);
  }
  if (next_ == first) return std::nullopt;
  Message message = MakeItems(first, now);
  message.late_by = late_by;
  lag_ = late_by.value_or(absl::ZeroDuration());
  return message;
}

// No due time is asked for an item, and the clock is set once: here the server's time goes when clients read fast.
void Player::PlayUnpaced(SteadyTime now) {
  const std::size_t first = next_;
  Fill fill(*timeline_);
  while (next_ < end_ && fill.Add(next_)) ++next_;
  clock_reference_ = next_ > first ? timeline_->time(next_ - 1) : options_.until;
  steady_reference_ = now;
  last_active_ = now;
}

absl::Duration Player::PlayPaced(SteadyTime now) {
  const std::size_t first = next_;
  absl::Duration first_late;
  Fill fill(*timeline_);
  while (!Ended()) {
    const SteadyTime due = Due();
    if (due > now || (next_ < end_ && !fill.Add(next_))) break;
    const absl::Duration late = Reach(NextTime(), due, now);
    if (next_ >= end_) break;  // what was reached is `until`, not an item
    if (next_ == first) first_late = late;
    ++next_;
  }
  return first_late;
}

absl::Duration Player::Reach(absl::Time time, SteadyTime due, SteadyTime now) {
  const absl::Duration late = now - due;
  // A plain late wake-up does not hold the clock: the schedule is absolute, so nothing drifts.
  const bool hold = options_.hold_clock && blocked_until_ > due && late > kHoldTolerance;
  if (hold) held_total_ += late;
  clock_reference_ = time;
  steady_reference_ = hold ? now : due;
  last_active_ = now;
  return late;
}

Player::Message Player::MakeMessage(Message::Content content, absl::Time clock) const {
  return {content, epoch_, {next_, clock, pace_, playing_}, StateAt(clock)};
}

Player::Message Player::MakeItems(std::size_t first, SteadyTime now) {
  Message message = MakeMessage(Message::Content::kItems, Clock(now));
  message.first = first;
  return message;
}

Player::Message Player::TakeAnswer() {
  Message message = std::move(answers_.front());
  answers_.erase(answers_.begin());
  if (answers_.empty()) answers_.shrink_to_fit();  // most playbacks are told nothing for most of their life
  return message;
}

Player::Message Player::MakeClosing(SteadyTime now) {
  SetReference(now);
  Message message = MakeMessage(Message::Content::kClosing, clock_reference_);
  message.reason = *close_reason_;
  message.retry_after = retry_after_;
  return message;
}

Player::Message Player::MakeHeartbeat(SteadyTime now) const {
  Message message = MakeMessage(Message::Content::kHeartbeat, Clock(now));
  message.lag = lag_;
  message.held_total = held_total_;
  return message;
}

}  // namespace hotline::server
