#include "hotline/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/src/proto_time.h"
#include "google/rpc/error_details.pb.h"

namespace hotline {
namespace {

template <typename Detail>
std::optional<Detail> GetDetail(const absl::Status& status) {
  const auto payload = status.GetPayload(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status) {
  const auto detail = GetDetail<google::rpc::ErrorInfo>(status);
  if (!detail) return std::nullopt;
  return ErrorInfo{detail->reason(), detail->domain(), {detail->metadata().begin(), detail->metadata().end()}};
}

std::vector<FieldViolation> GetFieldViolations(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  if (const auto detail = GetDetail<google::rpc::BadRequest>(status)) {
    for (const auto& violation : detail->field_violations()) {
      violations.push_back({violation.field(), violation.description()});
    }
  }
  return violations;
}

std::optional<absl::Duration> GetRetryDelay(const absl::Status& status) {
  const auto detail = GetDetail<google::rpc::RetryInfo>(status);
  if (!detail || !detail->has_retry_delay()) return std::nullopt;
  return internal::ToDuration(detail->retry_delay());
}

}  // namespace hotline
