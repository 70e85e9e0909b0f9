// What hotlined tells of itself while it serves: metrics, access log, health. Each is read as an operator would read
// it.

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <signal.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/rpc/http.h"
#include "tests/rpc/metrics_page.h"
#include "tests/rpc/running_server.h"
#include "tests/support/process.h"

namespace hotline::server {
namespace {

using ::hotline::tests::Get;
using ::hotline::tests::Process;
using ::hotline::tests::SeriesOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

using Series = std::map<std::string, double>;

// Looks again until `done`, or until it has been wrong for too long.
bool Eventually(const std::function<bool()>& done) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!done()) {
    if (absl::Now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// A started hotlined with a port for operators.
class Hotlined {
 public:
  explicit Hotlined(const std::vector<std::string>& flags = {}) : process_(Command(flags)) {
    admin_ = LastWord("metrics on ");
    channel_ = grpc::CreateChannel(LastWord("listening on "), grpc::InsecureChannelCredentials());
    archive_ = v1::ArchiveService::NewStub(channel_);
    timeline_ = v1::TimelineService::NewStub(channel_);
    EXPECT_TRUE(Eventually([this] { return CodeOf("/readyz") == 200; }));
  }

  Process& process() { return process_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::ArchiveService::Stub& archive() { return *archive_; }
  v1::TimelineService::Stub& timeline() { return *timeline_; }
  int CodeOf(const std::string& path) const { return Get(admin_, path).code; }
  std::string BodyOf(const std::string& path) const { return Get(admin_, path).body; }
  Series Page() const { return SeriesOf(BodyOf("/metrics")); }
  // -1 where the page has no such series.
  double Value(const std::string& series) const {
    const Series page = Page();
    const auto found = page.find(series);
    return found == page.end() ? -1 : found->second;
  }
  bool Becomes(const std::string& series, double value) const {
    return Eventually([&] { return Value(series) == value; });
  }
  // Gives up all connections.
  void Disconnect() {
    archive_ = nullptr;
    timeline_ = nullptr;
    channel_ = nullptr;
  }

 private:
  static std::vector<std::string> Command(const std::vector<std::string>& flags) {
    std::vector<std::string> command = {HOTLINED, "--listen=127.0.0.1:0", "--metrics_listen=127.0.0.1:0",
                                        "--self_probe_interval=0", "--access_log=json"};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }
  std::string LastWord(const std::string& of) {
    const std::string line = process_.WaitForLine(of).value_or("");
    return line.substr(line.rfind(' ') + 1);
  }

  Process process_;
  std::string admin_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ArchiveService::Stub> archive_;
  std::unique_ptr<v1::TimelineService::Stub> timeline_;
};

grpc::StatusCode GetDocument(Hotlined& server, const std::string& id) {
  Context context;
  v1::GetDocumentRequest request;
  request.set_name("documents/" + id);
  v1::GetDocumentResponse response;
  return server.archive().GetDocument(&context, request, &response).error_code();
}

grpc::StatusCode ListDocuments(Hotlined& server, int page_size, const std::string& token) {
  Context context;
  v1::ListDocumentsRequest request;
  request.set_page_size(page_size);
  request.set_page_token(token);
  v1::ListDocumentsResponse response;
  return server.archive().ListDocuments(&context, request, &response).error_code();
}

grpc::StatusCode CheckHealth(Hotlined& server, const std::string& service) {
  Context context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  return grpc::health::v1::Health::NewStub(server.channel())->Check(&context, request, &response).error_code();
}

grpc::StatusCode CallUnknown(Hotlined& server, const std::string& path) {
  Context context;
  grpc::GenericStub stub(server.channel());
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, path, {}, &request, &response, [&](grpc::Status ended) {
    status = std::move(ended);
    done.Notify();
  });
  done.WaitForNotification();
  return status.error_code();
}

// A playback to its end, without pace.
Played PlayFrom(Hotlined& server, const std::string& position) {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  if (!position.empty()) request.set_from_position(position);
  return Play(server.timeline(), request);
}

// A playback that stays, until it is cancelled or destroyed.
class OpenPlayback {
 public:
  OpenPlayback(Hotlined& server, bool paused) : stream_(server.timeline().PlayTimeline(&context_)) {
    v1::PlayTimelineRequest request;
    request.mutable_start()->mutable_pace()->set_speed(1);
    request.mutable_start()->set_start_paused(paused);
    EXPECT_TRUE(stream_->Write(request));
    v1::PlayTimelineResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    EXPECT_TRUE(response.has_opened());
  }
  grpc::StatusCode Cancel() {
    context_.TryCancel();
    v1::PlayTimelineResponse response;
    while (stream_->Read(&response)) {
    }
    return stream_->Finish().error_code();
  }

 private:
  Context context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PlayTimelineRequest, v1::PlayTimelineResponse>> stream_;
};

// What the access log tells: how often by method and code, by reason, and how many messages by method.
struct Logged {
  std::map<std::pair<std::string, std::string>, double> calls;
  std::map<std::string, double> reasons;
  std::map<std::string, double> received;
  std::map<std::string, double> sent;
  int lines = 0;
};

// The last of the path, or "other" for a method that the server does not have.
std::string MethodName(const std::string& path, const Series& exported) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string service = path.substr(1, path.rfind('/') - 1);
  for (const auto& [series, value] : exported) {
    if (absl::StrContains(series, absl::StrCat("grpc_method=\"", name, "\",grpc_service=\"", service, "\"")))
      return name;
  }
  return "other";
}

Logged ReadLog(const std::string& text, const Series& exported) {
  Logged logged;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "{")) continue;
    google::protobuf::Struct call;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(std::string(line), &call).ok()) << line;
    const auto& fields = call.fields();
    const std::string method = MethodName(fields.at("method").string_value(), exported);
    ++logged.calls[{method, fields.at("code").string_value()}];
    if (fields.count("reason") != 0) ++logged.reasons[fields.at("reason").string_value()];
    logged.received[method] += fields.at("received").number_value();
    logged.sent[method] += fields.at("sent").number_value();
    ++logged.lines;
  }
  return logged;
}

// "NotFound" as the log has it, "NOT_FOUND".
std::string LogCode(const std::string& code) {
  if (code == "OK") return code;
  if (code == "Canceled") return "CANCELLED";
  return absl::AsciiStrToUpper(std::regex_replace(code, std::regex("(.)([A-Z])"), "$1_$2"));
}

// The same from the page.
Logged ReadPage(const Series& page) {
  Logged counted;
  const auto label = [](const std::string& series, const std::string& name) {
    std::smatch match;
    return std::regex_search(series, match, std::regex(name + "=\"([^\"]*)\"")) ? match[1].str() : "";
  };
  for (const auto& [series, value] : page) {
    if (value == 0) continue;
    const std::string method = label(series, "grpc_method");
    if (absl::StartsWith(series, "grpc_server_handled_total{")) {
      counted.calls[{method, LogCode(label(series, "grpc_code"))}] += value;
    } else if (absl::StartsWith(series, "grpc_server_msg_received_total{")) {
      counted.received[method] += value;
    } else if (absl::StartsWith(series, "grpc_server_msg_sent_total{")) {
      counted.sent[method] += value;
    } else if (absl::StartsWith(series, "hotline_refusals_total{")) {
      counted.reasons[label(series, "reason")] += value;
    }
  }
  return counted;
}

std::map<std::string, double> WithoutZeros(std::map<std::string, double> counts) {
  for (auto count = counts.begin(); count != counts.end();) count = count->second == 0 ? counts.erase(count) : ++count;
  return counts;
}

TEST(ObservabilityTest, EverySeriesIsThereWhenTheProgramHasStarted) {
  const Hotlined server;
  const auto without_values = [](const Series& series) {
    std::vector<std::string> names;
    for (const auto& [name, value] : series) {
      names.push_back(std::regex_replace(name, std::regex("(revision|version)=\"[^\"]*\""), "$1"));
    }
    return names;
  };
  const Series page = server.Page();
  EXPECT_EQ(without_values(page), without_values(SeriesOf(Metrics("").Text())));
  EXPECT_THAT(page, Contains(Pair("hotline_serving", 1)));
  EXPECT_THAT(page, Contains(Pair("hotline_draining", 0)));
  EXPECT_THAT(page, Contains(Pair("hotline_corpus_documents", 13)));
  EXPECT_THAT(page, Contains(Pair("hotline_playbacks_limit", 10'000)));
  EXPECT_EQ(server.CodeOf("/healthz"), 200);
  EXPECT_EQ(server.CodeOf("/readyz"), 200);
}

TEST(ObservabilityTest, CountersAndAccessLogTellTheSame) {
  Hotlined server;
  using grpc::StatusCode;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(GetDocument(server, "kk-01"), StatusCode::OK);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(GetDocument(server, "kk-99"), StatusCode::NOT_FOUND);
  EXPECT_EQ(ListDocuments(server, 0, ""), StatusCode::OK);
  EXPECT_EQ(ListDocuments(server, -1, ""), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ListDocuments(server, 0, "none"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(CheckHealth(server, ""), StatusCode::OK);
  EXPECT_EQ(CheckHealth(server, "nobody"), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallUnknown(server, "/hotline.v1.ArchiveService/Burn"), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallUnknown(server, "/nobody.v9.Service/GetDocument"), StatusCode::UNIMPLEMENTED);
  const Played whole = PlayFrom(server, "");
  ASSERT_TRUE(whole.status.ok()) << whole.status;
  EXPECT_TRUE(PlayFrom(server, whole.messages.front().position()).status.ok());
  EXPECT_EQ(PlayFrom(server, "none").status.code(), absl::StatusCode::kInvalidArgument);
  OpenPlayback paused(server, true);
  EXPECT_EQ(paused.Cancel(), StatusCode::CANCELLED);

  // A call ends for its client a moment before the server has told of it.
  constexpr int kCalls = 3 + 2 + 3 + 2 + 2 + 4;
  Series page;
  Logged logged;
  EXPECT_TRUE(Eventually([&] {
    page = server.Page();
    logged = ReadLog(server.process().standard_error(), page);
    double handled = 0;
    for (const auto& [call, count] : ReadPage(page).calls) handled += count;
    return logged.lines == kCalls && handled == kCalls;
  })) << server.process().standard_error();
  const Logged counted = ReadPage(page);
  EXPECT_EQ(counted.calls, logged.calls);
  EXPECT_EQ(counted.reasons, logged.reasons);
  EXPECT_EQ(counted.received, WithoutZeros(logged.received));
  EXPECT_EQ(counted.sent, WithoutZeros(logged.sent));

  const std::map<std::pair<std::string, std::string>, double> expected = {{{"GetDocument", "OK"}, 3},
                                                                          {{"GetDocument", "NOT_FOUND"}, 2},
                                                                          {{"ListDocuments", "OK"}, 1},
                                                                          {{"ListDocuments", "INVALID_ARGUMENT"}, 2},
                                                                          {{"Check", "OK"}, 1},
                                                                          {{"Check", "NOT_FOUND"}, 1},
                                                                          {{"other", "UNIMPLEMENTED"}, 2},
                                                                          {{"StreamTimeline", "OK"}, 2},
                                                                          {{"StreamTimeline", "INVALID_ARGUMENT"}, 1},
                                                                          {{"PlayTimeline", "CANCELLED"}, 1}};
  EXPECT_EQ(counted.calls, expected);
  for (const auto& [reason, count] : std::map<std::string, double>{{"DOCUMENT_NOT_FOUND", 2},
                                                                   {"INVALID_FIELD", 1},
                                                                   {"PAGE_TOKEN_DAMAGED", 1},
                                                                   {"SERVICE_NOT_FOUND", 1},
                                                                   {"POSITION_DAMAGED", 1}}) {
    EXPECT_THAT(counted.reasons, Contains(Pair(reason, count)));
  }
  for (const auto& [series, value] : Series{{"hotline_playback_resumes_total{outcome=\"resumed\"}", 1},
                                            {"hotline_playback_resumes_total{outcome=\"refused\"}", 1},
                                            {"hotline_playback_endings_total{reason=\"end\"}", 2},
                                            {"hotline_playback_endings_total{reason=\"cancelled\"}", 1},
                                            {"hotline_playback_endings_total{reason=\"refused\"}", 1},
                                            {"hotline_playback_endings_total{reason=\"draining\"}", 0},
                                            {"hotline_playback_first_message_seconds_count", 3}}) {
    EXPECT_THAT(page, Contains(Pair(series, value)));
  }
  for (const char* state : {"opening", "playing", "paused", "ended"}) {
    EXPECT_TRUE(server.Becomes(absl::StrCat("hotline_playbacks{state=\"", state, "\"}"), 0)) << state;
  }
}

TEST(ObservabilityTest, PlaybacksAreShownInTheStateThatTheyAreIn) {
  Hotlined server;
  OpenPlayback playing(server, false);
  OpenPlayback paused(server, true);
  OpenPlayback paused_too(server, true);
  EXPECT_TRUE(server.Becomes("hotline_playbacks{state=\"playing\"}", 1));
  EXPECT_TRUE(server.Becomes("hotline_playbacks{state=\"paused\"}", 2));
  EXPECT_EQ(server.Value("hotline_playbacks{state=\"opening\"}"), 0);
  EXPECT_EQ(server.Value("hotline_connections"), 1);
  EXPECT_EQ(paused.Cancel(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(server.Becomes("hotline_playbacks{state=\"paused\"}", 1));
  EXPECT_EQ(server.Value("hotline_playbacks{state=\"playing\"}"), 1);
}

TEST(ObservabilityTest, AReloadIsCountedAndItsRevisionShown) {
  Hotlined server;
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(server.Becomes("hotline_reloads_total{outcome=\"ok\"}", 1));
  Context context;
  v1::GetCorpusResponse corpus;
  ASSERT_TRUE(server.archive().GetCorpus(&context, {}, &corpus).ok());
  EXPECT_EQ(server.Value(absl::StrCat("hotline_corpus_info{revision=\"", corpus.revision(), "\"}")), 1);
  EXPECT_GT(server.Value("hotline_corpus_loaded_timestamp_seconds"), absl::ToUnixSeconds(absl::Now()) - 3600);
}

TEST(ObservabilityTest, InTheLameDuckTheServerIsAliveAndNotReady) {
  Hotlined server({"--lame_duck=10s", "--drain_window=20s"});
  EXPECT_EQ(GetDocument(server, "kk-01"), grpc::StatusCode::OK);
  server.process().Signal(SIGTERM);
  EXPECT_TRUE(Eventually([&server] { return server.CodeOf("/readyz") == 503; }));
  EXPECT_EQ(server.BodyOf("/readyz"), "draining\n");
  EXPECT_EQ(server.CodeOf("/healthz"), 200);
  EXPECT_TRUE(server.Becomes("hotline_draining", 1));
  EXPECT_EQ(server.Value("hotline_serving"), 0);
  EXPECT_EQ(GetDocument(server, "kk-01"), grpc::StatusCode::OK);
  v1::StreamTimelineRequest request;
  EXPECT_EQ(Play(server.timeline(), request).status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(server.Becomes("hotline_refusals_total{reason=\"SERVER_DRAINING\"}", 1));
  server.Disconnect();
  EXPECT_EQ(server.process().Wait(absl::Seconds(30)), 0);
}

TEST(ObservabilityTest, AnAddressForOperatorsThatCannotBeListenedOnIsRefused) {
  Hotlined server;
  const std::string used = server.process().WaitForLine("metrics on ").value_or("");
  for (const auto& [address, words] : std::vector<std::pair<std::string, std::string>>{
           {used.substr(used.rfind(' ') + 1), "cannot listen on 127.0.0.1:"}, {"9464", "is no address to listen on"}}) {
    Process refused({HOTLINED, "--listen=127.0.0.1:0", "--metrics_listen=" + address});
    EXPECT_EQ(refused.Wait(), 1) << address;
    EXPECT_THAT(refused.standard_error(), HasSubstr(words));
  }
}

}  // namespace
}  // namespace hotline::server
