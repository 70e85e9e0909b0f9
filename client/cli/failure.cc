#include "client/cli/failure.h"

#include <map>
#include <optional>
#include <string_view>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/civil_time.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"  // for the JSON of the details
#include "google/rpc/status.pb.h"
#include "hotline/error.h"

namespace hotline::cli {
namespace {

constexpr int kFailedCall = 64;

struct Entry {
  const char* key;
  const char* value;
};

// Fields of requests, by the beginning of their path, and the arguments that set them.
constexpr Entry kArguments[] = {
    {"filter.authors", "--from"},
    {"filter.recipients", "--to"},
    {"filter.kinds", "--kind"},
    {"filter.source", "--source"},
    {"filter.window.time_zone", "--zone"},
    {"filter.window.first_day", "--day or --first-day"},
    {"filter.window.last_day", "--day or --last-day"},
    {"filter.window", "--day"},
    {"selection.first_day", "--first-day"},
    {"selection.last_day", "--last-day"},
    {"selection.time_zone", "--zone"},
    {"selection.audience", "--audience"},
    {"pace.speed", "--speed"},
    {"pace.day_length", "--day-length"},
    {"pace.longest_wait", "--longest-wait"},
    {"from_position", "--position"},
    {"name", "NAME"},
    {"reference", "REFERENCE"},
    {"query", "QUERY"},
    {"first_source", "FIRST"},
    {"second_source", "SECOND"},
    {"ca_file", "--tls-ca"},
    {"cert_file", "--tls-cert"},
    {"key_file", "--tls-key"},
    {"stream_retry_time", "--retry-time"},
};

// What to do, by ErrorInfo.reason.
constexpr Entry kHints[] = {
    {"DOCUMENT_NOT_FOUND", "'hotline list' shows the names"},
    {"REFERENCE_NOT_FOUND", "'hotline list' shows what there is, 'hotline show NAME' how it is called"},
    {"SELECTION_MISMATCH", "give the flags with which the position was made, or leave --position out"},
    {"REVISION_NOT_HELD", "the corpus has changed: begin again, without --position where there is one"},
    {"POSITION_TOO_LONG", "leave --position out to begin again"},
    {"POSITION_DAMAGED", "leave --position out to begin again"},
    {"POSITION_VERSION_UNKNOWN", "leave --position out to begin again"},
    {"POSITION_INCONSISTENT", "leave --position out to begin again"},
    {"INVALID_QUERY", "'hotline search --help' shows what a query may have"},
    {"TOO_MANY_PLAYBACKS", "try again later, or another server"},
};

std::string ArgumentFor(const std::string& field) {
  for (const Entry& entry : kArguments) {
    if (absl::StartsWith(field, entry.key)) return absl::StrCat(field, " (", entry.value, ")");
  }
  return field;
}

std::string HintFor(const absl::Status& status) {
  const std::optional<ErrorInfo> info = GetErrorInfo(status);
  if (!info) return "";
  for (const Entry& entry : kHints) {
    if (info->reason == entry.key) return entry.value;
  }
  return "";
}

std::string What(const absl::Status& status, const std::string& server) {
  const std::string message(status.message());
  const bool from_server = GetErrorInfo(status).has_value();
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      if (from_server) return absl::StrCat(server, " cannot answer now: ", message);
      if (absl::StrContains(message, "andshake")) {
        return absl::StrCat("cannot agree with ", server, " on TLS: ", message,
                            "; --tls is for servers that speak it, --tls-ca names the authority of their certificate");
      }
      return absl::StrCat("cannot reach ", server, ": ", message,
                          "; is hotlined running? --server or $HOTLINE_SERVER names another");
    case absl::StatusCode::kDeadlineExceeded:
      return absl::StrCat("no answer from ", server, " in time: ", message);
    case absl::StatusCode::kUnimplemented:
      return absl::StrCat(server, " does not have this call: ", message, "; it may be older than this program");
    case absl::StatusCode::kInternal:
      return absl::StrCat("a defect of ", server, ": ", message);
    default:
      return message;
  }
}

}  // namespace

int ExitCode(const absl::Status& status) { return status.ok() ? 0 : kFailedCall + static_cast<int>(status.code()); }

std::string Explain(const absl::Status& status, const std::string& server) {
  std::string text;
  for (const FieldViolation& violation : GetFieldViolations(status)) {
    absl::StrAppend(&text, "hotline: ", ArgumentFor(violation.field), ": ", violation.description, "\n");
  }
  if (text.empty()) text = absl::StrCat("hotline: ", What(status, server), "\n");
  const std::string hint = HintFor(status);
  if (!hint.empty()) absl::StrAppend(&text, "hotline: ", hint, "\n");
  const std::optional<absl::Duration> delay = GetRetryDelay(status);
  if (delay) absl::StrAppend(&text, "hotline: the server asks to wait ", DurationInWords(*delay), "\n");
  return text;
}

std::string ExplainAsJson(const absl::Status& status) {
  std::map<std::string, std::string> details;  // in an order that does not change from run to run
  status.ForEachPayload([&details](absl::string_view type_url, const absl::Cord& value) {
    details.emplace(type_url, std::string(value));
  });
  google::rpc::Status message;
  message.set_code(static_cast<int>(status.code()));
  message.set_message(std::string(status.message()));
  for (const auto& [type_url, value] : details) {
    google::protobuf::Any* detail = message.add_details();
    detail->set_type_url(type_url);
    detail->set_value(value);
  }
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    // A detail of a type that this program does not know has no JSON form.
    message.clear_details();
    json.clear();
    static_cast<void>(google::protobuf::util::MessageToJsonString(message, &json));
  }
  return json + "\n";
}

}  // namespace hotline::cli
