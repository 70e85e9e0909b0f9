#include "tests/timeline/schedule.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/timeline/position.h"
#include "tests/timeline/recorder.h"
#include "tests/timeline/tiny_timelines.h"

namespace hotline::server {
namespace {

std::string Describe(const Control& control) {
  std::string text;
  if (control.seek.has_value()) absl::StrAppend(&text, " seek=", absl::FormatTime(*control.seek, absl::UTCTimeZone()));
  if (control.pace.has_value()) absl::StrAppend(&text, " pace=", control.pace->speed.value_or(0));
  if (control.play.has_value()) absl::StrAppend(&text, *control.play ? " play" : " pause");
  if (control.step > 0) absl::StrAppend(&text, " step=", control.step);
  if (control.stop) absl::StrAppend(&text, " stop");
  if (!control.fault.ok()) absl::StrAppend(&text, " bad");
  return absl::StrCat("{", text, " }");
}

// One run of a schedule.
class Runner {
 public:
  explicit Runner(const Schedule& schedule) : schedule_(schedule), now_(schedule.now) { Open(0, schedule.start); }

  ScheduleResult Finish() && {
    for (const Turn& turn : schedule_.turns) {
      if (closed_ || !result_.breaches.empty()) break;
      Take(turn);
    }
    CheckWhole();
    return std::move(result_);
  }

 private:
  const Timeline& timeline() const { return *schedule_.replicas[replica_]; }
  void Check(bool holds, const std::string& what) {
    if (!holds) result_.breaches.push_back(what);
  }

  void Open(std::size_t replica, const Cursor& cursor) {
    replica_ = replica;
    player_.emplace(schedule_.replicas[replica], cursor, schedule_.options, now_);
    recorder_.emplace(schedule_.replicas[replica], schedule_.options.until);
    half_closed_ = false;
    last_id_ = 0;
  }

  void Take(const Turn& turn) {
    Give(turn.controls);
    if (turn.half_close && schedule_.options.controlled && !half_closed_) {
      half_closed_ = true;
      player_->OnHalfClose();
    }
    Player::Action action = player_->Next(now_);
    if (const auto* wait = std::get_if<Player::WaitUntil>(&action)) {
      Check(wait->time > now_, "it waits for what is past");
      now_ = std::max(now_ + absl::Nanoseconds(1), std::min(wait->time, now_ + turn.longest_sleep)) + turn.oversleep;
    } else if (const auto* message = std::get_if<Player::Message>(&action)) {
      See(*message);
      now_ += turn.write / 2;
      Give(turn.during_write);
      now_ += turn.write / 2;
      player_->OnWriteDone(now_);
      if (!closed_ && turn.cut_to.has_value()) Cut(*turn.cut_to, turn.downtime, message->cursor);
    } else {
      closed_ = true;
    }
  }

  void Give(const std::vector<Control>& controls) {
    for (Control control : controls) {
      if (!schedule_.options.controlled || half_closed_ || !player_->TakesControl()) return;
      control.id = ++last_id_;
      recorder_->Give(control);
      player_->OnControl(std::move(control), now_);
    }
  }

  void See(const Player::Message& message) {
    ++result_.messages;
    recorder_->See(message);
    for (const std::string& breach : recorder_->breaches()) Check(false, breach);
    if (message.content == Player::Message::Content::kAnswer) ++result_.answers;
    closed_ = message.content == Player::Message::Content::kClosing;
    if (closed_) {
      reason_ = message.reason;
      const bool cut_short = reason_ == v1::CLOSING_REASON_STOPPED || reason_ == v1::CLOSING_REASON_MAX_AGE;
      Check(cut_short || recorder_->unanswered() == 0, "G7: closed with a control unanswered");
    }
    if (message.content == Player::Message::Content::kItems) SeeItems(message);
  }

  void SeeItems(const Player::Message& message) {
    const Timeline& first_replica = *schedule_.replicas[0];
    Check(ItemBytes(timeline(), message.first, message.cursor.next) ==
              ItemBytes(first_replica, message.first, message.cursor.next),
          "G3: the bytes of items differ between replicas");
    for (std::size_t i = message.first; i < message.cursor.next; ++i) ordinals_.push_back(i);
    if (schedule_.options.controlled || result_.cuts > 0 || !schedule_.start.pace.speed.has_value()) return;
    // Reckoned apart: the sum of all gaps, each as long as the pace says.
    const Pace& pace = schedule_.start.pace;
    absl::Duration least;
    for (std::size_t i = 0; i < message.cursor.next; ++i) {
      const absl::Duration gap = timeline().GapBefore(i) / *pace.speed;
      least += std::min(gap, pace.longest_wait.value_or(gap));
    }
    Check(now_ - schedule_.now >= least - absl::Microseconds(1), "G4: early by the wall clock");
    result_.timed_items += message.cursor.next - message.first;
  }

  void Cut(std::size_t replica, absl::Duration downtime, const Cursor& before) {
    ++result_.cuts;
    now_ += downtime;
    const auto position = DecodePosition(EncodePosition(timeline(), before), "p");
    if (!position.ok()) return Check(false, position.status().ToString());
    const auto cursor = ResumeAt(*position, *schedule_.replicas[replica], "p");
    if (!cursor.ok()) return Check(false, absl::StrCat("G9: ", cursor.status().ToString()));
    Check(cursor->next == before.next && cursor->clock == before.clock, "G9: another place, or another clock");
    Open(replica, *cursor);
  }

  void CheckWhole() {
    if (schedule_.options.controlled) return;
    for (std::size_t i = 0; i < ordinals_.size(); ++i) Check(ordinals_[i] == i, "G9: lost or repeated");
    if (!closed_) return;
    Check(reason_ == v1::CLOSING_REASON_END, "closed before its end");
    Check(ordinals_.size() == std::min(timeline().size(), timeline().FirstAtOrAfter(schedule_.options.until)),
          "not every item came");
  }

  const Schedule& schedule_;
  SteadyTime now_;
  std::size_t replica_ = 0;
  std::optional<Player> player_;
  std::optional<Recorder> recorder_;
  std::int64_t last_id_ = 0;
  bool half_closed_ = false;
  bool closed_ = false;
  v1::ClosingReason reason_ = v1::CLOSING_REASON_UNSPECIFIED;
  std::vector<std::size_t> ordinals_;
  ScheduleResult result_;
};

bool Breaks(const Schedule& schedule) { return !RunSchedule(schedule).breaches.empty(); }

// Leaves out ever smaller runs of turns.
void ShrinkTurns(Schedule* schedule) {
  for (std::size_t size = schedule->turns.size() / 2; size > 0; size /= 2) {
    for (std::size_t begin = 0; begin + size <= schedule->turns.size();) {
      Schedule smaller = *schedule;
      const auto first = smaller.turns.begin() + static_cast<std::ptrdiff_t>(begin);
      smaller.turns.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (Breaks(smaller)) {
        *schedule = std::move(smaller);
      } else {
        begin += size;
      }
    }
  }
}

}  // namespace

ScheduleResult RunSchedule(const Schedule& schedule) { return Runner(schedule).Finish(); }

Schedule Shrink(Schedule schedule) {
  ShrinkTurns(&schedule);
  for (std::size_t i = 0; i < schedule.turns.size(); ++i) {
    const auto without = [&](auto&& leave_out) {
      Schedule simpler = schedule;
      leave_out(simpler.turns[i]);
      if (Breaks(simpler)) schedule = std::move(simpler);
    };
    without([](Turn& turn) { turn.controls.clear(); });
    without([](Turn& turn) { turn.during_write.clear(); });
    without([](Turn& turn) { turn.half_close = false; });
    without([](Turn& turn) { turn.cut_to.reset(); });
    without([](Turn& turn) { turn.write = absl::ZeroDuration(); });
    without([](Turn& turn) { turn.oversleep = absl::ZeroDuration(); });
  }
  ShrinkTurns(&schedule);
  return schedule;
}

std::string Schedule::ToString() const {
  const Timeline& timeline = *replicas[0];
  std::string text = absl::StrCat("seed ", seed, ", from item ", start.next, " at ",
                                  absl::FormatTime(start.clock, absl::UTCTimeZone()), ", speed ",
                                  start.pace.speed.value_or(0), options.controlled ? ", controlled" : "",
                                  options.hold_clock ? ", hold" : ", catch up", start.playing ? "" : ", paused", "\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(timeline.size(), 50); ++i) {
    absl::StrAppend(&text, "  item ", i, " ", timeline.key(i), " ",
                    absl::FormatTime(timeline.time(i), absl::UTCTimeZone()), "\n");
  }
  for (const Turn& turn : turns) {
    absl::StrAppend(&text, "  turn:");
    for (const Control& control : turn.controls) absl::StrAppend(&text, " ", Describe(control));
    if (turn.half_close) absl::StrAppend(&text, " half-close");
    absl::StrAppend(&text, " write=", absl::FormatDuration(turn.write));
    for (const Control& control : turn.during_write) absl::StrAppend(&text, " during ", Describe(control));
    absl::StrAppend(&text, " sleep<=", absl::FormatDuration(turn.longest_sleep), "+",
                    absl::FormatDuration(turn.oversleep));
    if (turn.cut_to.has_value()) absl::StrAppend(&text, " cut to ", *turn.cut_to);
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace hotline::server
