#ifndef HOTLINE_SERVER_RPC_ACCEPTOR_H_
#define HOTLINE_SERVER_RPC_ACCEPTOR_H_

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/rpc/metrics.h"
#include "server/rpc/peer_counts.h"

namespace hotline::server {

// Whether only this machine can connect to an address that is listened on: a unix socket, or one of the loopback.
bool IsLoopback(absl::string_view address);

struct ConnectionLimits {
  // How many connections may be open at once; one more is closed as soon as it is accepted.
  std::size_t most = 10'000;
  // How many of them from one IP address. Those over unix sockets are of one peer.
  std::size_t most_per_peer = 10'000;
  // How long a client may acknowledge nothing, or take nothing, of what was sent to it before the kernel ends the
  // connection (TCP_USER_TIMEOUT). gRPC ends no call while the kernel has bytes of it to send, and does not even ping.
  absl::Duration longest_unacknowledged = absl::Seconds(20);
};

// A descriptor, closed with its owner. -1: none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  int Release();
  void Close();

 private:
  int fd_;
};

// Listens and accepts connections, which it hands to gRPC.
//
// Why not gRPC itself: its listener in Debian 12 (1.51, CVE-2023-4785) never accepts again after the process ran out of
// descriptors once, cannot limit connections, and does not say how many there are. Here one that finds no descriptor
// is closed, and accepting goes on.
//
// Threads: any may call. It has one of its own, which never waits for a client.
class Acceptor {
 public:
  // Listens on every address, HOST:PORT or unix:PATH, of which each may stand for several (localhost: IPv4 and IPv6).
  // What connects waits until Start(). INVALID_ARGUMENT for an address that is none of the forms; UNAVAILABLE where one
  // is in use or not this machine's. The message names it. `metrics`, which may be null, outlive it.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::vector<std::string>& addresses,
                                                          const ConnectionLimits& limits, Metrics* metrics);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // As they were given, with the ports that were chosen.
  const std::vector<std::string>& addresses() const { return addresses_; }

  // Accepts from now on. `take` becomes the owner of each connection's descriptor; it is called on the thread.
  void Start(std::function<void(int fd)> take);
  // Stops listening: what tries to connect is refused from here on. What was handed on stays. Not while another thread
  // is in a call to this.
  void Stop();

  // Makes a connection to where it listens first, and returns it, or none.
  FileDescriptor ConnectToSelf() const;

  // How many connections are open that were handed on.
  std::size_t open() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Listener {
    FileDescriptor socket;
    std::string unix_path;  // empty for TCP
  };
  // One that was handed on. Whoever has it now closes it without a word: it is open as long as its descriptor is of the
  // same socket.
  struct Connection {
    ino_t socket;
    std::string peer;
  };

  Acceptor(const ConnectionLimits& limits, Metrics* metrics);
  absl::Status ListenOn(const std::string& address);
  absl::Status ListenOnPath(const std::string& address);
  absl::Status ListenOnHost(const std::string& address);
  void Run();
  // False where the process has no descriptor left.
  bool AcceptAll(int listener);
  void SetOptions(int fd) const;
  void RefuseForDescriptors(int listener);
  void CountRefused(Metrics::ConnectionRefusal why);
  // Notes it. False where there is no room for it.
  bool Admit(int fd, std::string peer) ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(int fd) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetClosedForRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ConnectionLimits limits_;
  Metrics* const metrics_;
  std::vector<std::string> addresses_;
  std::vector<Listener> listeners_;
  FileDescriptor stop_event_;
  // Given up for a moment to accept, and so to close, a connection when there is no other descriptor.
  FileDescriptor reserve_;
  bool told_of_descriptors_ = false;
  std::function<void(int)> take_;

  absl::Mutex mutex_;
  absl::flat_hash_map<int, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  PeerCounts by_peer_ ABSL_GUARDED_BY(mutex_);
  absl::Duration looked_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // steady
  std::thread thread_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_ACCEPTOR_H_
