#include "server/rpc/admin_server.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/metrics.h"
#include "tests/rpc/http.h"

namespace hotline::server {
namespace {

using ::hotline::tests::Connection;
using ::hotline::tests::Get;
using ::hotline::tests::HttpResponse;
using ::testing::HasSubstr;
using ::testing::StartsWith;

AdminPages Pages() {
  return {[] { return std::string("a_total 1\n"); }, [] { return absl::OkStatus(); }, [] { return absl::OkStatus(); }};
}

absl::Status StartStatus(const std::string& address) { return AdminServer::Start(address, Pages()).status(); }

std::unique_ptr<AdminServer> StartOn(const std::string& address, AdminPages pages) {
  absl::StatusOr<std::unique_ptr<AdminServer>> server = AdminServer::Start(address, std::move(pages));
  EXPECT_TRUE(server.ok()) << server.status();
  return server.ok() ? *std::move(server) : nullptr;
}

TEST(AdminServerTest, MetricsAreInPrometheusTextFormat) {
  Metrics metrics("1.2.3");
  AdminPages pages = Pages();
  pages.metrics = [&metrics] { return metrics.Text(); };
  const auto server = StartOn("127.0.0.1:0", pages);
  metrics.CountReload(true);
  const HttpResponse response = Get(server->address(), "/metrics");
  EXPECT_EQ(response.code, 200);
  EXPECT_THAT(response.head, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(response.head, HasSubstr(absl::StrCat("Content-Length: ", response.body.size(), "\r\n")));
  EXPECT_THAT(response.body, HasSubstr("hotline_reloads_total{outcome=\"ok\"} 1\n"));
}

TEST(AdminServerTest, HealthAndReadinessSayWhyNot) {
  absl::Mutex mutex;
  absl::Status health;
  absl::Status readiness;
  AdminPages pages = Pages();
  pages.health = [&] {
    absl::MutexLock lock(&mutex);
    return health;
  };
  pages.readiness = [&] {
    absl::MutexLock lock(&mutex);
    return readiness;
  };
  const auto server = StartOn("127.0.0.1:0", pages);
  for (const char* path : {"/healthz", "/readyz"}) {
    const HttpResponse response = Get(server->address(), path);
    EXPECT_EQ(response.code, 200) << path;
    EXPECT_EQ(response.body, "ok\n") << path;
  }
  {
    absl::MutexLock lock(&mutex);
    readiness = absl::UnavailableError("not serving: draining");
  }
  EXPECT_EQ(Get(server->address(), "/healthz").code, 200);
  EXPECT_EQ(Get(server->address(), "/readyz").code, 503);
  EXPECT_EQ(Get(server->address(), "/readyz").body, "not serving: draining\n");
  {
    absl::MutexLock lock(&mutex);
    health = absl::UnavailableError("no connection can be accepted");
  }
  EXPECT_EQ(Get(server->address(), "/healthz").code, 503);
  EXPECT_EQ(Get(server->address(), "/healthz").body, "no connection can be accepted\n");
}

TEST(AdminServerTest, TheRootListsThePages) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  const HttpResponse response = Get(server->address(), "/");
  EXPECT_EQ(response.code, 200);
  EXPECT_EQ(response.body, "/metrics /healthz /readyz\n");
}

TEST(AdminServerTest, WhatIsNotAPageIsNotFound) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  for (const char* path : {"/metric", "/metrics/", "/healthz/../../etc/passwd", "/etc/passwd", "/%2e%2e/etc/passwd"}) {
    EXPECT_EQ(Get(server->address(), path).code, 404) << path;
  }
  EXPECT_EQ(Get(server->address(), "/metrics?name=x").code, 200);
}

TEST(AdminServerTest, OnlyGetAndHeadAreAnswered) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    Connection connection(server->address());
    connection.Send(
        absl::StrCat(method, " /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    const HttpResponse response = connection.Receive();
    EXPECT_EQ(response.code, 405) << method;
    EXPECT_THAT(response.head, HasSubstr("Allow: GET, HEAD\r\n")) << method;
  }
  Connection connection(server->address());
  connection.Send("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const HttpResponse response = connection.Receive();
  EXPECT_EQ(response.code, 200);
  EXPECT_THAT(response.head, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(response.body, "");
}

TEST(AdminServerTest, WhatIsNoRequestIsRefusedOrLetGoAndTheNextIsAnswered) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  std::vector<std::unique_ptr<Connection>> connections;
  for (const std::string& request : {std::string("\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(100, '\0'),
                                     "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string(50, 'x'),
                                     "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n",
                                     "GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n"}) {
    connections.push_back(std::make_unique<Connection>(server->address()));
    connections.back()->Send(request);
    EXPECT_EQ(Get(server->address(), "/healthz").code, 200) << request.substr(0, 20);
  }
  for (const auto& connection : connections) EXPECT_NE(connection->Receive().code, 200);
}

TEST(AdminServerTest, ClientsThatSayOrTakeNothingHoldNobodyUpAndAreLetGo) {
  AdminPages pages = Pages();
  pages.metrics = [] { return std::string(10'000'000, 'x'); };  // more than the sockets take
  const auto server = StartOn("127.0.0.1:0", pages);
  Connection silent(server->address());
  Connection halting(server->address());
  halting.Send("GET /metrics HT");
  Connection owing(server->address());
  owing.Send("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  Connection full(server->address());
  full.Send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(Get(server->address(), "/healthz").code, 200);
  EXPECT_EQ(owing.Receive().code, 405);
  EXPECT_NE(halting.Receive().code, 200);
  EXPECT_EQ(silent.Receive().code, 0);
}

TEST(AdminServerTest, ManyReadAtOnce) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  std::vector<std::thread> threads;
  std::vector<int> codes(16);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    threads.emplace_back([&server, code = &codes[i]] { *code = Get(server->address(), "/metrics").code; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(codes, testing::Each(200));
}

TEST(AdminServerTest, APortInUseIsRefused) {
  const auto server = StartOn("127.0.0.1:0", Pages());
  const absl::Status status = StartStatus(server->address());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "cannot listen on " + server->address() + ": in use, or not this machine's");
  EXPECT_EQ(Get(server->address(), "/healthz").code, 200);
}

TEST(AdminServerTest, AnAddressOfThisMachineOnlyIsTaken) {
  EXPECT_EQ(StartStatus("192.0.2.1:0").code(), absl::StatusCode::kUnavailable);
  const auto server = StartOn("127.0.0.1:0", Pages());
  EXPECT_THAT(server->address(), StartsWith("127.0.0.1:"));
  EXPECT_NE(server->address(), "127.0.0.1:0");
}

TEST(AdminServerTest, WhatIsNoAddressIsRefused) {
  for (const char* address :
       {"", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:80s", "127.0.0.1:+80",
        "127.0.0.1:0,127.0.0.1:0", "x:80", "localhost:0", "[::1:80", "unix:/run/a", "127.0.0.1:-1"}) {
    const absl::Status status = StartStatus(address);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_THAT(std::string(status.message()), HasSubstr("is no address to listen on")) << address;
  }
}

TEST(AdminServerTest, DestructionClosesConnectionsAndFreesThePort) {
  auto server = StartOn("127.0.0.1:0", Pages());
  const std::string address = server->address();
  Connection silent(address);
  EXPECT_EQ(Get(address, "/healthz").code, 200);
  server = nullptr;
  EXPECT_EQ(silent.Receive().code, 0);
  EXPECT_EQ(Get(StartOn(address, Pages())->address(), "/healthz").code, 200);
}

}  // namespace
}  // namespace hotline::server
