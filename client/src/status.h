#ifndef HOTLINE_CLIENT_SRC_STATUS_H_
#define HOTLINE_CLIENT_SRC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace grpc {
class Status;
}

namespace hotline::internal {

// The same status; its google.rpc details become payloads, as error.h says.
absl::Status FromGrpc(const grpc::Status& status);

// Attaches a google.rpc detail, as error.h says.
void AddDetail(const google::protobuf::Message& detail, absl::Status* status);

// An error with the ErrorInfo that the server gives it.
absl::Status ServerError(absl::StatusCode code, const std::string& reason, const std::string& message);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_STATUS_H_
