#ifndef HOTLINE_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define HOTLINE_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"

namespace hotline {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// The detail of this type that a status carries; empty where it carries none.
template <typename Detail>
Detail DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload = status.GetPayload("type.googleapis.com/" + Detail::descriptor()->full_name());
  if (payload.has_value()) detail.ParseFromString(std::string(*payload));
  return detail;
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// A status with this code whose ErrorInfo has this reason.
MATCHER_P2(FailsWith, code, reason, "") {
  const absl::Status& status = StatusOf(arg);
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  *result_listener << status.ToString() << ", reason " << info.reason();
  return status.code() == code && info.reason() == reason && info.domain() == "hotline";
}

// INVALID_ARGUMENT whose BadRequest names this field, and whose message does too.
MATCHER_P(IsBadField, field, "") {
  const absl::Status& status = StatusOf(arg);
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  *result_listener << status.ToString() << ", " << bad.ShortDebugString();
  return status.code() == absl::StatusCode::kInvalidArgument && bad.field_violations_size() == 1 &&
         bad.field_violations(0).field() == field && !bad.field_violations(0).description().empty() &&
         std::string(status.message()).find(field) != std::string::npos;
}

}  // namespace hotline

#endif  // HOTLINE_TESTS_SUPPORT_STATUS_MATCHERS_H_
