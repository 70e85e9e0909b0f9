#include "server/rpc/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/corpus/errors.h"
#include "server/corpus/request_fields.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

bool IsDefect(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& error) {
  if (error.ok()) return grpc::Status::OK;
  absl::Status status = error;
  if (IsDefect(error.code())) {
    spdlog::error("defect: {}", error.ToString());
    status = Failure(absl::StatusCode::kInternal, "INTERNAL", "the server has a defect");
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any* detail = details.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  // gRPC's and Abseil's codes have equal numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.SerializeAsString());
}

absl::Status RetryLater(absl::string_view reason, absl::string_view message, absl::Duration after) {
  absl::Status status = Failure(absl::StatusCode::kResourceExhausted, reason, message);
  google::rpc::RetryInfo retry;
  *retry.mutable_retry_delay() = ToProtoDuration(after);
  status.SetPayload("type.googleapis.com/google.rpc.RetryInfo", absl::Cord(retry.SerializeAsString()));
  return status;
}

absl::Status Draining() {
  return Failure(absl::StatusCode::kUnavailable, "SERVER_DRAINING", "the server is going away; ask another replica");
}

absl::Status PlaybackTooOld() {
  return Failure(absl::StatusCode::kUnavailable, "PLAYBACK_TOO_OLD",
                 "the playback is as old as one may get; resume from its last position");
}

}  // namespace hotline::server
