#ifndef HOTLINE_SERVER_RPC_RAW_MESSAGE_H_
#define HOTLINE_SERVER_RPC_RAW_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/corpus/errors.h"

namespace hotline::server {

// Messages of calls that are served raw.

// INVALID_ARGUMENT for bytes that are no such message; `name` is what it calls it.
template <typename Message>
absl::StatusOr<Message> ParseRaw(const grpc::ByteBuffer& bytes,
                                 absl::string_view name = Message::descriptor()->name()) {
  Message message;
  grpc::Slice slice;
  // One slice is what a request has, but for a client that sends it in pieces.
  bool parsed = bytes.TrySingleSlice(&slice).ok() || bytes.DumpToSingleSlice(&slice).ok();
  parsed = parsed && message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  if (!parsed) {
    return Failure(absl::StatusCode::kInvalidArgument, "REQUEST_DAMAGED", absl::StrCat("the request is no ", name));
  }
  return message;
}

// Copies them.
inline grpc::ByteBuffer ToByteBuffer(absl::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_RAW_MESSAGE_H_
