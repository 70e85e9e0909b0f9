#include "client/src/fake_player.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/src/proto_time.h"
#include "client/src/status.h"
#include "google/protobuf/util/message_differencer.h"
#include "hotline/error.h"

namespace hotline::internal {
namespace {

constexpr absl::Duration kIdleLimit = absl::Minutes(30);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kPositionPrefix[] = "fake-";

absl::Status InvalidField(const std::string& message) {
  return ServerError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD", message);
}

// As the server shows it: a speed, or unpaced.
v1::Pace Canonical(v1::Pace pace) {
  if (pace.has_day_length()) pace.set_speed(absl::FDivDuration(kDay, ToDuration(pace.day_length())));
  if (pace.kind_case() == v1::Pace::KIND_NOT_SET) pace.set_speed(3'600);
  return pace;
}

absl::Status CheckPace(const v1::Pace& pace) {
  const v1::Pace canonical = Canonical(pace);
  bool valid;
  if (canonical.kind_case() == v1::Pace::kUnpaced) {
    valid = pace.unpaced() && !pace.has_longest_wait();
  } else {
    const absl::Duration wait = pace.has_longest_wait() ? ToDuration(pace.longest_wait()) : kDay;
    // Also false for NaN.
    valid =
        canonical.speed() >= 0.01 && canonical.speed() <= 10'000'000 && wait >= absl::Milliseconds(1) && wait <= kDay;
  }
  return valid ? absl::OkStatus() : InvalidField("pace: out of range");
}

absl::Duration WholeNanos(absl::Duration duration) { return absl::Floor(duration, absl::Nanoseconds(1)); }

}  // namespace

absl::Status FakePlayer::Begin(const v1::PlaybackStart& start) {
  closed_ = true;
  sent_.clear();
  waiting_.clear();
  place_ = Place{0, ToTime(opened_.start()), Canonical({}), true};
  bool clamped = false;
  if (absl::Status status = GoToStart(start, &clamped); !status.ok()) return status;
  if (start.has_pace()) {
    if (absl::Status status = CheckPace(start.pace()); !status.ok()) return status;
    place_.pace = Canonical(start.pace());
  }
  if (start.has_start_paused()) place_.playing = !start.start_paused();
  heartbeat_interval_ = start.has_heartbeat_interval() ? ToDuration(start.heartbeat_interval()) : absl::Seconds(5);
  if (heartbeat_interval_ < absl::Seconds(1) || heartbeat_interval_ > absl::Seconds(30)) {
    return InvalidField("heartbeat_interval: 1s to 30s are allowed");
  }
  epoch_ = 1;
  reference_ = last_active_ = now_;
  half_closed_ = closed_ = false;
  connected_ = true;
  SendOpened(start.has_from_position() ? v1::OPENED_OUTCOME_RESUMED : v1::OPENED_OUTCOME_FRESH, clamped);
  AdvanceTo(now_);
  return absl::OkStatus();
}

absl::Status FakePlayer::GoToStart(const v1::PlaybackStart& start, bool* clamped) {
  if (start.has_from_position()) {
    std::size_t place = 0;
    if (!absl::SimpleAtoi(absl::StripPrefix(start.from_position(), kPositionPrefix), &place) ||
        place >= places_.size()) {
      return ServerError(absl::StatusCode::kInvalidArgument, "POSITION_DAMAGED", "from_position: not of this fake");
    }
    place_ = places_[place];
  }
  if (start.has_from_event()) {
    if (absl::Status status = CheckEvent(start.from_event()); !status.ok()) return status;
    Seek(TimeOfEvent(start.from_event()));
  }
  if (start.has_from_time()) *clamped = Seek(ToTime(start.from_time()));
  return absl::OkStatus();
}

void FakePlayer::Control(const v1::PlaybackControl& control) {
  if (closed_) return;
  if (!connected_) return waiting_.push_back(control);
  Apply(control);
  AdvanceTo(now_);
}

void FakePlayer::HalfClose() {
  half_closed_ = true;
  AdvanceTo(now_);
}

void FakePlayer::Disconnect() {
  if (!connected_ || closed_) return;
  connected_ = false;
  // What was not told is forgotten: the next call begins where the last message was.
  place_ = places_.back();
}

void FakePlayer::Reconnect() {
  if (connected_) return;
  connected_ = true;
  reference_ = last_active_ = now_;
  SendOpened(v1::OPENED_OUTCOME_RESUMED, /*clamped=*/false);
  for (const v1::PlaybackControl& control : std::exchange(waiting_, {})) Apply(control);
  AdvanceTo(now_);
}

v1::PlaybackState FakePlayer::State() const {
  if (Ended()) return v1::PLAYBACK_STATE_ENDED;
  return place_.playing ? v1::PLAYBACK_STATE_PLAYING : v1::PLAYBACK_STATE_PAUSED;
}

absl::Time FakePlayer::TimeOf(std::size_t item) const { return ToTime(items_[item].time()); }

std::optional<double> FakePlayer::Speed() const {
  if (place_.pace.unpaced()) return std::nullopt;
  const absl::Time before = place_.next > 0 ? TimeOf(place_.next - 1) : ToTime(opened_.start());
  const absl::Duration gap = TimeOf(place_.next) - before;
  const double speed = place_.pace.speed();
  if (!place_.pace.has_longest_wait()) return speed;
  return std::max(speed, absl::FDivDuration(gap, ToDuration(place_.pace.longest_wait())));
}

absl::Time FakePlayer::Clock() const {
  if (!Runs() || !connected_) return place_.clock;
  const std::optional<double> speed = Speed();
  if (!speed) return place_.clock;
  return std::min(place_.clock + WholeNanos((now_ - reference_) * *speed), TimeOf(place_.next));
}

void FakePlayer::SetReference() {
  place_.clock = Clock();
  reference_ = now_;
}

absl::Duration FakePlayer::Due() const {
  const std::optional<double> speed = Speed();
  if (!speed) return reference_;
  return reference_ + absl::Ceil((TimeOf(place_.next) - place_.clock) / *speed, absl::Nanoseconds(1));
}

absl::Duration FakePlayer::Wake() const {
  if (half_closed_ && !Runs()) return now_;
  return std::min(last_sent_ + heartbeat_interval_, Runs() ? Due() : last_active_ + kIdleLimit);
}

void FakePlayer::AdvanceTo(absl::Duration time) {
  while (connected_ && !closed_ && Wake() <= time) {
    now_ = std::max(now_, Wake());
    SendWhatIsDue();
  }
  if (connected_ && !closed_) now_ = std::max(now_, time);
}

void FakePlayer::SendWhatIsDue() {
  if (Runs() && Due() <= now_) {
    std::size_t end = place_.next + 1;
    while (end < items_.size() && (place_.pace.unpaced() || TimeOf(end) == TimeOf(place_.next))) ++end;
    return SendItems(end);
  }
  if (!Runs() && half_closed_) return SendClosing(Ended() ? v1::CLOSING_REASON_END : v1::CLOSING_REASON_HALF_CLOSED);
  if (!Runs() && now_ >= last_active_ + kIdleLimit) return SendClosing(v1::CLOSING_REASON_IDLE);
  v1::PlayTimelineResponse response;
  response.mutable_heartbeat()->set_state(State());
  response.mutable_heartbeat()->mutable_lag();
  response.mutable_heartbeat()->mutable_held_total();
  Send(std::move(response));
}

void FakePlayer::SendItems(std::size_t end) {
  v1::PlayTimelineResponse response;
  if (Runs() && !place_.pace.unpaced()) response.mutable_late_by();
  for (; place_.next < end; ++place_.next) *response.add_items() = items_[place_.next];
  place_.clock = TimeOf(end - 1);
  reference_ = last_active_ = now_;
  Send(std::move(response));
}

void FakePlayer::SendOpened(v1::OpenedOutcome outcome, bool clamped) {
  v1::PlayTimelineResponse response;
  v1::PlaybackOpened& opened = *response.mutable_opened();
  opened = opened_;
  opened.set_outcome(outcome);
  opened.set_clamped(clamped);
  opened.set_first_ordinal(static_cast<std::int64_t>(place_.next));
  *opened.mutable_pace() = place_.pace;
  *opened.mutable_heartbeat_interval() = ToProto(heartbeat_interval_);
  opened.set_paused(!place_.playing);
  Send(std::move(response));
}

void FakePlayer::SendClosing(v1::ClosingReason reason) {
  v1::PlayTimelineResponse response;
  response.mutable_closing()->set_reason(reason);
  Send(std::move(response));
  closed_ = true;
}

void FakePlayer::Send(v1::PlayTimelineResponse response) {
  Place place = place_;
  place.clock = Clock();
  response.set_epoch(epoch_);
  *response.mutable_clock() = ToTimestamp(place.clock);
  response.set_position(absl::StrCat(kPositionPrefix, places_.size()));
  response.set_revision("fake");
  places_.push_back(std::move(place));
  sent_.push_back(std::move(response));
  last_sent_ = now_;
}

void FakePlayer::Apply(const v1::PlaybackControl& control) {
  if (closed_) return;  // by a stop before it
  SetReference();
  last_active_ = now_;
  v1::PlayTimelineResponse response;
  v1::ControlApplied& answer = *response.mutable_control_applied();
  answer.set_control_id(control.control_id());
  if (const absl::Status fault = Check(control); fault.ok()) {
    ApplyChecked(control, &answer);
  } else {
    answer.set_code(static_cast<int>(fault.code()));
    answer.set_message(std::string(fault.message()));
    answer.set_reason(GetErrorInfo(fault)->reason);
  }
  answer.set_state(State());
  answer.set_first_ordinal(static_cast<std::int64_t>(place_.next));
  Send(std::move(response));
  if (answer.code() == 0 && control.stop()) SendClosing(v1::CLOSING_REASON_STOPPED);
}

void FakePlayer::ApplyChecked(const v1::PlaybackControl& control, v1::ControlApplied* answer) {
  const Place before = place_;
  if (control.has_seek_time()) answer->set_clamped(Seek(ToTime(control.seek_time())));
  if (control.has_seek_event()) Seek(TimeOfEvent(control.seek_event()));
  if (control.has_seek_beginning()) Seek(ToTime(opened_.start()));
  if (control.has_seek_end()) Seek(ToTime(opened_.end()));
  if (control.has_pace()) place_.pace = Canonical(control.pace());
  if (control.has_play()) place_.playing = control.play();
  if (control.has_step()) answer->set_stepped(Step(control.step()));
  answer->set_no_change(control.seek_case() == v1::PlaybackControl::SEEK_NOT_SET && !control.stop() &&
                        place_.next == before.next && place_.playing == before.playing &&
                        google::protobuf::util::MessageDifferencer::Equals(place_.pace, before.pace));
}

absl::Status FakePlayer::Check(const v1::PlaybackControl& control) const {
  if (control.has_seek_event()) {
    if (absl::Status status = CheckEvent(control.seek_event()); !status.ok()) return status;
  }
  if ((control.has_seek_beginning() && !control.seek_beginning()) || (control.has_seek_end() && !control.seek_end())) {
    return InvalidField("seek: false says nothing");
  }
  if (control.has_pace()) {
    if (absl::Status status = CheckPace(control.pace()); !status.ok()) return status;
  }
  if (!control.has_step()) return absl::OkStatus();
  if (control.step() < 1 || control.step() > 1'000) return InvalidField("step: 1 to 1000 are allowed");
  if (control.seek_case() != v1::PlaybackControl::SEEK_NOT_SET) return InvalidField("step: not together with a seek");
  if (control.has_play() ? control.play() : place_.playing) {
    return ServerError(absl::StatusCode::kFailedPrecondition, "STEP_WHILE_PLAYING", "step is for a paused playback");
  }
  return absl::OkStatus();
}

absl::Status FakePlayer::CheckEvent(const std::string& name) const {
  if (TimeOfEvent(name) != absl::InfiniteFuture()) return absl::OkStatus();
  return ServerError(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND", absl::StrCat("no event \"", name, "\""));
}

absl::Time FakePlayer::TimeOfEvent(const std::string& name) const {
  for (const v1::TimelineItem& item : items_) {
    if (item.has_event() && item.event().event().name() == name) return ToTime(item.time());
  }
  return absl::InfiniteFuture();
}

bool FakePlayer::Seek(absl::Time target) {
  place_.clock = std::clamp(target, ToTime(opened_.start()), ToTime(opened_.end()));
  place_.next = 0;
  while (!Ended() && TimeOf(place_.next) < place_.clock) ++place_.next;
  reference_ = now_;
  ++epoch_;
  return place_.clock != target;
}

int FakePlayer::Step(int count) {
  int events = 0;
  std::size_t end = place_.next;
  while (end < items_.size() && events < count) events += items_[end++].has_event() ? 1 : 0;
  if (end > place_.next) SendItems(end);
  return events;
}

}  // namespace hotline::internal
