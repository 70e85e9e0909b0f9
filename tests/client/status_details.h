#ifndef HOTLINE_TESTS_CLIENT_STATUS_DETAILS_H_
#define HOTLINE_TESTS_CLIENT_STATUS_DETAILS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

namespace hotline::tests {

template <typename Detail>
absl::Status WithDetail(absl::Status status, const Detail& detail) {
  status.SetPayload("type.googleapis.com/" + Detail::descriptor()->full_name(), absl::Cord(detail.SerializeAsString()));
  return status;
}

// An error that the server gives on purpose.
inline absl::Status ServerError(absl::StatusCode code, const std::string& reason, const std::string& message,
                                const std::string& domain = "hotline") {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(domain);
  return WithDetail(absl::Status(code, message), info);
}

inline absl::Status WithRetryDelay(const absl::Status& status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  return WithDetail(status, info);
}

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_STATUS_DETAILS_H_
