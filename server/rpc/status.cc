#include "server/rpc/status.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/corpus/errors.h"
#include "server/corpus/request_fields.h"
#include "server/corpus/utf8.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

// A client's HTTP/2 library may refuse headers over 8 KiB, and Node's breaks the connection over long texts
// (grpc/grpc-node#2033).
constexpr std::size_t kMostMessageBytes = 1024;
constexpr std::size_t kMostDetailsBytes = 4096;

bool IsDefect(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

std::string CutText(absl::string_view text, std::size_t most) {
  const absl::string_view cut = text.substr(0, most);
  return std::string(cut.substr(0, Utf8Prefix(cut)));
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& error, absl::string_view request_id) {
  if (error.ok()) return grpc::Status::OK;
  absl::Status status = error;
  if (IsDefect(error.code())) {
    spdlog::error("defect in call {}: {}", std::string(request_id), error.ToString());
    status = Failure(absl::StatusCode::kInternal, "INTERNAL", "the server has a defect");
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(CutText(status.message(), kMostMessageBytes));
  google::rpc::RequestInfo request;
  request.set_request_id(std::string(request_id));
  details.add_details()->PackFrom(request);
  // Abseil keeps them in no order. The reason comes first, so that it is never what is left out for want of room.
  std::map<std::pair<bool, std::string>, std::string> payloads;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    payloads.emplace(std::pair(!absl::EndsWith(type_url, "/google.rpc.ErrorInfo"), type_url), payload);
  });
  for (const auto& [key, payload] : payloads) {
    google::protobuf::Any* detail = details.add_details();
    detail->set_type_url(key.second);
    detail->set_value(payload);
    if (details.ByteSizeLong() > kMostDetailsBytes) details.mutable_details()->RemoveLast();
  }
  // gRPC's and Abseil's codes have equal numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), details.message(), details.SerializeAsString());
}

absl::Status ResponseTooLarge(std::size_t bytes) {
  return Failure(absl::StatusCode::kFailedPrecondition, "RESPONSE_TOO_LARGE",
                 absl::StrCat("the answer would have ", bytes, " bytes, and may have ", kMostResponseBytes,
                              "; name the fields that are wanted in a read mask, and leave out the largest"),
                 {{"response_bytes", absl::StrCat(bytes)}, {"most_bytes", absl::StrCat(kMostResponseBytes)}});
}

absl::Status RetryLater(absl::string_view reason, absl::string_view message, absl::Duration after) {
  absl::Status status = Failure(absl::StatusCode::kResourceExhausted, reason, message);
  google::rpc::RetryInfo retry;
  *retry.mutable_retry_delay() = ToProtoDuration(after);
  status.SetPayload("type.googleapis.com/google.rpc.RetryInfo", absl::Cord(retry.SerializeAsString()));
  return status;
}

absl::Status Draining() {
  return Failure(absl::StatusCode::kUnavailable, "SERVER_DRAINING", "the server is going away; ask another replica");
}

absl::Status PlaybackTooOld() {
  return Failure(absl::StatusCode::kUnavailable, "PLAYBACK_TOO_OLD",
                 "the playback is as old as one may get; resume from its last position");
}

}  // namespace hotline::server
