#ifndef HOTLINE_SERVER_TIMELINE_TOKEN_H_
#define HOTLINE_SERVER_TIMELINE_TOKEN_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace hotline::server {

// The outer form of every token that clients carry about, positions and page tokens: URL-safe base64 of a format
// version, the serialised message and a CRC-32 over both. The sum finds damage, not forgery: a token grants nothing.

inline constexpr std::size_t kMostTokenBytes = 512;

std::string SealToken(const google::protobuf::MessageLite& message);

// Reads what SealToken wrote into `message`. INVALID_ARGUMENT naming `field`, with reason PREFIX_TOO_LONG,
// PREFIX_DAMAGED or PREFIX_VERSION_UNKNOWN, checked in that order but for the version, which comes before the sum.
absl::Status OpenToken(absl::string_view token, absl::string_view field, absl::string_view reason_prefix,
                       google::protobuf::MessageLite* message);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TOKEN_H_
