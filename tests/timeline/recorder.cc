#include "tests/timeline/recorder.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/timeline/position.h"

namespace hotline::server {

void Recorder::See(const Player::Message& message) {
  Check(!closed_, "a message behind closing");
  Check(opened_ == (message.content != Player::Message::Content::kOpened), "`opened` comes first, and once");
  switch (message.content) {
    case Player::Message::Content::kOpened:
      SeeOpened(message);
      break;
    case Player::Message::Content::kItems:
      SeeItems(message);
      break;
    case Player::Message::Content::kAnswer:
      SeeAnswer(message);
      break;
    case Player::Message::Content::kHeartbeat:
      break;
    case Player::Message::Content::kClosing:
      closed_ = true;
      break;
  }
  CheckPlace(message);
  CheckPosition(message.cursor);
  clock_ = message.cursor.clock;
}

void Recorder::SeeOpened(const Player::Message& message) {
  opened_ = true;
  expected_ = message.cursor.next;
  playing_ = message.cursor.playing;
  pace_ = message.cursor.pace;
}

void Recorder::SeeItems(const Player::Message& message) {
  const Cursor& cursor = message.cursor;
  const bool stepping = StepUnderWay() != nullptr;
  Check(playing_ || stepping, "G7: an item behind an acknowledged pause");
  Check(message.first == expected_, absl::StrCat("G1, G2: item ", message.first, " in place of ", expected_));
  Check(message.first < cursor.next && cursor.next <= timeline_->size(), "an empty or endless message of items");
  for (std::size_t ordinal = message.first; ordinal < std::min(cursor.next, timeline_->size()); ++ordinal) {
    Check(timeline_->time(ordinal) <= cursor.clock, absl::StrCat("G4: item ", ordinal, " before its time"));
    Check(timeline_->time(ordinal) < end_, absl::StrCat("item ", ordinal, " is not before `until`"));
    if (stepping && timeline_->kind(ordinal) == Timeline::Kind::kEvent) ++stepped_events_;
    stepped_ = stepped_ || stepping;
    ordinals_.push_back(ordinal);
  }
  expected_ = cursor.next;
}

void Recorder::SeeAnswer(const Player::Message& message) {
  const Player::Answer& answer = message.answer;
  if (given_.empty()) return Check(false, "G7: an answer to nothing");
  const Control control = given_.front();
  given_.pop_front();
  Check(answer.control_id == control.id,
        absl::StrCat("G7: an answer to ", answer.control_id, " in place of ", control.id));
  const bool fit = control.fault.ok() && (control.step == 0 || !control.play.value_or(playing_));
  Check(answer.fault.ok() == fit, "a control is refused that was fit, or taken that was not");
  const bool was_playing = playing_;
  const Pace was_pace = pace_;
  if (fit) {
    playing_ = control.play.value_or(playing_);
    pace_ = control.pace.value_or(pace_);
    if (control.seek.has_value()) SeeSeek(message, *control.seek);
  }
  Check(message.cursor.playing == playing_, "G8: play or pause is not as the control left it");
  Check(message.cursor.pace == pace_, "G8: the pace is not as the control left it");
  const bool stepped = fit && control.step > 0;
  Check(answer.stepped == (stepped ? stepped_events_ : 0),
        absl::StrCat("a step that sent ", stepped_events_, " events says ", answer.stepped));
  Check(!stepped || answer.stepped == control.step || FirstAtOrAfter(end_) <= message.cursor.next,
        "a step stops short of the end");
  const bool changed =
      control.seek.has_value() || control.stop || playing_ != was_playing || !(pace_ == was_pace) || stepped_;
  Check(!fit || answer.no_change == !changed, "no_change does not tell whether something changed");
  Check(answer.clamped == (fit && control.seek.has_value() && *control.seek != message.cursor.clock),
        "clamped does not tell whether a seek was moved");
  stepped_events_ = 0;
  stepped_ = false;
}

const Control* Recorder::StepUnderWay() const {
  if (given_.empty()) return nullptr;
  const Control& control = given_.front();
  const bool fit = control.fault.ok() && control.step > 0 && !control.play.value_or(playing_);
  return fit ? &control : nullptr;
}

void Recorder::SeeSeek(const Player::Message& message, absl::Time target) {
  const absl::Time clamped = std::min(std::max(target, timeline_->start()), until_);
  Check(message.cursor.clock == clamped, "a seek sets the clock to its target");
  Check(message.cursor.next == FirstAtOrAfter(clamped), "a seek goes to the first item at or after its target");
  ++epoch_;
  expected_ = message.cursor.next;
  clock_.reset();
}

void Recorder::CheckPlace(const Player::Message& message) {
  const Cursor& cursor = message.cursor;
  Check(message.epoch == epoch_, absl::StrCat("epoch ", message.epoch, " in place of ", epoch_));
  Check(cursor.next == expected_, absl::StrCat("G1: the next item is ", cursor.next, " in place of ", expected_));
  Check(!clock_.has_value() || cursor.clock >= *clock_, "G5: the clock fell");
  Check(cursor.next >= timeline_->size() || cursor.clock <= timeline_->time(cursor.next),
        "G6: the clock passed an item that was not sent");
  const bool as_acknowledged = cursor.playing == playing_ && cursor.pace == pace_;
  // What a step sends belongs to the state that its control asks for, though the answer comes behind it. At closing a
  // step may be under way, or waiting behind a stop.
  const Control* step = StepUnderWay();
  const bool as_the_step_asks = step != nullptr && !cursor.playing && cursor.pace == step->pace.value_or(pace_);
  const bool items = message.content == Player::Message::Content::kItems;
  const bool closing = message.content == Player::Message::Content::kClosing;
  Check((items && step != nullptr) ? as_the_step_asks : as_acknowledged || (closing && as_the_step_asks),
        "play, pause or pace changed without a control");
  const v1::PlaybackState state = Ended(cursor)    ? v1::PLAYBACK_STATE_ENDED
                                  : cursor.playing ? v1::PLAYBACK_STATE_PLAYING
                                                   : v1::PLAYBACK_STATE_PAUSED;
  Check(message.state == state, "the state does not fit the place");
}

void Recorder::CheckPosition(const Cursor& cursor) {
  const auto position = DecodePosition(EncodePosition(*timeline_, cursor), "from_position");
  if (!position.ok()) return Check(false, absl::StrCat("G9: ", position.status().ToString()));
  const auto decoded = ResumeAt(*position, *timeline_, "from_position");
  if (!decoded.ok()) return Check(false, absl::StrCat("G9: ", decoded.status().ToString()));
  Check(decoded->next == cursor.next && decoded->clock == cursor.clock && decoded->pace == cursor.pace &&
            decoded->playing == cursor.playing,
        "G9: a position means another place than its message");
}

std::size_t Recorder::FirstAtOrAfter(absl::Time time) const {
  std::size_t ordinal = 0;
  while (ordinal < timeline_->size() && timeline_->time(ordinal) < time) ++ordinal;
  return ordinal;
}

bool Recorder::Ended(const Cursor& cursor) const {
  return cursor.next == timeline_->size() || (FirstAtOrAfter(end_) <= cursor.next && cursor.clock >= end_);
}

}  // namespace hotline::server
