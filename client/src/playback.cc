#include "hotline/playback.h"

#include "client/src/playback_reader.h"
#include "client/src/proto_time.h"

namespace hotline {

bool ControlAnswer::ready() const { return reader_->IsReady(*awaited_); }

absl::StatusOr<v1::PlayTimelineResponse> ControlAnswer::Get() const { return reader_->Wait(*awaited_); }

Playback::Playback(std::unique_ptr<PlaybackSource> source)
    : reader_(std::make_shared<internal::PlaybackReader>(std::move(source))) {}

Playback& Playback::operator=(Playback&& other) noexcept {
  if (this == &other) return *this;
  if (reader_ != nullptr) reader_->Close();
  reader_ = std::move(other.reader_);
  current_ = std::move(other.current_);
  started_ = other.started_;
  return *this;
}

Playback::~Playback() {
  if (reader_ != nullptr) reader_->Close();
}

Playback::Iterator Playback::begin() {
  if (!started_) {
    started_ = true;
    Advance();
  }
  return Iterator(this);
}

void Playback::Advance() {
  // An error is the last element.
  if (current_ && !current_->ok()) return current_.reset();
  current_ = reader_->Next();
}

ControlAnswer Playback::Play() {
  v1::PlaybackControl control;
  control.set_play(true);
  return Apply(std::move(control));
}

ControlAnswer Playback::Pause() {
  v1::PlaybackControl control;
  control.set_play(false);
  return Apply(std::move(control));
}

ControlAnswer Playback::Seek(absl::Time time) {
  v1::PlaybackControl control;
  *control.mutable_seek_time() = internal::ToTimestamp(time);
  return Apply(std::move(control));
}

ControlAnswer Playback::SeekToEvent(const std::string& name) {
  v1::PlaybackControl control;
  control.set_seek_event(name);
  return Apply(std::move(control));
}

ControlAnswer Playback::SeekToBeginning() {
  v1::PlaybackControl control;
  control.set_seek_beginning(true);
  return Apply(std::move(control));
}

ControlAnswer Playback::SeekToEnd() {
  v1::PlaybackControl control;
  control.set_seek_end(true);
  return Apply(std::move(control));
}

ControlAnswer Playback::SetPace(const v1::Pace& pace) {
  v1::PlaybackControl control;
  *control.mutable_pace() = pace;
  return Apply(std::move(control));
}

ControlAnswer Playback::Step(int events) {
  v1::PlaybackControl control;
  control.set_step(events);
  return Apply(std::move(control));
}

ControlAnswer Playback::Stop() {
  v1::PlaybackControl control;
  control.set_stop(true);
  return Apply(std::move(control));
}

ControlAnswer Playback::ReportState() { return Apply({}); }

ControlAnswer Playback::Apply(v1::PlaybackControl control) {
  return ControlAnswer(reader_, reader_->Send(std::move(control)));
}

void Playback::FinishControls() { reader_->FinishControls(); }
void Playback::Cancel() { reader_->source().Cancel(); }
int Playback::resumes() const { return reader_->source().resumes(); }
int Playback::violations() const { return reader_->source().violations(); }
std::optional<absl::Status> Playback::interruption() const { return reader_->source().interruption(); }

}  // namespace hotline
