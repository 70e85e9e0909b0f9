#ifndef HOTLINE_CLIENT_SRC_STATUS_H_
#define HOTLINE_CLIENT_SRC_STATUS_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace hotline::internal {

// The same status; its google.rpc details become payloads, as error.h says.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_STATUS_H_
