#include "tests/faults/chaos_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace hotline::tests {
namespace {

constexpr int kPollMilliseconds = 20;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void PassAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Closes with RST instead of FIN.
void Reset(int fd) {
  const linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

bool WaitFor(int fd, short events) {
  pollfd polled = {fd, events, 0};
  return poll(&polled, 1, kPollMilliseconds) > 0;
}

}  // namespace

ChaosRelay::ChaosRelay(int target_port, std::function<Mistreatment(int)> mistreatment)
    : target_port_(target_port),
      mistreatment_(std::move(mistreatment)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof(address);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0 || listen(listener_, 1'024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::perror("relay");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ChaosRelay::~ChaosRelay() {
  stopped_ = true;
  acceptor_.join();
  close(listener_);
  absl::MutexLock lock(&mu_);
  for (std::thread& relay : relays_) relay.join();
}

std::string ChaosRelay::address() const { return absl::StrCat("127.0.0.1:", port_); }

void ChaosRelay::Accept() {
  while (!stopped_) {
    if (!WaitFor(listener_, POLLIN)) continue;
    Pair pair = {accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in target = Loopback(target_port_);
    if (pair.client < 0 || connect(pair.server, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0) {
      close(pair.client);
      close(pair.server);
      continue;
    }
    PassAtOnce(pair.client);
    PassAtOnce(pair.server);
    const int connection = connections_++;
    const Mistreatment mistreatment = mistreatment_ == nullptr ? Mistreatment() : mistreatment_(connection);
    absl::MutexLock lock(&mu_);
    relays_.emplace_back([this, pair, connection, mistreatment] { Relay(pair, connection, mistreatment); });
  }
}

void ChaosRelay::Relay(Pair pair, int connection, const Mistreatment& mistreatment) {
  std::size_t passed = 0;
  bool alive = true;
  bool to_client = true;
  while (alive && !stopped_) {
    const bool over = passed >= mistreatment.after;
    if (connection < blackholed_below_ || (over && mistreatment.end == Mistreatment::End::kBlackhole)) {
      absl::SleepFor(absl::Milliseconds(kPollMilliseconds));
      continue;
    }
    if (over && mistreatment.end == Mistreatment::End::kHalfClose) {
      if (std::exchange(to_client, false)) shutdown(pair.client, SHUT_WR);
    } else if (over) {
      break;
    }
    std::array<pollfd, 2> polled = {{{pair.client, POLLIN, 0}, {to_client ? pair.server : -1, POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), kPollMilliseconds) <= 0) continue;
    if (polled[0].revents != 0) alive = PassOn(pair.client, pair.server, mistreatment, &passed);
    if (alive && polled[1].revents != 0) alive = PassOn(pair.server, pair.client, mistreatment, &passed);
  }
  if (passed >= mistreatment.after && mistreatment.end == Mistreatment::End::kReset) {
    Reset(pair.client);
    Reset(pair.server);
  }
  close(pair.client);
  close(pair.server);
}

bool ChaosRelay::PassOn(int from, int to, const Mistreatment& mistreatment, std::size_t* passed) const {
  std::array<char, 65'536> buffer;
  const std::size_t left = *passed < mistreatment.after ? mistreatment.after - *passed : buffer.size();
  const ssize_t count = recv(from, buffer.data(), std::min({buffer.size(), mistreatment.piece * 64, left}), 0);
  if (count <= 0) return false;
  const std::size_t end = static_cast<std::size_t>(count);
  *passed += end;
  for (std::size_t begin = 0; begin < end;) {
    if (mistreatment.delay > absl::ZeroDuration()) absl::SleepFor(mistreatment.delay);
    const ssize_t sent =
        send(to, buffer.data() + begin, std::min(mistreatment.piece, end - begin), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      begin += static_cast<std::size_t>(sent);
    } else if (stopped_ || (errno != EAGAIN && errno != EINTR)) {
      return false;
    } else {
      WaitFor(to, POLLOUT);
    }
  }
  return true;
}

}  // namespace hotline::tests
