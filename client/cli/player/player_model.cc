#include "client/cli/player/player_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "client/cli/civil_time.h"
#include "client/cli/play_renderer.h"

namespace hotline::cli {
namespace {

constexpr absl::Duration kNoticeTime = absl::Seconds(5);
// How long behind its time a heartbeat may be before its absence is told.
constexpr absl::Duration kPatience = absl::Seconds(2);
// What a timeline that is not known in advance may leave behind in memory.
constexpr std::size_t kMostPlayedItems = 2000;
// As many as the server takes without having answered.
constexpr std::size_t kMostUnanswered = 32;

std::string SecondsInWords(absl::Duration duration) { return DurationInWords(absl::Trunc(duration, absl::Seconds(1))); }

}  // namespace

PlayerModel::PlayerModel(KnownTimeline known) : known_(std::move(known)), complete_(!known_.items.empty()) {}

void PlayerModel::OnMessage(const v1::PlayTimelineResponse& message, SteadyTime now) {
  // A server of another revision than the one that was asked at first has other items.
  if (complete_ && message.revision() != known_.revision) {
    known_ = {message.revision(), {}, {}};
    complete_ = false;
    ++generation_;
  }
  const absl::Time shown = Clock(now);
  message_clock_ = ToTime(message.clock());
  message_at_ = now;
  floor_ = message.epoch() == epoch_ ? std::max(shown, message_clock_) : message_clock_;
  position_ = message.position();
  if (message.has_opened()) OnOpened(message, now);
  if (message.has_control_applied()) {
    if (message.epoch() != epoch_) JumpTo(message.control_applied().first_ordinal());
    OnAnswer(message.control_applied(), now);
  }
  if (message.has_heartbeat()) OnState(message.heartbeat().state());
  OnItems(message);
  epoch_ = message.epoch();
  const v1::ClosingReason reason = message.closing().reason();
  if (reason == v1::CLOSING_REASON_DRAINING || reason == v1::CLOSING_REASON_MAX_AGE) {
    cut_at_ = now;
    Tell(Role::kDoubt, InWords(message.closing()), now);
  }
}

void PlayerModel::OnOpened(const v1::PlayTimelineResponse& message, SteadyTime now) {
  if (has_opened_ && !begun_anew_) {
    ++resumes_;
    const absl::Duration gap = absl::Trunc(now - cut_at_.value_or(message_at_), absl::Milliseconds(100));
    Tell(Role::kStrong, absl::StrCat("resumed after ", DurationInWords(gap), ", ", Counted(resumes_, "resume")), now);
  }
  has_opened_ = true;
  begun_anew_ = false;
  cut_at_.reset();
  interruption_.reset();
  opened_ = message.opened();
  zone_ = FindZone(opened_.time_zone()).value_or(absl::UTCTimeZone());
  pace_ = opened_.pace();
  playing_ = !opened_.paused();
  if (message.epoch() != epoch_) JumpTo(opened_.first_ordinal());
  next_ = opened_.first_ordinal();
}

void PlayerModel::OnAnswer(const v1::ControlApplied& answer, SteadyTime now) {
  v1::PlaybackControl control;
  if (!unanswered_.empty()) {
    control = std::move(unanswered_.front());
    unanswered_.pop_front();
  }
  OnState(answer.state());
  if (answer.code() != 0) {
    Tell(Role::kDoubt, absl::StrCat("refused: ", answer.message()), now);
    return;
  }
  if (control.has_pace()) pace_ = control.pace();
  if (control.has_step() && answer.stepped() == 0) Tell(Role::kPlain, "no event is left to step to", now);
}

void PlayerModel::OnItems(const v1::PlayTimelineResponse& message) {
  for (const v1::TimelineItem& item : message.items()) {
    next_ = item.ordinal() + 1;
    if (complete_) continue;
    if (known_.items.size() == kMostPlayedItems) {
      known_.items.erase(known_.items.begin(), known_.items.begin() + kMostPlayedItems / 2);
      ++generation_;
    }
    known_.items.push_back(item);
  }
}

void PlayerModel::OnState(v1::PlaybackState state) {
  // ENDED does not tell what will be after a seek.
  if (state == v1::PLAYBACK_STATE_PLAYING) playing_ = true;
  if (state == v1::PLAYBACK_STATE_PAUSED) playing_ = false;
}

void PlayerModel::JumpTo(std::int64_t ordinal) {
  next_ = ordinal;
  if (complete_) return;
  known_.items.clear();
  ++generation_;
}

void PlayerModel::OnInterruption(const std::optional<absl::Status>& why, SteadyTime now) {
  if (why && !interruption_) {
    floor_ = Clock(now);
    if (!cut_at_) cut_at_ = now;
  }
  // It is over when another call has opened.
  if (why) interruption_ = why;
}

void PlayerModel::OnRest(SteadyTime now) {
  floor_ = Clock(now);
  resting_ = true;
}

void PlayerModel::OnNewPlayback(SteadyTime now) {
  floor_ = Clock(now);
  message_at_ = now;
  unanswered_.clear();
  resting_ = false;
  begun_anew_ = true;
  // The new one counts its epochs anew.
  epoch_ = 1;
}

std::optional<v1::PlaybackControl> PlayerModel::OnKey(Key key, SteadyTime now) {
  if (!has_opened_) return std::nullopt;
  std::optional<v1::PlaybackControl> control = v1::PlaybackControl();
  switch (key) {
    case Key::kPlayOrPause:
      if (WillHaveEnded()) control->set_seek_beginning(true);
      control->set_play(WillHaveEnded() || !WillPlay());
      break;
    case Key::kHourBack:
      control = SeekBy(-absl::Hours(1), 0, now);
      break;
    case Key::kHourOn:
      control = SeekBy(absl::Hours(1), 0, now);
      break;
    case Key::kDayBack:
      control = SeekBy(absl::ZeroDuration(), -1, now);
      break;
    case Key::kDayOn:
      control = SeekBy(absl::ZeroDuration(), 1, now);
      break;
    case Key::kStep:
      control->set_play(false);
      control->set_step(1);
      break;
    case Key::kFaster:
      control = ScalePace(2, now);
      break;
    case Key::kSlower:
      control = ScalePace(0.5, now);
      break;
    case Key::kBeginning:
      control->set_seek_beginning(true);
      break;
    case Key::kEnd:
      control->set_seek_end(true);
      break;
    case Key::kNoMoreKeys:
      Tell(Role::kPlain, "no more keys: it quits at the end", now);
      return std::nullopt;
    default:
      return std::nullopt;
  }
  if (!control) return std::nullopt;
  if (unanswered_.size() == kMostUnanswered) {
    Tell(Role::kDoubt, "the server has not answered yet", now);
    return std::nullopt;
  }
  unanswered_.push_back(*control);
  return control;
}

v1::PlaybackControl PlayerModel::SeekBy(absl::Duration duration, int days, SteadyTime now) const {
  absl::Time to = WillBeAt(now) + duration;
  if (days != 0) {
    // The same hour of another day, also where a day has 25 hours.
    const absl::CivilSecond from = absl::ToCivilSecond(to, zone_);
    to = absl::FromCivil(
        absl::CivilSecond(from.year(), from.month(), from.day() + days, from.hour(), from.minute(), from.second()),
        zone_);
  }
  v1::PlaybackControl control;
  *control.mutable_seek_time() = ToProto(std::clamp(to, ToTime(opened_.start()), ToTime(opened_.end())));
  return control;
}

std::optional<v1::PlaybackControl> PlayerModel::ScalePace(double factor, SteadyTime now) {
  v1::Pace pace = WillHavePace();
  if (pace.has_day_length()) {
    *pace.mutable_day_length() = ToProto(ToDuration(pace.day_length()) / factor);
  } else if (pace.has_speed()) {
    pace.set_speed(pace.speed() * factor);
  } else {
    Tell(Role::kDoubt, "unpaced: there is no pace to change", now);
    return std::nullopt;
  }
  // With the gaps as they were, what they bound would not become faster or slower at all.
  if (pace.has_longest_wait()) *pace.mutable_longest_wait() = ToProto(ToDuration(pace.longest_wait()) / factor);
  v1::PlaybackControl control;
  *control.mutable_pace() = pace;
  return control;
}

bool PlayerModel::WillPlay() const {
  const auto last = std::find_if(unanswered_.rbegin(), unanswered_.rend(), [](const auto& c) { return c.has_play(); });
  return last == unanswered_.rend() ? playing_ : last->play();
}

bool PlayerModel::WillHaveEnded() const {
  const auto last = std::find_if(unanswered_.rbegin(), unanswered_.rend(),
                                 [](const auto& c) { return c.seek_case() != v1::PlaybackControl::SEEK_NOT_SET; });
  return last == unanswered_.rend() ? Ended() : last->seek_end();
}

absl::Time PlayerModel::WillBeAt(SteadyTime now) const {
  const auto last = std::find_if(unanswered_.rbegin(), unanswered_.rend(),
                                 [](const auto& c) { return c.seek_case() != v1::PlaybackControl::SEEK_NOT_SET; });
  if (last == unanswered_.rend()) return Clock(now);
  if (last->has_seek_time()) return ToTime(last->seek_time());
  return ToTime(last->seek_end() ? opened_.end() : opened_.start());
}

const v1::Pace& PlayerModel::WillHavePace() const {
  const auto last = std::find_if(unanswered_.rbegin(), unanswered_.rend(), [](const auto& c) { return c.has_pace(); });
  return last == unanswered_.rend() ? pace_ : last->pace();
}

double PlayerModel::Speed() const {
  if (pace_.has_day_length()) return absl::FDivDuration(absl::Hours(24), ToDuration(pace_.day_length()));
  return pace_.speed();
}

bool PlayerModel::Running() const { return has_opened_ && playing_ && !Ended() && !interruption_ && !resting_; }

absl::Time PlayerModel::Clock(SteadyTime now) const {
  const double speed = Speed();
  // Without the next item there is no telling how far the clock may go.
  const std::size_t next = static_cast<std::size_t>(next_);
  if (!Running() || !complete_ || next >= known_.items.size() || speed <= 0) return floor_;
  const absl::Time due = ToTime(known_.items[next].time());
  const absl::Duration gap = due - (next == 0 ? ToTime(opened_.start()) : ToTime(known_.items[next - 1].time()));
  absl::Duration passed = (now - message_at_) * speed;
  if (pace_.has_longest_wait()) {
    // Through a gap that would last longer the clock runs evenly, and so fast that it lasts exactly this long.
    const absl::Duration longest = ToDuration(pace_.longest_wait());
    if (gap > longest * speed) passed = gap * absl::FDivDuration(now - message_at_, longest);
  }
  return std::max(floor_, std::min(message_clock_ + passed, due));
}

PlayerState PlayerModel::State(SteadyTime now) const {
  if (resting_) return PlayerState::kResting;
  if (interruption_ && has_opened_) return PlayerState::kReconnecting;
  if (!has_opened_) return PlayerState::kConnecting;
  if (now - message_at_ > ToDuration(opened_.heartbeat_interval()) + kPatience) return PlayerState::kSilent;
  if (Ended()) return PlayerState::kEnded;
  return playing_ ? PlayerState::kPlaying : PlayerState::kPaused;
}

PlayerView PlayerModel::View(SteadyTime now) const {
  PlayerView view;
  view.state = State(now);
  view.opened = opened_;
  view.clock = Clock(now);
  view.pace = pace_;
  view.items = &known_.items;
  view.played = complete_ ? static_cast<std::size_t>(next_) : known_.items.size();
  view.generation = generation_;
  view.complete = complete_;
  if (complete_) {
    const auto end = known_.items.begin() + static_cast<std::ptrdiff_t>(std::min(view.played, known_.items.size()));
    view.events_played =
        std::count_if(known_.items.begin(), end, [](const v1::TimelineItem& item) { return item.has_event(); });
  }
  view.eventful_days = &known_.eventful_days;
  view.notice = NoticeAt(now);
  return view;
}

void PlayerModel::Tell(Role role, std::string text, SteadyTime now) {
  notice_ = {role, std::move(text)};
  notice_ends_ = now + kNoticeTime;
}

std::optional<Notice> PlayerModel::NoticeAt(SteadyTime now) const {
  if (interruption_) {
    const std::string cut =
        has_opened_ ? absl::StrCat("cut off for ", SecondsInWords(now - cut_at_.value_or(now)), ", trying again")
                    : "trying to connect";
    return Notice{Role::kDoubt, absl::StrCat(cut, ": ", absl::string_view(interruption_->message()))};
  }
  switch (State(now)) {
    case PlayerState::kSilent:
      return Notice{Role::kDoubt, absl::StrCat("nothing came from the server for ", SecondsInWords(now - message_at_))};
    case PlayerState::kResting:
      return Notice{Role::kPlain, "the server ended the playback, which had stood still for too long; any key goes on"};
    default:
      break;
  }
  if (notice_ && now < notice_ends_) return notice_;
  return std::nullopt;
}

}  // namespace hotline::cli
