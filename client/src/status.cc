#include "client/src/status.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
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

void AddDetail(const google::protobuf::Message& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat("type.googleapis.com/", detail.GetTypeName()),
                     absl::Cord(detail.SerializeAsString()));
}

absl::Status ServerError(absl::StatusCode code, const std::string& reason, const std::string& message) {
  absl::Status error(code, message);
  google::rpc::ErrorInfo detail;
  detail.set_reason(reason);
  detail.set_domain("hotline");
  AddDetail(detail, &error);
  return error;
}

}  // namespace hotline::internal
