#ifndef HOTLINE_SERVER_CORPUS_ERRORS_H_
#define HOTLINE_SERVER_CORPUS_ERRORS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace hotline::server {

// Errors that reach a client. Each carries its google.rpc details (ErrorInfo, and BadRequest or ResourceInfo) as
// payloads of the status, keyed by their type URL, so that the code that finds a fault describes it once and the RPC
// layer only copies it out. `reason` is a stable word in UPPER_SNAKE_CASE.

// The ErrorInfo.domain of every error.
inline constexpr absl::string_view kErrorDomain = "hotline";

using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// INVALID_ARGUMENT. `field` is the path within the request ("selection.first_day"); `description` says what was wrong
// and what is allowed.
absl::Status InvalidField(absl::string_view field, absl::string_view description,
                          absl::string_view reason = "INVALID_FIELD");

// INVALID_ARGUMENT, INVALID_QUERY: `field` is a query of which the `length` code points from `position` on, counted
// from 0, are wrong. Both are in the ErrorInfo's metadata.
absl::Status InvalidQuery(absl::string_view field, int position, int length, absl::string_view description);

// NOT_FOUND. `type` is the resource's kind ("document"), `hint` says where valid names are to be had.
absl::Status ResourceNotFound(absl::string_view type, absl::string_view name, absl::string_view hint,
                              absl::string_view reason);

// FAILED_PRECONDITION, REVISION_NOT_HELD: a token is of the revision `asked`, and only `current` is at hand.
absl::Status RevisionNotHeld(absl::string_view asked, absl::string_view current);

// Any other code.
absl::Status Failure(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                     const ErrorMetadata& metadata = {});

// The reason of an error that was made here; empty for OK and for any other.
std::string ReasonOf(const absl::Status& status);

// `value` in double quotes with control characters escaped and, past 80 bytes, cut off: fit for an error message,
// whatever a client sent.
std::string Quoted(absl::string_view value);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_ERRORS_H_
