// What happens to a call while something else does. Meant for the address sanitizer, though what must hold is checked
// without it too: every call ends, and its place is free again.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/rpc/running_server.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

using Stream = grpc::ClientReaderWriter<v1::PlayTimelineRequest, v1::PlayTimelineResponse>;

v1::PlayTimelineRequest RandomStart(std::mt19937_64& random) {
  v1::PlayTimelineRequest request;
  v1::PlaybackStart* start = request.mutable_start();
  switch (random() % 4) {
    case 0:
      start->mutable_pace()->set_unpaced(true);
      break;
    case 1:  // timers fire all the time
      start->mutable_pace()->set_speed(5'000'000);
      break;
    case 2:
      start->set_start_paused(true);
      break;
    default:  // refused
      start->mutable_pace()->set_speed(-1);
  }
  return request;
}

v1::PlayTimelineRequest RandomControl(std::mt19937_64& random, std::int64_t id) {
  v1::PlayTimelineRequest request;
  v1::PlaybackControl* control = request.mutable_control();
  control->set_control_id(random() % 50 == 0 ? 0 : id);  // now and then a violation
  if (random() % 3 == 0) control->set_play(random() % 2 == 0);
  if (random() % 3 == 0) control->set_seek_beginning(true);
  if (random() % 5 == 0) control->set_step(2);
  if (random() % 20 == 0) control->set_stop(true);
  return request;
}

// One call: requests, reads, a half-close and a cancellation in whatever order, the cancellation perhaps from another
// thread while a read or a write is under way, or by a deadline. Returns when the call is over.
void RunCall(RunningServer& server, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1 + random() % 30));
  const std::unique_ptr<Stream> stream = server.timeline().PlayTimeline(&context);
  std::thread canceller;
  if (random() % 4 == 0) {
    const std::uint64_t spins = random() % 20'000;
    canceller = std::thread([&context, spins] {
      for (std::atomic<std::uint64_t> i = 0; i < spins; ++i) {
      }
      context.TryCancel();
    });
  }
  v1::PlayTimelineResponse response;
  bool writable = random() % 20 == 0 || stream->Write(RandomStart(random));
  for (std::int64_t id = 1; id <= 12; ++id) {
    const std::uint64_t what = random() % 10;
    if (what == 0) context.TryCancel();
    if (what == 1 && writable) {
      stream->WritesDone();
      writable = false;
    }
    if (what >= 2 && what < 6 && writable) writable = stream->Write(RandomControl(random, id));
    if (what >= 6 && !stream->Read(&response)) break;
  }
  context.TryCancel();
  while (stream->Read(&response)) {
  }
  stream->Finish();
  if (canceller.joinable()) canceller.join();
}

TEST(PlaybackRaceTest, CallsThatAreCancelledAtAnyMomentAllEndAndFreeTheirPlaces) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kCallsOfAThread = 2'500;
  PlaybackLimits limits;
  limits.most_playbacks = 50;
  RunningServer server(ShippedCorpus(), limits);
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&server, thread] {
      for (std::uint64_t i = 0; i < kCallsOfAThread; ++i) RunCall(server, thread * kCallsOfAThread + i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  // If only a few in a hundred calls had kept their place, there would be none left.
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  v1::StreamTimelineRequest unpaced;
  unpaced.mutable_pace()->set_unpaced(true);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::StreamTimelineResponse>>> readers;
  v1::StreamTimelineRequest slow;
  slow.mutable_pace()->set_speed(1);
  v1::StreamTimelineResponse message;
  while (readers.size() < limits.most_playbacks) {
    ASSERT_LT(absl::Now(), deadline) << readers.size() << " places are free";
    contexts.push_back(std::make_unique<Context>());
    auto reader = server.timeline().StreamTimeline(contexts.back().get(), slow);
    if (reader->Read(&message)) {
      readers.push_back(std::move(reader));
    } else {
      reader->Finish();
    }
  }
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& reader : readers) {
    while (reader->Read(&message)) {
    }
    reader->Finish();
  }
}

TEST(PlaybackRaceTest, AServerThatIsTakenDownUnderCallsInEveryStateLeavesNone) {
  for (std::uint64_t round = 0; round < 20; ++round) {
    auto server = std::make_unique<RunningServer>();
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> calls = 0;
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&, thread] {
        for (; !stop; ++calls) RunCall(*server, round * 1'000 + thread * 100 + calls % 100);
      });
    }
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (calls < 10 + round && absl::Now() < deadline) std::this_thread::yield();
    EXPECT_GE(calls, 10 + round);
    server->server().Drain({absl::Milliseconds(20)});  // returns when every call is done
    stop = true;
    for (std::thread& thread : threads) thread.join();
  }
}

// A proxy for one connection that, once held, goes on holding the connection to the server and reads it no more.
class Relay {
 public:
  explicit Relay(const std::string& server_address) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    socklen_t length = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    const auto server_port =
        static_cast<std::uint16_t>(std::stoi(server_address.substr(server_address.rfind(':') + 1)));
    thread_ = std::thread([this, server_port] { Run(server_port); });
  }
  ~Relay() {
    stop_ = true;
    thread_.join();
    close(listener_);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  // Returns when nothing passes any more.
  void Hold() {
    held_ = true;
    while (!holding_) std::this_thread::yield();
  }

 private:
  static sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  // Waits for a connection for as long as the relay lives.
  int Accept() {
    pollfd waiting = {listener_, POLLIN, 0};
    while (!stop_ && poll(&waiting, 1, 10) == 0) {
    }
    return stop_ ? -1 : accept(listener_, nullptr, nullptr);
  }

  void Run(std::uint16_t server_port) {
    const int client = Accept();
    if (client < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(server_port);
    EXPECT_EQ(connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    while (!stop_) {
      holding_ = held_.load();
      std::array<pollfd, 2> ends = {pollfd{holding_ ? -1 : client, POLLIN, 0},
                                    pollfd{holding_ ? -1 : server, POLLIN, 0}};
      if (poll(ends.data(), ends.size(), 10) <= 0) continue;
      if (!Pass(ends[0], server) || !Pass(ends[1], client)) held_ = true;
    }
    close(server);
    close(client);
  }

  static bool Pass(const pollfd& from, int to) {
    if (from.revents == 0) return true;
    std::array<char, 16'384> bytes;
    const ssize_t count = read(from.fd, bytes.data(), bytes.size());
    return count > 0 && send(to, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> held_ = false;
  std::atomic<bool> holding_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST(PlaybackRaceTest, AClientThatVanishesBehindAProxyIsEndedByTheLimits) {
  PlaybackLimits limits;
  limits.most_playbacks = 1;
  limits.stall = absl::Milliseconds(200);
  ConnectionLimits connections;
  connections.longest_unacknowledged = absl::Milliseconds(500);
  RunningServer server(LargeCorpus(), limits, {}, connections);
  Relay relay(server.address());
  v1::StreamTimelineRequest request;
  request.mutable_pace()->set_unpaced(true);
  v1::StreamTimelineResponse message;
  {
    const auto channel = grpc::CreateChannel(relay.address(), grpc::InsecureChannelCredentials());
    const auto stub = v1::TimelineService::NewStub(channel);
    Context context;
    const auto reader = stub->StreamTimeline(&context, request);
    ASSERT_TRUE(reader->Read(&message));
    relay.Hold();
    context.TryCancel();
    while (reader->Read(&message)) {
    }
    reader->Finish();
  }
  // The server hears nothing of that, and has only its limits: that on the playback where its window is closed, and
  // that on the connection where the relay's machine takes no more.
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  v1::StreamTimelineRequest small = request;
  small.mutable_selection()->add_event_types(v1::EVENT_TYPE_DRAFTED);
  absl::Status status = absl::UnknownError("");
  while (!(status = Play(server.timeline(), small).status).ok()) ASSERT_LT(absl::Now(), deadline) << status;
}

}  // namespace
}  // namespace hotline::server
