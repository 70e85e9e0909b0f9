#ifndef HOTLINE_CLIENT_SRC_CHANNEL_H_
#define HOTLINE_CLIENT_SRC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hotline/options.h"

namespace hotline::internal {

// INVALID_ARGUMENT, with a field violation, where an option is out of range.
absl::Status Validate(const ConnectionOptions& options);

// Which of a target's servers get calls: those whose health service says SERVING, or whichever can be reached. To ask
// one for its health takes the latter.
enum class Eligible { kServing, kReachable };

// A channel that has not yet connected. INVALID_ARGUMENT as above, and where a TLS file cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target, const ConnectionOptions& options,
                                                           Eligible eligible = Eligible::kServing);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_CHANNEL_H_
