#include "server/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hotline::server {
namespace {

using ::testing::HasSubstr;

// Keeps what an acceptor hands on.
class Taken {
 public:
  void Take(int fd) {
    const std::lock_guard<std::mutex> lock(mutex_);
    fds_.emplace_back(fd);
  }
  bool Await(std::size_t count) {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (absl::Now() < deadline) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (fds_.size() >= count) return true;
      }
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }
  void CloseOne() {
    const std::lock_guard<std::mutex> lock(mutex_);
    fds_.pop_back();
  }

 private:
  std::mutex mutex_;
  std::vector<FileDescriptor> fds_;
};

int PortOf(const Acceptor& acceptor) {
  const std::string& address = acceptor.addresses().front();
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) << address;
  return port;
}

// A connection from `host`, one of the loopback's many addresses.
FileDescriptor ConnectFrom(const char* host, int port) {
  FileDescriptor fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in from = {};
  from.sin_family = AF_INET;
  inet_pton(AF_INET, host, &from.sin_addr);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from), 0);
  sockaddr_in to = from;
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fd.Close();
  return fd;
}

// Whether the other side closes it, and does so soon.
bool IsClosed(const FileDescriptor& fd) {
  pollfd end = {fd.get(), POLLIN, 0};
  char byte;
  return poll(&end, 1, 10'000) == 1 && read(fd.get(), &byte, 1) <= 0;
}

class AcceptorTest : public ::testing::Test {
 protected:
  void Start(const ConnectionLimits& limits) {
    acceptor_ = Acceptor::Listen({"127.0.0.1:0"}, limits, nullptr).value();
    acceptor_->Start([this](int fd) { taken_.Take(fd); });
  }
  FileDescriptor Connect(const char* from = "127.0.0.1") { return ConnectFrom(from, PortOf(*acceptor_)); }

  Taken taken_;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, HandsOnWhatConnectsAndCountsWhatIsOpen) {
  Start({});
  const FileDescriptor first = Connect();
  const FileDescriptor second = Connect();
  ASSERT_TRUE(taken_.Await(2));
  EXPECT_EQ(acceptor_->open(), 2u);
  taken_.CloseOne();
  EXPECT_EQ(acceptor_->open(), 1u);
}

TEST_F(AcceptorTest, OneMoreThanMayBeIsClosedAndThereIsRoomAgainWhenOneLeaves) {
  Start({/*most=*/1, /*most_per_peer=*/10});
  const FileDescriptor first = Connect();
  ASSERT_TRUE(taken_.Await(1));
  EXPECT_TRUE(IsClosed(Connect()));
  taken_.CloseOne();
  // A look at what was closed is taken now and then, so the first that tries may still be refused.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  std::vector<FileDescriptor> tried;
  do {
    tried.push_back(Connect());
    absl::SleepFor(absl::Milliseconds(10));
  } while (acceptor_->open() == 0 && absl::Now() < deadline);
  EXPECT_EQ(acceptor_->open(), 1u);
}

TEST_F(AcceptorTest, OneAddressMayNotTakeAllConnections) {
  Start({/*most=*/10, /*most_per_peer=*/1});
  const FileDescriptor first = Connect("127.0.0.2");
  ASSERT_TRUE(taken_.Await(1));
  EXPECT_TRUE(IsClosed(Connect("127.0.0.2")));
  const FileDescriptor other = Connect("127.0.0.3");
  EXPECT_TRUE(taken_.Await(2));
}

TEST_F(AcceptorTest, ConnectsToItselfAndIsRefusedOnceItHasStopped) {
  Start({});
  EXPECT_GE(acceptor_->ConnectToSelf().get(), 0);
  ASSERT_TRUE(taken_.Await(1));
  const int port = PortOf(*acceptor_);
  acceptor_->Stop();
  EXPECT_LT(ConnectFrom("127.0.0.1", port).get(), 0);
}

TEST(AcceptorListenTest, WhatConnectsBeforeItStartsWaits) {
  Taken taken;
  const auto acceptor = Acceptor::Listen({"127.0.0.1:0"}, {}, nullptr).value();
  const FileDescriptor early = ConnectFrom("127.0.0.1", PortOf(*acceptor));
  ASSERT_GE(early.get(), 0);
  acceptor->Start([&](int fd) { taken.Take(fd); });
  EXPECT_TRUE(taken.Await(1));
}

TEST(AcceptorListenTest, ANameThatNobodyKnowsIsRefusedByName) {
  const absl::Status status = Acceptor::Listen({"no.such.host.invalid:0"}, {}, nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot listen on no.such.host.invalid:0"));
}

TEST(AcceptorListenTest, ANameMayStandForSeveralAddresses) {
  const auto acceptor = Acceptor::Listen({"localhost:0"}, {}, nullptr).value();
  EXPECT_THAT(acceptor->addresses().front(), HasSubstr("localhost:"));
  EXPECT_GT(PortOf(*acceptor), 0);
}

TEST(AcceptorListenTest, AFileThatIsNoSocketIsLeftAlone) {
  const std::string path = ::testing::TempDir() + "/hotline-acceptor-test.txt";
  FileDescriptor(creat(path.c_str(), 0600)).Close();
  EXPECT_EQ(Acceptor::Listen({"unix:" + path}, {}, nullptr).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(access(path.c_str(), F_OK), 0);
  unlink(path.c_str());
}

TEST(IsLoopbackTest, IsWhatOnlyThisMachineReaches) {
  for (const char* address : {"127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1", "unix:/run/hotline.sock"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "hotline.example:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace hotline::server
