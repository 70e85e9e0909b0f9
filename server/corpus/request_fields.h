#ifndef HOTLINE_SERVER_CORPUS_REQUEST_FIELDS_H_
#define HOTLINE_SERVER_CORPUS_REQUEST_FIELDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace hotline::server {

// Reads single fields of a request. Each returns INVALID_ARGUMENT that names `field`, the path within the request, says
// what was wrong, and what is allowed.

// Within the years 1 to 9999, nanos from 0 to 999,999,999.
absl::StatusOr<absl::Time> ReadTimestamp(const google::protobuf::Timestamp& value, absl::string_view field);

// Within what protobuf allows, seconds and nanos of one sign.
absl::StatusOr<absl::Duration> ReadDuration(const google::protobuf::Duration& value, absl::string_view field);

// A civil day, "1962-10-27", within the years 1 to 9999.
absl::StatusOr<absl::CivilDay> ReadDay(absl::string_view value, absl::string_view field);

// An IANA zone; `default_name` where `value` is empty.
struct NamedZone {
  std::string name;
  absl::TimeZone zone;
};
absl::StatusOr<NamedZone> ReadZone(absl::string_view value, absl::string_view default_name, absl::string_view field);

// A resource name COLLECTION/ID with an id of 1 to 63 lower-case letters, digits and hyphens.
absl::Status CheckName(absl::string_view value, absl::string_view collection, absl::string_view field);

google::protobuf::Duration ToProtoDuration(absl::Duration duration);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_REQUEST_FIELDS_H_
