#ifndef HOTLINE_CLIENT_SRC_PROTO_TIME_H_
#define HOTLINE_CLIENT_SRC_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace hotline::internal {

absl::Time ToTime(const google::protobuf::Timestamp& timestamp);
absl::Duration ToDuration(const google::protobuf::Duration& duration);

// The nearest that a Timestamp can carry, from the year 1 to the year 9999; nanoseconds are the finest.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
google::protobuf::Duration ToProto(absl::Duration duration);

}  // namespace hotline::internal

#endif  // HOTLINE_CLIENT_SRC_PROTO_TIME_H_
