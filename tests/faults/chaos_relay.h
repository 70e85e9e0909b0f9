#ifndef HOTLINE_TESTS_FAULTS_CHAOS_RELAY_H_
#define HOTLINE_TESTS_FAULTS_CHAOS_RELAY_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hotline::tests {

// What one connection through a ChaosRelay has to bear, in both directions.
struct Mistreatment {
  // How what has passed `after` bytes, counted over both directions, ends.
  enum class End {
    kClose,      // an orderly close
    kReset,      // TCP's RST
    kHalfClose,  // no more to the client, which may go on to speak
    kBlackhole,  // nothing passes any more, and both sides believe that the connection lives
  };
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

  absl::Duration delay = absl::ZeroDuration();  // before each piece
  std::size_t piece = 65'536;                   // the most bytes that pass at once; 1: byte by byte
  std::size_t after = kNever;
  End end = End::kClose;
};

// A TCP relay from a port of its own to another one, both on 127.0.0.1.
//
// Threads: any. Destruction closes every connection.
class ChaosRelay {
 public:
  // Asks `mistreatment` for each connection, counted from 0, in a thread of the relay.
  explicit ChaosRelay(int target_port, std::function<Mistreatment(int connection)> mistreatment = nullptr);
  ~ChaosRelay();
  ChaosRelay(const ChaosRelay&) = delete;
  ChaosRelay& operator=(const ChaosRelay&) = delete;

  std::string address() const;

  // How many connections came so far.
  int connections() const { return connections_; }

  // From now on nothing passes over the connections that there are; new ones are left alone.
  void BlackholeThoseOpen() { blackholed_below_ = connections_.load(); }

 private:
  struct Pair {
    int client;
    int server;
  };

  void Accept();
  void Relay(Pair pair, int connection, const Mistreatment& mistreatment);
  // Passes what `from` has to `to`; counts in `passed`. False: the connection has ended.
  bool PassOn(int from, int to, const Mistreatment& mistreatment, std::size_t* passed) const;

  const int target_port_;
  const std::function<Mistreatment(int)> mistreatment_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopped_ = false;
  std::atomic<int> connections_ = 0;
  std::atomic<int> blackholed_below_ = 0;
  absl::Mutex mu_;
  std::vector<std::thread> relays_ ABSL_GUARDED_BY(mu_);
  std::thread acceptor_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_FAULTS_CHAOS_RELAY_H_
