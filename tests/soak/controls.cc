#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

// Whatever comes next; ignored where it comes to nothing.
absl::Status Answered(const ControlAnswer& answer) { return answer.Get().status(); }

v1::Pace Speed(double speed) {
  v1::Pace pace;
  pace.set_speed(speed);
  return pace;
}

absl::Status Control(Playback* playback, Random* random) {
  const absl::Time day = absl::FromCivil(absl::CivilDay(1962, 1, 1) + Below(365, random), absl::UTCTimeZone());
  switch (Below(6, random)) {
    case 0:
      return Answered(playback->Pause());
    case 1: {
      if (absl::Status status = Answered(playback->Pause()); !status.ok()) return status;
      return Answered(playback->Step(1 + Below(20, random)));
    }
    case 2:
      return Answered(playback->Seek(day));
    case 3:
      return Answered(playback->SetPace(Speed(1000.0 * (1 + Below(1000, random)))));
    case 4:
      return Answered(playback->Play());
    default:
      return Answered(playback->ReportState());
  }
}

}  // namespace

absl::Status PlayUnderControl(const Soak& soak, Random* random) {
  v1::PlaybackStart start;
  *start.mutable_pace() = Speed(1e5);
  start.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  Playback playback = soak.client().PlayTimeline(start);
  for (int i = Below(12, random); i > 0 && !soak.over(); --i) {
    if (absl::Status status = Control(&playback, random); !status.ok()) return status;
    soak.Pause(Between(absl::ZeroDuration(), absl::Milliseconds(500), random));
  }
  if (absl::Status status = Answered(playback.Stop()); !status.ok()) return status;
  for (const auto& response : playback) {
    if (!response.ok()) return response.status();
  }
  if (playback.violations() == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("a controlled playback broke its word ", playback.violations(), " times"));
}

}  // namespace hotline::soak
