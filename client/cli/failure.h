#ifndef HOTLINE_CLIENT_CLI_FAILURE_H_
#define HOTLINE_CLIENT_CLI_FAILURE_H_

#include <string>

#include "absl/status/status.h"

namespace hotline::cli {

// 64 + the gRPC code; 0 for OK.
int ExitCode(const absl::Status& status);

// What went wrong and what to do about it, for standard error, with a line feed at the end. Names the refused fields
// with the flags that set them. `status` must not be OK.
std::string Explain(const absl::Status& status, const std::string& server);

// The same for programs: a google.rpc.Status with the server's details in Protobuf's JSON form, on one line with a line
// feed at the end.
std::string ExplainAsJson(const absl::Status& status);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_FAILURE_H_
