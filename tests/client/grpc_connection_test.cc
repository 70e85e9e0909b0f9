// The SDK over a real socket, against a server that does as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hotline/client.h"
#include "hotline/error.h"
#include "tests/client/scripted_server.h"
#include "tests/client/timeline_messages.h"

namespace hotline::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "going away");

ConnectionOptions Impatient() {
  ConnectionOptions options;
  options.initial_backoff = absl::Milliseconds(1);
  options.stream_initial_backoff = absl::Milliseconds(1);
  options.rpc_timeout = absl::Seconds(20);
  return options;
}

StreamScript Ending(std::vector<v1::StreamTimelineResponse> responses, grpc::Status status = grpc::Status::OK) {
  return {std::move(responses), std::move(status), false};
}

StreamScript Hanging(std::vector<v1::StreamTimelineResponse> responses) {
  return {std::move(responses), grpc::Status::OK, true};
}

// What a stream yields up to its end. An error fails the test.
std::vector<v1::StreamTimelineResponse> ReadAll(TimelineStream& stream) {
  std::vector<v1::StreamTimelineResponse> responses;
  for (auto& response : stream) {
    EXPECT_TRUE(response.ok()) << response.status();
    if (response.ok()) responses.push_back(*std::move(response));
  }
  return responses;
}

class GrpcConnectionTest : public ::testing::Test {
 protected:
  Client MakeClient(const ConnectionOptions& options = Impatient()) {
    return Client(MakeConnection(server_.target(), options));
  }

  ScriptedServer server_;
};

TEST_F(GrpcConnectionTest, AUnaryCallIsTriedAgainUntilItWorks) {
  server_.ScriptGetCorpus({kUnavailable, kUnavailable});
  const auto response = MakeClient().GetCorpus();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->revision(), "4f2a");
  EXPECT_EQ(server_.get_corpus_calls(), 3);
}

TEST_F(GrpcConnectionTest, AUnaryCallIsTriedNoOftenerThanAllowed) {
  server_.ScriptGetCorpus(std::vector<grpc::Status>(20, kUnavailable));
  EXPECT_EQ(MakeClient().GetCorpus().status(), absl::UnavailableError("gave up after 5 attempts: going away"));
  EXPECT_EQ(server_.get_corpus_calls(), 5);
}

TEST_F(GrpcConnectionTest, ACallThatIsNotAnsweredEndsAtItsDeadline) {
  server_.IgnoreGetCorpus();
  ConnectionOptions options = Impatient();
  options.rpc_timeout = absl::Milliseconds(100);
  const absl::Status status = MakeClient(options).GetCorpus().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), StartsWith("deadline of 100ms reached in attempt 1: "));
}

TEST_F(GrpcConnectionTest, DetailsOfAnErrorCanBeRead) {
  google::rpc::Status wire;
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FIELD");
  info.set_domain("hotline");
  wire.add_details()->PackFrom(info);
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("page_size");
  wire.add_details()->PackFrom(bad_request);
  server_.ScriptGetCorpus(
      {grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "page_size: -1", wire.SerializeAsString())});
  const absl::Status status = MakeClient().GetCorpus().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(GetErrorInfo(status));
  EXPECT_EQ(GetErrorInfo(status)->reason, "INVALID_FIELD");
  ASSERT_THAT(GetFieldViolations(status), SizeIs(1));
  EXPECT_EQ(GetFieldViolations(status)[0].field, "page_size");
}

TEST_F(GrpcConnectionTest, TheUserAgentNamesTheProgramAndTheLibrary) {
  ConnectionOptions options = Impatient();
  options.user_agent_prefix = "my-app/1.2";
  ASSERT_TRUE(MakeClient(options).GetCorpus().ok());
  EXPECT_THAT(server_.user_agent(), StartsWith("my-app/1.2 hotline-cpp/"));
}

TEST_F(GrpcConnectionTest, HealthIsWhatTheServerSaysOfTheService) {
  const Client client = MakeClient();
  EXPECT_EQ(client.IsServing(), absl::StatusOr<bool>(true));
  server_.SetServing(false);
  EXPECT_EQ(client.IsServing(), absl::StatusOr<bool>(false));
  EXPECT_EQ(client.IsServing("hotline.v1.Nobody").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(GrpcConnectionTest, AReplicaThatDrainsGetsNoNewCalls) {
  server_.SetServing(false);
  EXPECT_EQ(MakeClient().GetCorpus().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.get_corpus_calls(), 0);
}

TEST_F(GrpcConnectionTest, WithoutTheWatchOfHealthAReplicaThatDrainsGetsCalls) {
  ConnectionOptions options = Impatient();
  options.watch_health = false;
  server_.SetServing(false);
  EXPECT_TRUE(MakeClient(options).GetCorpus().ok());
}

TEST_F(GrpcConnectionTest, ACutStreamIsResumedAtTheRightPosition) {
  server_.ScriptStream(Ending({Opened(0, 0), Items(1, {0, 1})}, kUnavailable));
  server_.ScriptStream(Ending({Opened(1, 2, v1::OPENED_OUTCOME_RESUMED), Items(2, {2})}, grpc::Status::OK));
  server_.ScriptStream(Ending({}, kUnavailable));
  server_.ScriptStream(
      Ending({Opened(2, 3, v1::OPENED_OUTCOME_RESUMED), Items(3, {3, 4}), ClosingAt(3, v1::CLOSING_REASON_END)}));
  TimelineStream stream = MakeClient().StreamTimeline();
  EXPECT_THAT(Ordinals(ReadAll(stream)), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(stream.resumes(), 2);
  EXPECT_EQ(stream.violations(), 0);
  std::vector<std::string> positions;
  for (const auto& request : server_.stream_requests()) positions.push_back(request.from_position());
  EXPECT_THAT(positions, ElementsAre("", "after-1", "after-2", "after-2"));
}

TEST_F(GrpcConnectionTest, AStreamSurvivesTheEndOfItsServer) {
  const std::string socket =
      "unix:" + (std::filesystem::temp_directory_path() / ("hotline-" + std::to_string(getpid()))).string();
  auto server = std::make_unique<ScriptedServer>(socket);
  server->ScriptStream(Hanging({Opened(0, 0), Items(1, {0})}));
  TimelineStream stream = Client(MakeConnection(socket, Impatient())).StreamTimeline();
  std::vector<v1::StreamTimelineResponse> responses;
  for (auto& response : stream) {
    ASSERT_TRUE(response.ok()) << response.status();
    responses.push_back(*std::move(response));
    if (responses.size() == 2) {
      server = nullptr;
      server = std::make_unique<ScriptedServer>(socket);
      server->ScriptStream(
          Ending({Opened(1, 1, v1::OPENED_OUTCOME_RESUMED), Items(2, {1}), ClosingAt(2, v1::CLOSING_REASON_END)}));
    }
  }
  EXPECT_THAT(Ordinals(responses), ElementsAre(0, 1));
  EXPECT_THAT(server->stream_requests(), SizeIs(1));
  EXPECT_EQ(server->stream_requests()[0].from_position(), "after-1");
}

TEST_F(GrpcConnectionTest, CancelReachesTheServer) {
  server_.ScriptStream(Hanging({Opened(0, 0)}));
  TimelineStream stream = MakeClient().StreamTimeline();
  auto response = stream.begin();
  ASSERT_TRUE(response->ok()) << response->status();
  std::thread canceller([&] { stream.Cancel(); });
  ++response;
  canceller.join();
  EXPECT_EQ(response->status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(++response == stream.end());
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
}

TEST_F(GrpcConnectionTest, DestructionCancels) {
  server_.ScriptStream(Hanging({Opened(0, 0), Items(1, {0}), Items(2, {1})}));
  for (const auto& response : MakeClient().StreamTimeline()) {
    ASSERT_TRUE(response.ok());
    break;
  }
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
}

TEST_F(GrpcConnectionTest, ASilentStreamIsGivenUpAndResumed) {
  ConnectionOptions options = Impatient();
  options.stream_idle_timeout = absl::Milliseconds(100);
  server_.ScriptStream(Hanging({Opened(0, 0), Items(1, {0})}));
  server_.ScriptStream(
      Ending({Opened(1, 1, v1::OPENED_OUTCOME_RESUMED), Items(2, {1}), ClosingAt(2, v1::CLOSING_REASON_END)}));
  TimelineStream stream = MakeClient(options).StreamTimeline();
  EXPECT_THAT(Ordinals(ReadAll(stream)), ElementsAre(0, 1));
  EXPECT_TRUE(server_.WaitForCancelledStreams(1));
  EXPECT_EQ(server_.stream_requests().at(1).from_position(), "after-1");
}

TEST_F(GrpcConnectionTest, AStreamThatIsNotServedFailsAtOnce) {
  TimelineStream stream = MakeClient().StreamTimeline();
  EXPECT_EQ(stream.begin()->status(), absl::UnimplementedError("no stream was expected"));
  EXPECT_THAT(server_.stream_requests(), SizeIs(1));
}

TEST_F(GrpcConnectionTest, AStreamThatIsNeverReadBeginsNoCall) {
  { const TimelineStream stream = MakeClient().StreamTimeline(); }
  EXPECT_THAT(server_.stream_requests(), IsEmpty());
}

TEST(GrpcConnectionRaceTest, CancelMayComeAtAnyMoment) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    // Not the last round's: the call that was cancelled then may reach it only now, and be played this one's script.
    ScriptedServer server;
    server.ScriptStream(Ending({Opened(0, 0), Items(1, {0, 1})}, round % 2 == 0 ? grpc::Status::OK : kUnavailable));
    server.ScriptStream(Hanging({Opened(1, 2, v1::OPENED_OUTCOME_RESUMED), Items(2, {2})}));
    TimelineStream stream = Client(MakeConnection(server.target(), Impatient())).StreamTimeline();
    std::thread canceller;
    int messages = 0;
    absl::Status last;
    for (const auto& response : stream) {
      if (messages++ == round % 4) canceller = std::thread([&] { stream.Cancel(); });
      last = response.status();
    }
    canceller.join();
    ASSERT_EQ(last.code(), absl::StatusCode::kCancelled) << last;
  }
}

TEST(GrpcConnectionWithoutServerTest, TheErrorNamesTheCause) {
  const absl::Status status = Client(MakeConnection("unix:/nonexistent/socket", Impatient())).GetCorpus().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), StartsWith("gave up after 5 attempts: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent/socket: No such file or directory"));
}

TEST(GrpcConnectionWithoutServerTest, AStreamThatCannotBeOpenedGivesUp) {
  TimelineStream stream = Client(MakeConnection("unix:/nonexistent/socket", Impatient())).StreamTimeline();
  EXPECT_THAT(std::string(stream.begin()->status().message()), StartsWith("gave up after 5 attempts: "));
}

}  // namespace
}  // namespace hotline::tests
