#ifndef HOTLINE_TESTS_BENCH_WIRE_H_
#define HOTLINE_TESTS_BENCH_WIRE_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hotline::bench {

// What a load looks at in a StreamTimelineResponse or PlayTimelineResponse; the fields it knows have the same numbers
// in both.
struct Response {
  enum class Content { kOpened, kItems, kHeartbeat, kClosing, kControlApplied };

  Content content = Content::kItems;
  // kItems: how many there are, the ordinals of the first and of the last, and their bytes with tags and lengths.
  std::int64_t items = 0;
  std::int64_t first_ordinal = 0;
  std::int64_t last_ordinal = 0;
  std::int64_t item_bytes = 0;
  std::optional<absl::Duration> late_by;
  // kControlApplied.
  std::int64_t control_id = 0;
  std::int32_t control_code = 0;
};

// Reads a response without making messages of it: the load shares the machine with the server that it measures.
// INTERNAL for bytes that are no response, and for items whose ordinals do not rise by 1.
absl::StatusOr<Response> ReadResponse(grpc::ByteBuffer* bytes);

}  // namespace hotline::bench

#endif  // HOTLINE_TESTS_BENCH_WIRE_H_
