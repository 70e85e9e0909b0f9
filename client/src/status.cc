#include "client/src/status.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "google/rpc/status.pb.h"

namespace hotline::internal {

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status converted(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return converted;
  for (const auto& detail : details.details()) converted.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  return converted;
}

}  // namespace hotline::internal
