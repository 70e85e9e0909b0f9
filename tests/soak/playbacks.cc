#include <cstdint>

#include "absl/strings/str_cat.h"
#include "tests/soak/loads.h"

namespace hotline::soak {
namespace {

absl::Status CheckOf(const TimelineStream& stream) {
  if (stream.violations() == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(stream.violations(), " items were repeated, missing or out of order"));
}

}  // namespace

absl::Status PlayPaced(const Soak& soak, Random* random) {
  v1::StreamTimelineRequest request;
  // Some thirty items a second, and now and then a heartbeat.
  request.mutable_pace()->set_speed(1e6);
  request.mutable_heartbeat_interval()->set_seconds(1);
  request.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  int messages = 20 + Below(300, random);
  TimelineStream stream = soak.client().StreamTimeline(request);
  for (const auto& response : stream) {
    if (!response.ok()) return response.status();
    if (--messages == 0 || soak.over()) break;
  }
  return CheckOf(stream);
}

absl::Status PlayUnpaced(const Soak& soak, Random*) {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  request.set_revision_policy(v1::REVISION_POLICY_CONTINUE);
  std::int64_t items = 0;
  bool ended = false;
  TimelineStream stream = soak.client().StreamTimeline(request);
  for (const auto& response : stream) {
    if (!response.ok()) return response.status();
    items += response->items_size();
    ended = response->closing().reason() == v1::CLOSING_REASON_END;
    if (soak.over()) return absl::OkStatus();
  }
  if (!ended || items < Corpora::kDocuments) {
    return absl::InternalError(absl::StrCat("an unpaced playback ended behind ", items, " items"));
  }
  return CheckOf(stream);
}

}  // namespace hotline::soak
