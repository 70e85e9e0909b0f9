#ifndef HOTLINE_SERVER_RPC_STATUS_H_
#define HOTLINE_SERVER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hotline::server {

// The status that a client gets for an error: code and message as they are, and the google.rpc details that the error
// carries (see errors.h), with the call's id as RequestInfo, by which the access log tells of it. Message and details
// are cut to what every client takes (1 KiB and 4 KiB). Nowhere else is a grpc::Status made of an error.
//
// A code that no one chose for a client (INTERNAL, UNKNOWN, DATA_LOSS) means a defect of ours: it is logged, and the
// client gets INTERNAL with a bland text.
grpc::Status ToGrpcStatus(const absl::Status& error, absl::string_view request_id);

// How large a response may be: below the 4 MiB beyond which most clients refuse it themselves.
inline constexpr std::size_t kMostResponseBytes = 3 * 1024 * 1024 + 512 * 1024;

// FAILED_PRECONDITION, RESPONSE_TOO_LARGE: a response would have so many bytes, and be refused by gRPC without details.
absl::Status ResponseTooLarge(std::size_t bytes);

// UNAVAILABLE, for a playback that was closed for its age.
absl::Status PlaybackTooOld();

// RESOURCE_EXHAUSTED with RetryInfo: there is no room now, and may be after this time.
absl::Status RetryLater(absl::string_view reason, absl::string_view message, absl::Duration after);

// UNAVAILABLE, for a server that is going away.
absl::Status Draining();

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_STATUS_H_
