#include "server/timeline/control.h"

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

absl::Status FalseSaysNothing(absl::string_view field) {
  return InvalidField(field, "false says nothing; leave it out, or seek elsewhere");
}

absl::Status ReadSeek(const v1::PlaybackControl& request, const Timeline& timeline, const Corpus& corpus,
                      Control* control) {
  switch (request.seek_case()) {
    case v1::PlaybackControl::kSeekTime: {
      const absl::StatusOr<absl::Time> time = ReadTimestamp(request.seek_time(), "control.seek_time");
      if (!time.ok()) return time.status();
      control->seek = *time;
      break;
    }
    case v1::PlaybackControl::kSeekEvent: {
      const absl::StatusOr<absl::Time> time = TimeOfEvent(request.seek_event(), timeline, corpus);
      if (!time.ok()) return time.status();
      control->seek = *time;
      break;
    }
    case v1::PlaybackControl::kSeekBeginning:
      if (!request.seek_beginning()) return FalseSaysNothing("control.seek_beginning");
      control->seek = timeline.start();
      break;
    case v1::PlaybackControl::kSeekEnd:
      if (!request.seek_end()) return FalseSaysNothing("control.seek_end");
      control->seek = timeline.end();
      break;
    case v1::PlaybackControl::SEEK_NOT_SET:
      break;
  }
  return absl::OkStatus();
}

absl::Status ReadStep(const v1::PlaybackControl& request, Control* control) {
  if (!request.has_step()) return absl::OkStatus();
  if (request.step() < 1 || request.step() > Control::kMostSteps) {
    return InvalidField("control.step", absl::StrCat(request.step(), " is out of range; allowed are 1 to ",
                                                     Control::kMostSteps, " events"));
  }
  // Its items would come before the answer that opens their epoch.
  if (control->seek.has_value()) {
    return InvalidField("control.step", "not in one control with a seek; send two, the step behind the seek");
  }
  control->step = request.step();
  return absl::OkStatus();
}

absl::Status Read(const v1::PlaybackControl& request, const Timeline& timeline, const Corpus& corpus,
                  Control* control) {
  if (absl::Status status = ReadSeek(request, timeline, corpus, control); !status.ok()) return status;
  if (request.has_pace()) {
    const absl::StatusOr<Pace> pace = ReadPace(request.pace(), "control.pace");
    if (!pace.ok()) return pace.status();
    control->pace = *pace;
  }
  if (request.has_play()) control->play = request.play();
  control->stop = request.stop();
  return ReadStep(request, control);
}

}  // namespace

Control ReadControl(const v1::PlaybackControl& request, const Timeline& timeline, const Corpus& corpus) {
  Control control;
  control.id = request.control_id();
  control.fault = Read(request, timeline, corpus, &control);
  return control;
}

absl::StatusOr<absl::Time> TimeOfEvent(const std::string& name, const Timeline& timeline, const Corpus& corpus) {
  const EventRef* event = corpus.FindEvent(name);
  if (event == nullptr) {
    return ResourceNotFound("event", name, "GetDocument gives the valid names", "EVENT_NOT_FOUND");
  }
  if (timeline.FindEvent(name) == timeline.size()) {
    return Failure(absl::StatusCode::kFailedPrecondition, "EVENT_NOT_SELECTED",
                   absl::StrCat("the selection leaves out the event ", Quoted(name)));
  }
  return event->time;
}

}  // namespace hotline::server
