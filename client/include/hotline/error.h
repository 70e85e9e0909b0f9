#ifndef HOTLINE_ERROR_H_
#define HOTLINE_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hotline {

// Reads the google.rpc details that the server attaches to its errors, from any status that this library returned.
// Branch on `status.code()` and on the reason, never on the text of the message.
//
// The details travel as payloads of the status under their type URL ("type.googleapis.com/google.rpc.ErrorInfo"), so
// that kinds which have no function here can be read as well. A detail that cannot be parsed counts as absent.

// Why, in a stable word.
struct ErrorInfo {
  // UPPER_SNAKE_CASE: "DOCUMENT_NOT_FOUND". Each RPC lists its own in the .proto files.
  std::string reason;
  // Who says so: "hotline" for the server, something else for a proxy on the way.
  std::string domain;
  // More, by reason: `current_revision` with REVISION_NOT_HELD.
  std::map<std::string, std::string> metadata;
};

// One field that was refused: of the request, by the server; or of ConnectionOptions, by this library.
struct FieldViolation {
  // Path within the request: "selection.first_day". Of an option, its name: "ca_file".
  std::string field;
  // What was wrong, and what is allowed.
  std::string description;
};

// Absent for OK, and for errors without it: those of gRPC itself (no connection, deadline), of proxies, and those of
// this library.
std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status);

// Every refused field. Empty where the error is about something else.
std::vector<FieldViolation> GetFieldViolations(const absl::Status& status);

// How long the server asked to wait before trying again. Absent where it did not ask.
std::optional<absl::Duration> GetRetryDelay(const absl::Status& status);

}  // namespace hotline

#endif  // HOTLINE_ERROR_H_
