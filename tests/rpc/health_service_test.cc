#include <string>
#include <thread>

#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckRequest For(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

TEST(HealthServiceTest, TheServerAndEachOfItsServicesAreServing) {
  RunningServer server;
  const auto stub = Health::NewStub(server.channel());
  for (const char* service : {"", "hotline.v1.ArchiveService", "hotline.v1.TimelineService"}) {
    Context context;
    HealthCheckResponse response;
    ASSERT_THAT(FromWire(stub->Check(&context, For(service), &response)), IsOk()) << service;
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING) << service;
  }
}

TEST(HealthServiceTest, AnUnknownServiceIsNotFoundWhenCheckedAndUnknownWhenWatched) {
  RunningServer server;
  const auto stub = Health::NewStub(server.channel());
  HealthCheckResponse response;
  {
    Context context;
    EXPECT_THAT(FromWire(stub->Check(&context, For("hotline.v2.Nothing"), &response)),
                FailsWith(absl::StatusCode::kNotFound, "SERVICE_NOT_FOUND"));
  }
  Context context;
  const auto reader = stub->Watch(&context, For("hotline.v2.Nothing"));
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_FALSE(reader->Read(&response));
  reader->Finish();
}

TEST(HealthServiceTest, AWatcherIsToldOfTheDrainAndDoesNotHoldItUp) {
  RunningServer server;
  const auto stub = Health::NewStub(server.channel());
  Context context;
  const auto reader = stub->Watch(&context, For(""));
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  // With gRPC's own health service this would take the whole window, longer than the test may.
  std::thread drain([&] { server.server().Drain({absl::Hours(1)}); });
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(FromWire(reader->Finish()), FailsWith(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  drain.join();
}

TEST(HealthServiceTest, StartsAsNotServing) {
  const CallObserver observer(nullptr, nullptr, false);
  HealthService health({"a.Service"}, &observer);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&health);
  const auto server = builder.BuildAndStart();
  const auto stub =
      Health::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  const auto check = [&] {
    Context context;
    HealthCheckResponse response;
    EXPECT_TRUE(stub->Check(&context, For("a.Service"), &response).ok());
    return response.status();
  };
  EXPECT_EQ(check(), HealthCheckResponse::NOT_SERVING);
  health.SetServing(true);
  EXPECT_EQ(check(), HealthCheckResponse::SERVING);
  server->Shutdown();
}

}  // namespace
}  // namespace hotline::server
