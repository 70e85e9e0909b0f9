#ifndef HOTLINE_TESTS_BALANCER_UNARY_LOAD_H_
#define HOTLINE_TESTS_BALANCER_UNARY_LOAD_H_

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "hotline/client.h"

namespace hotline::balancer {

// What became of all unary calls.
struct UnaryFigures {
  std::int64_t calls = 0;
  std::int64_t failed = 0;
  std::map<std::string, std::int64_t> failures;  // by their text
  std::vector<absl::Duration> durations;
};

// A stream of unary calls of every kind, from its construction until Finish().
//
// Threads: one thread uses it. Destruction finishes it.
class UnaryLoad {
 public:
  // `calls_a_second` in all, on the clients in turn, by `threads` threads. A thread whose call took too long for its
  // turn makes its next call at once.
  UnaryLoad(const std::vector<Client>& clients, int threads, int calls_a_second);
  ~UnaryLoad();
  UnaryLoad(const UnaryLoad&) = delete;
  UnaryLoad& operator=(const UnaryLoad&) = delete;

  // Waits for the calls under way, and returns what became of all.
  UnaryFigures Finish() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run(int first, absl::Duration interval, const std::vector<Client>& clients) ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::Time begun_at_;
  absl::Mutex mutex_;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  UnaryFigures figures_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace hotline::balancer

#endif  // HOTLINE_TESTS_BALANCER_UNARY_LOAD_H_
