#ifndef HOTLINE_SERVER_RPC_ACCESS_LOG_H_
#define HOTLINE_SERVER_RPC_ACCESS_LOG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/rpc/log_writer.h"

namespace hotline::server {

// A call that has ended, as the access log tells it. Nothing of what was asked or answered: no request, no token, no
// text. Empty: not known, and not told.
struct EndedCall {
  absl::Time ended_at;
  absl::string_view method;  // "/package.Service/Method"
  absl::string_view code;    // "OK", "NOT_FOUND"
  absl::string_view reason;  // of ErrorInfo
  absl::string_view fields;  // of the request that were wrong, separated by commas
  absl::string_view cause;   // in words, where they say nothing that the client sent
  absl::Duration took;
  std::uint64_t received = 0;  // messages
  std::uint64_t sent = 0;
  absl::string_view peer;  // "ipv4:10.0.0.7:41234"
  absl::string_view name;  // of the client's certificate
  absl::string_view user_agent;
  absl::string_view request_id;
  absl::string_view trace_id;        // of the caller's traceparent
  absl::string_view parent_span_id;  // the same
  absl::string_view attempt;         // grpc-previous-rpc-attempts
  std::optional<absl::Duration> deadline_left;
};

// One line for each call that has ended.
//
// Threads: any.
class AccessLog {
 public:
  enum class Format { kText, kJson };

  // `writer` outlives it.
  AccessLog(Format format, LogWriter* writer) : format_(format), writer_(writer) {}

  void Write(const EndedCall& call);

 private:
  void Append(const EndedCall& call, std::string* line);

  const Format format_;
  LogWriter* const writer_;
  // Both used under the writer's lock. The text of a second is the same for all its lines.
  absl::Time second_ = absl::InfinitePast();
  std::string second_text_;
};

// The trace and the calling span in a W3C traceparent header ("00-TRACE-SPAN-FLAGS",
// https://www.w3.org/TR/trace-context/). Absent where it is malformed: such a one is ignored.
struct TraceParent {
  absl::string_view trace_id;
  absl::string_view parent_span_id;
};
std::optional<TraceParent> ParseTraceParent(absl::string_view header);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_ACCESS_LOG_H_
