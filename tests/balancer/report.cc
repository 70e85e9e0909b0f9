#include "tests/balancer/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace hotline::balancer {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

Value Number(double number) {
  Value value;
  value.set_number_value(number);
  return value;
}

Value Number(std::int64_t number) { return Number(static_cast<double>(number)); }

Value Counts(const std::map<std::string, std::int64_t>& counts) {
  Value value;
  Struct& fields = *value.mutable_struct_value();
  for (const auto& [name, count] : counts) (*fields.mutable_fields())[name] = Number(count);
  return value;
}

Value Moments(std::vector<absl::Time> moments) {
  std::sort(moments.begin(), moments.end());
  Value value;
  google::protobuf::ListValue& list = *value.mutable_list_value();
  for (const absl::Time moment : moments) {
    *list.add_values() = Number(static_cast<double>(absl::ToUnixMillis(moment)) / 1000);
  }
  return value;
}

// p50, p99 and max; nothing where there is none.
Value Percentiles(std::vector<absl::Duration> durations) {
  std::sort(durations.begin(), durations.end());
  Value value;
  Struct& fields = *value.mutable_struct_value();
  if (durations.empty()) return value;
  const auto at = [&durations](double share) {
    return Number(
        absl::ToDoubleSeconds(durations[static_cast<std::size_t>(share * static_cast<double>(durations.size() - 1))]));
  };
  (*fields.mutable_fields())["p50"] = at(0.5);
  (*fields.mutable_fields())["p99"] = at(0.99);
  (*fields.mutable_fields())["max"] = at(1);
  return value;
}

}  // namespace

std::string ToJson(const PlaybackFigures& playbacks, const UnaryFigures& unary) {
  Struct report;
  auto& fields = *report.mutable_fields();
  fields["playbacks"] = Number(playbacks.playbacks);
  fields["complete"] = Number(playbacks.complete);
  fields["items"] = Number(playbacks.items);
  fields["lost"] = Number(playbacks.lost);
  fields["repeated"] = Number(playbacks.repeated);
  fields["out_of_order"] = Number(playbacks.out_of_order);
  fields["different"] = Number(playbacks.different);
  fields["violations"] = Number(playbacks.violations);
  fields["resumes"] = Number(playbacks.resumes);
  fields["continued"] = Number(playbacks.continued);
  fields["controls"] = Number(playbacks.controls);
  fields["controls_failed"] = Number(playbacks.controls_failed);
  fields["clock_falls"] = Counts(playbacks.clock_falls);
  fields["playback_failures"] = Counts(playbacks.failures);
  fields["ended_in"] = Counts(playbacks.ended_in);
  fields["drained_at"] = Moments(playbacks.drained_at);
  fields["resumed_at"] = Moments(playbacks.resumed_at);
  fields["resume_delay"] = Percentiles(playbacks.resume_delays);
  fields["unary_calls"] = Number(unary.calls);
  fields["unary_failed"] = Number(unary.failed);
  fields["unary_failures"] = Counts(unary.failures);
  fields["unary_duration"] = Percentiles(unary.durations);
  std::string json;
  google::protobuf::util::JsonOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(report, &json, options).ok()) return "{}";
  return json;
}

}  // namespace hotline::balancer
