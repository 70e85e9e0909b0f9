// How a server takes leave.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "server/rpc/exit_watchdog.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckResponse;

v1::StreamTimelineRequest Paced() {
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_speed(1);
  return request;
}

// A playback whose first message has come.
class Playing {
 public:
  explicit Playing(RunningServer& server) : reader_(server.timeline().StreamTimeline(&context_, Paced())) {
    v1::StreamTimelineResponse opened;
    EXPECT_TRUE(reader_->Read(&opened));
  }
  // Reads to the end, and returns when that was, the last message and the status.
  void ReadToEnd() {
    while (reader_->Read(&last_)) {
    }
    status_ = FromWire(reader_->Finish());
    ended_at_ = absl::Now();
  }

  const v1::StreamTimelineResponse& last() const { return last_; }
  const absl::Status& status() const { return status_; }
  absl::Time ended_at() const { return ended_at_; }

 private:
  Context context_;
  std::unique_ptr<grpc::ClientReader<v1::StreamTimelineResponse>> reader_;
  v1::StreamTimelineResponse last_;
  absl::Status status_;
  absl::Time ended_at_;
};

HealthCheckResponse::ServingStatus HealthOf(RunningServer& server, const std::string& service = "") {
  Context context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  EXPECT_THAT(FromWire(Health::NewStub(server.channel())->Check(&context, request, &response)), IsOk());
  return response.status();
}

TEST(DrainTest, InTheLameDuckAllButNewPlaybacksIsServedAndHealthSaysSo) {
  RunningServer server;
  Playing playing(server);
  std::thread drain([&] { server.server().Drain({absl::Seconds(4), absl::Seconds(2)}); });
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (HealthOf(server) == HealthCheckResponse::SERVING && absl::Now() < deadline) {
  }
  EXPECT_EQ(HealthOf(server), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(HealthOf(server, "hotline.v1.TimelineService"), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(HealthOf(server, "liveness"), HealthCheckResponse::SERVING);
  v1::GetDocumentRequest request;
  request.set_name("documents/kk-01");
  EXPECT_THAT(Ask(server, &v1::ArchiveService::Stub::GetDocument, request), IsOk());
  EXPECT_THAT(Play(server.timeline(), Paced()).status, FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  playing.ReadToEnd();
  EXPECT_EQ(playing.last().closing().reason(), v1::CLOSING_REASON_DRAINING);
  drain.join();
}

TEST(DrainTest, PlaybacksAreClosedOneAfterTheOtherWithinTheWindow) {
  RunningServer server;
  std::vector<std::unique_ptr<Playing>> playbacks;
  for (int i = 0; i < 20; ++i) playbacks.push_back(std::make_unique<Playing>(server));
  std::vector<std::thread> readers;
  const absl::Time began = absl::Now();
  for (auto& playing : playbacks) readers.emplace_back([&playing] { playing->ReadToEnd(); });
  server.server().Drain({absl::Seconds(2)});
  for (std::thread& reader : readers) reader.join();
  absl::Time first = absl::InfiniteFuture();
  absl::Time last = absl::InfinitePast();
  for (const auto& playing : playbacks) {
    EXPECT_THAT(playing->status(), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
    EXPECT_EQ(playing->last().closing().reason(), v1::CLOSING_REASON_DRAINING);
    EXPECT_NE(playing->last().position(), "");
    first = std::min(first, playing->ended_at());
    last = std::max(last, playing->ended_at());
  }
  // 19 of 20 parts of 60 % of the window lie between the first and the last; no upper bound, the machine may be busy.
  EXPECT_GT(last - first, absl::Milliseconds(900)) << "began " << began;
}

TEST(DrainTest, WithoutConnectionsNobodyIsWaitedFor) {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  const auto server = Server::Start(ShippedCorpus(), options).value();
  server->Drain({absl::Hours(1), absl::Minutes(30)});  // longer than the test may last
}

// Never ends a call, whatever its client or the server wants.
class StuckService final : public grpc::health::v1::Health::CallbackService {
 public:
  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext*,
                                                       const grpc::health::v1::HealthCheckRequest*) override {
    class Stuck final : public grpc::ServerWriteReactor<HealthCheckResponse> {
      void OnCancel() override {}
      void OnDone() override {}
    };
    began_ = true;
    return new Stuck;
  }
  bool began() const { return began_; }

 private:
  std::atomic<bool> began_ = false;
};

// Runs in a process of its own, and does not return.
void DrainWithACallThatNeverEnds() {
  StuckService stuck;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&stuck);
  const auto server = builder.BuildAndStart();
  const auto stub =
      Health::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, {});
  while (!stuck.began()) absl::SleepFor(absl::Milliseconds(1));
  const ExitWatchdog watchdog(absl::Milliseconds(200), [] { std::cerr << "1 of Watch did not end\n"; });
  server->Shutdown(std::chrono::system_clock::now());
  std::exit(0);
}

TEST(ExitWatchdogDeathTest, AShutdownThatACallHoldsUpEndsWithCode3AndNamesIt) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(DrainWithACallThatNeverEnds(), ::testing::ExitedWithCode(ExitWatchdog::kExitCode),
              "1 of Watch did not end");
}

TEST(ExitWatchdogTest, OneThatIsNotNeededDoesNothing) {
  const ExitWatchdog watchdog(absl::Hours(1), [] { ADD_FAILURE(); });
}

}  // namespace
}  // namespace hotline::server
