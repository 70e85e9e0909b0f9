// Runs the driver's cases through the C++ SDK. ../README.md has the protocol.

#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "hotline/connection.h"
#include "hotline/error.h"
#include "hotline/v1/archive_service.pb.h"
#include "hotline/v1/timeline_service.pb.h"

namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using hotline::Connection;
namespace v1 = hotline::v1;

// What is handed to the driver: JSON texts, since a struct would lose what a double does not hold.
struct Outcome {
  std::vector<std::string> responses;
  absl::Status status;
};

struct Refused {
  std::string why;
};

// One step of a case: `message` is empty for one that sends nothing.
struct Step {
  std::size_t after;
  std::string message;
  bool half_close;
};

using Script = std::vector<Step>;

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  return status.ok() ? json : absl::StrCat("\"", status.ToString(), "\"");
}

// Returns false and fills `refused` for what is no such message.
bool FromJson(const std::string& json, google::protobuf::Message* message, Refused* refused) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, message);
  if (!status.ok()) refused->why = status.ToString();
  return status.ok();
}

using Method = std::function<bool(Connection&, const Script&, Outcome*, Refused*)>;

template <typename Request, typename Response>
Method Unary(absl::StatusOr<Response> (Connection::*call)(const Request&)) {
  return [call](Connection& connection, const Script& script, Outcome* outcome, Refused* refused) {
    Request request;
    if (!FromJson(script.front().message, &request, refused)) return false;
    const absl::StatusOr<Response> response = (connection.*call)(request);
    if (response.ok()) outcome->responses.push_back(ToJson(*response));
    outcome->status = response.status();
    return true;
  };
}

bool StreamTimeline(Connection& connection, const Script& script, Outcome* outcome, Refused* refused) {
  v1::StreamTimelineRequest request;
  if (!FromJson(script.front().message, &request, refused)) return false;
  hotline::TimelineStream stream = connection.StreamTimeline(request);
  for (const auto& response : stream) {
    if (!response.ok()) {
      outcome->status = response.status();
      break;
    }
    outcome->responses.push_back(ToJson(*response));
    // Behind the request a script of a stream has nothing but the cancel.
    if (script.size() > 1 && outcome->responses.size() >= script[1].after) stream.Cancel();
  }
  return true;
}

bool PlayTimeline(Connection& connection, const Script& script, Outcome* outcome, Refused* refused) {
  std::vector<v1::PlayTimelineRequest> requests(script.size());
  for (std::size_t step = 0; step < requests.size(); ++step) {
    const std::string& message = script[step].message;
    if (!message.empty() && !FromJson(message, &requests[step], refused)) return false;
  }
  hotline::Playback playback = connection.PlayTimeline(requests.front().start());
  std::size_t next = 1;
  const auto go_on = [&] {
    for (; next < requests.size() && outcome->responses.size() >= script[next].after; ++next) {
      if (!script[next].message.empty()) {
        playback.Apply(requests[next].control());
      } else if (script[next].half_close) {
        playback.FinishControls();
      } else {
        playback.Cancel();
      }
    }
  };
  go_on();
  for (const auto& response : playback) {
    if (!response.ok()) {
      outcome->status = response.status();
      break;
    }
    outcome->responses.push_back(ToJson(*response));
    go_on();
  }
  return true;
}

std::map<std::string, Method> Methods() {
  return {
      {"hotline.v1.ArchiveService/GetCorpus", Unary(&Connection::GetCorpus)},
      {"hotline.v1.ArchiveService/GetDocument", Unary(&Connection::GetDocument)},
      {"hotline.v1.ArchiveService/ListDocuments", Unary(&Connection::ListDocuments)},
      {"hotline.v1.ArchiveService/SearchDocuments", Unary(&Connection::SearchDocuments)},
      {"hotline.v1.ArchiveService/CompareSources", Unary(&Connection::CompareSources)},
      {"hotline.v1.ArchiveService/ResolveReference", Unary(&Connection::ResolveReference)},
      {"hotline.v1.ArchiveService/GetThread", Unary(&Connection::GetThread)},
      {"hotline.v1.TimelineService/ListDays", Unary(&Connection::ListDays)},
      {"hotline.v1.TimelineService/StreamTimeline", StreamTimeline},
      {"hotline.v1.TimelineService/PlayTimeline", PlayTimeline},
  };
}

std::string Quoted(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return ToJson(value);
}

template <typename Values, typename Json>
std::string Joined(const Values& values, const Json& json) {
  std::string joined;
  for (const auto& value : values) absl::StrAppend(&joined, joined.empty() ? "" : ",", json(value));
  return joined;
}

std::string ResourceName(const absl::Status& status) {
  google::rpc::ResourceInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ResourceInfo");
  if (payload) info.ParseFromString(std::string(*payload));
  return info.resource_name();
}

std::string Answer(const std::string& name, const Outcome& outcome) {
  const hotline::ErrorInfo info = hotline::GetErrorInfo(outcome.status).value_or(hotline::ErrorInfo{});
  return absl::StrCat(
      R"({"name":)", Quoted(name), R"(,"responses":[)",
      Joined(outcome.responses, [](const std::string& response) { return response; }), R"(],"code":")",
      absl::StatusCodeToString(outcome.status.code()), R"(","message":)", Quoted(std::string(outcome.status.message())),
      R"(,"reason":)", Quoted(info.reason), R"(,"metadata":{)",
      Joined(info.metadata,
             [](const auto& entry) { return absl::StrCat(Quoted(entry.first), ":", Quoted(entry.second)); }),
      R"(},"fields":[)",
      Joined(hotline::GetFieldViolations(outcome.status),
             [](const hotline::FieldViolation& violation) { return Quoted(violation.field); }),
      R"(],"resource":)", Quoted(ResourceName(outcome.status)), "}");
}

// The script as the driver writes it. Its messages are taken as a struct has them, in which their numbers are doubles.
Script ReadScript(const Struct& line) {
  Script script;
  for (const Value& value : line.fields().at("script").list_value().values()) {
    const auto& step = value.struct_value().fields();
    const auto after = step.find("after");
    const auto message = step.find("message");
    script.push_back({after == step.end() ? 0 : static_cast<std::size_t>(after->second.number_value()),
                      message == step.end() ? "" : ToJson(message->second), step.contains("half_close")});
  }
  return script;
}

}  // namespace

int main() {
  const std::map<std::string, Method> methods = Methods();
  // By address and deadline, which is the connection's in the SDK.
  std::map<std::pair<std::string, double>, std::shared_ptr<Connection>> connections;
  for (std::string text; std::getline(std::cin, text);) {
    Struct line;
    Refused refused;
    if (!FromJson(text, &line, &refused)) {
      std::cerr << refused.why << "\n";
      return 1;
    }
    const std::string& name = line.fields().at("name").string_value();
    const std::string& server = line.fields().at("server").string_value();
    const double deadline = line.fields().at("deadline").number_value();
    std::shared_ptr<Connection>& connection = connections[{server, deadline}];
    if (connection == nullptr) {
      hotline::ConnectionOptions options;
      options.rpc_timeout = absl::Seconds(deadline);
      connection = hotline::MakeConnection(server, options);
    }
    Outcome outcome;
    const Method& method = methods.at(line.fields().at("method").string_value());
    if (method(*connection, ReadScript(line), &outcome, &refused)) {
      std::cout << Answer(name, outcome) << std::endl;
    } else {
      std::cout << R"({"name":)" << Quoted(name) << R"(,"refused":)" << Quoted(refused.why) << "}" << std::endl;
    }
  }
}
