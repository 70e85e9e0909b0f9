#include "server/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/corpus/errors.h"
#include "server/timeline/scheduler.h"
#include "spdlog/spdlog.h"

namespace hotline::server {
namespace {

// Looking through all connections costs some 300 ns each; a flood of refused ones must not cost that each.
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(100);
// How many are accepted before other listeners have their turn.
constexpr int kMostInARow = 64;
constexpr int kPauseWithoutDescriptorsMs = 100;

bool IsUnix(absl::string_view address) { return absl::StartsWith(address, "unix:"); }

struct HostPort {
  std::string host;
  unsigned port = 0;
};

absl::Status InvalidAddress(absl::string_view address) {
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(address),
                   " is no address to listen on; allowed are HOST:PORT with a port of 0 to 65535, and unix:PATH of at "
                   "most ",
                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view address) {
  const std::size_t colon = address.rfind(':');
  HostPort parsed;
  if (colon == address.npos || colon == 0 || !absl::SimpleAtoi(address.substr(colon + 1), &parsed.port) ||
      parsed.port > 65'535) {
    return InvalidAddress(address);
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  parsed.host = std::string(host);
  return parsed;
}

absl::Status CannotListen(absl::string_view address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", why));
}

unsigned PortOf(int fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void SetPort(sockaddr* address, unsigned port) {
  const auto in_network_order = htons(static_cast<std::uint16_t>(port));
  if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = in_network_order;
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = in_network_order;
  }
}

// The IP address without the port, since a peer has many.
std::string PeerOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "unix";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  }
  return text;
}

// Listens on one address of the machine. No SO_REUSEPORT: a second server on the port is refused instead of taking a
// part of the connections.
absl::StatusOr<FileDescriptor> ListenOnSocket(const sockaddr* address, socklen_t size) {
  const auto failure = [](const char* call) { return absl::ErrnoToStatus(errno, call); };
  FileDescriptor fd(socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failure("socket");
  const int on = 1;
  const int off = 0;
  if (address->sa_family != AF_UNIX) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // "[::]" takes IPv4 too, as gRPC's own listener does.
  if (address->sa_family == AF_INET6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(fd.get(), address, size) != 0) return failure("bind");
  if (listen(fd.get(), SOMAXCONN) != 0) return failure("listen");
  return fd;
}

FileDescriptor Reserve() { return FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

ino_t SocketOf(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

}  // namespace

bool IsLoopback(absl::string_view address) {
  return IsUnix(address) || absl::StartsWith(address, "127.") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "[::1]:");
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() { return std::exchange(fd_, -1); }

void FileDescriptor::Close() {
  if (fd_ >= 0) close(Release());
}

Acceptor::Acceptor(const ConnectionLimits& limits, Metrics* metrics)
    : limits_(limits), metrics_(metrics), stop_event_(eventfd(0, EFD_CLOEXEC)), reserve_(Reserve()) {}

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::vector<std::string>& addresses,
                                                           const ConnectionLimits& limits, Metrics* metrics) {
  std::unique_ptr<Acceptor> acceptor(new Acceptor(limits, metrics));
  for (const std::string& address : addresses) {
    if (absl::Status status = acceptor->ListenOn(address); !status.ok()) return status;
  }
  return acceptor;
}

Acceptor::~Acceptor() { Stop(); }

absl::Status Acceptor::ListenOn(const std::string& address) {
  return IsUnix(address) ? ListenOnPath(address) : ListenOnHost(address);
}

absl::Status Acceptor::ListenOnPath(const std::string& address) {
  const std::string path = address.substr(5);
  sockaddr_un name = {};
  if (path.empty() || path.size() >= sizeof name.sun_path) return InvalidAddress(address);
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&name);
  const FileDescriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(probe.get(), generic, sizeof name) == 0) return CannotListen(address, "a server listens there");
  // A socket that nobody listens on is what a server left that was killed; nothing else is taken away.
  if (struct stat status = {}; lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) unlink(path.c_str());
  absl::StatusOr<FileDescriptor> fd = ListenOnSocket(generic, sizeof name);
  if (!fd.ok()) return CannotListen(address, fd.status().message());
  listeners_.push_back({*std::move(fd), path});
  addresses_.push_back(address);
  return absl::OkStatus();
}

absl::Status Acceptor::ListenOnHost(const std::string& address) {
  const absl::StatusOr<HostPort> wanted = ParseHostPort(address);
  if (!wanted.ok()) return wanted.status();
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  // Without a name getaddrinfo() gives the loopback's addresses, also on a machine without /etc/hosts.
  const bool is_loopback = wanted->host == "localhost";
  if (const int error =
          getaddrinfo(is_loopback ? nullptr : wanted->host.c_str(), is_loopback ? "0" : nullptr, &hints, &found);
      error != 0) {
    return CannotListen(address, gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> resolved(found, freeaddrinfo);
  unsigned port = wanted->port;
  absl::Status missing;
  const std::size_t before = listeners_.size();
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    SetPort(next->ai_addr, port);
    absl::StatusOr<FileDescriptor> fd = ListenOnSocket(next->ai_addr, next->ai_addrlen);
    if (fd.ok()) {
      port = PortOf(fd->get());
      listeners_.push_back({*std::move(fd), ""});
    } else if (absl::IsAlreadyExists(fd.status())) {  // EADDRINUSE
      return CannotListen(address, fd.status().message());
    } else {
      missing = fd.status();  // of a name that stands for IPv4 and IPv6 the machine may have one
    }
  }
  if (listeners_.size() == before) return CannotListen(address, missing.message());
  addresses_.push_back(absl::StrCat(address.substr(0, address.rfind(':')), ":", port));
  return absl::OkStatus();
}

void Acceptor::Start(std::function<void(int)> take) {
  take_ = std::move(take);
  thread_ = std::thread([this] { Run(); });
}

void Acceptor::Stop() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    if (write(stop_event_.get(), &one, sizeof one) != sizeof one) std::abort();  // an eventfd takes it always
    thread_.join();
  }
  for (const Listener& listener : listeners_) {
    if (!listener.unix_path.empty()) unlink(listener.unix_path.c_str());
  }
  listeners_.clear();
}

void Acceptor::Run() {
  std::vector<pollfd> waiting = {{stop_event_.get(), POLLIN, 0}};
  for (const Listener& listener : listeners_) waiting.push_back({listener.socket.get(), POLLIN, 0});
  for (;;) {
    poll(waiting.data(), waiting.size(), -1);
    if (waiting.front().revents != 0) return;
    bool has_descriptors = true;
    for (std::size_t i = 1; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) has_descriptors = AcceptAll(waiting[i].fd) && has_descriptors;
    }
    // Where not even the reserve helped, the listener stays ready: this keeps from asking it in a circle.
    if (!has_descriptors) poll(waiting.data(), 1, kPauseWithoutDescriptorsMs);
  }
}

bool Acceptor::AcceptAll(int listener) {
  for (int i = 0; i < kMostInARow; ++i) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof peer;
    FileDescriptor fd(accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.get() < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        RefuseForDescriptors(listener);
        return false;
      }
      continue;  // one that went away before it was accepted
    }
    if (!Admit(fd.get(), PeerOf(peer))) continue;
    SetOptions(fd.get());
    take_(fd.Release());
  }
  return true;
}

void Acceptor::SetOptions(int fd) const {
  // Both without effect on a unix socket.
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto milliseconds = static_cast<unsigned>(absl::ToInt64Milliseconds(limits_.longest_unacknowledged));
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

void Acceptor::RefuseForDescriptors(int listener) {
  reserve_.Close();
  FileDescriptor(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)).Close();
  reserve_ = Reserve();
  CountRefused(Metrics::ConnectionRefusal::kDescriptors);
  if (!std::exchange(told_of_descriptors_, true)) {
    spdlog::error("out of file descriptors: connections are refused; raise the limit or lower --max_connections");
  }
}

void Acceptor::CountRefused(Metrics::ConnectionRefusal why) {
  if (metrics_ != nullptr) metrics_->CountRefusedConnection(why);
}

bool Acceptor::Admit(int fd, std::string peer) {
  const absl::MutexLock lock(&mutex_);
  // It had this descriptor before, and is closed.
  Forget(fd);
  if (reserve_.get() < 0) reserve_ = Reserve();
  if (connections_.size() >= limits_.most || by_peer_.Of(peer) >= limits_.most_per_peer) ForgetClosedForRoom();
  if (connections_.size() >= limits_.most) {
    CountRefused(Metrics::ConnectionRefusal::kTotal);
    return false;
  }
  if (by_peer_.Of(peer) >= limits_.most_per_peer) {
    CountRefused(Metrics::ConnectionRefusal::kPeer);
    return false;
  }
  by_peer_.Add(peer);
  if (metrics_ != nullptr) metrics_->CountAcceptedConnection();
  connections_.emplace(fd, Connection{SocketOf(fd), std::move(peer)});
  return true;
}

void Acceptor::Forget(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  by_peer_.Remove(found->second.peer);
  connections_.erase(found);
}

void Acceptor::ForgetClosed() {
  std::vector<int> closed;
  for (const auto& [fd, connection] : connections_) {
    if (SocketOf(fd) != connection.socket) closed.push_back(fd);
  }
  for (const int fd : closed) Forget(fd);
  looked_at_ = SteadyNow();
}

void Acceptor::ForgetClosedForRoom() {
  if (SteadyNow() - looked_at_ >= kBetweenLooks) ForgetClosed();
}

FileDescriptor Acceptor::ConnectToSelf() const {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  getsockname(listeners_.front().socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  FileDescriptor fd(socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int result = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size);
  return result == 0 || errno == EINPROGRESS ? std::move(fd) : FileDescriptor();
}

std::size_t Acceptor::open() {
  const absl::MutexLock lock(&mutex_);
  ForgetClosed();
  return connections_.size();
}

}  // namespace hotline::server
