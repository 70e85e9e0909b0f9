#ifndef HOTLINE_SERVER_RPC_LOG_WRITER_H_
#define HOTLINE_SERVER_RPC_LOG_WRITER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hotline::server {

// Writes lines to a descriptor on a thread of its own, many at a time, so that no caller ever waits for whoever reads
// them. What nobody takes away is dropped beyond a bound, and counted.
//
// Threads: any may call.
class LogWriter {
 public:
  // How much waits at most to be written.
  static constexpr std::size_t kMostPending = 4 * 1024 * 1024;
  // How long a line waits at most for others to be written together with it.
  static constexpr absl::Duration kDelay = absl::Milliseconds(100);

  // `fd` stays open as long as the writer, and is not closed by it.
  explicit LogWriter(int fd);
  // Writes what is pending, but waits no longer than a second for a reader.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  enum class Urgency {
    kCanWait,  // for others, by kDelay
    kAtOnce,
  };
  // Has `append` add a line to what is pending, with its newline. It is called with a lock held.
  void Add(Urgency urgency, absl::FunctionRef<void(std::string*)> append) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until what was added is written, or nobody took it for a second.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_);

  std::uint64_t dropped_lines() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void Run();
  void WriteOut(absl::string_view text) const;

  const int fd_;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<bool> hurry_ = false;  // give up where nobody reads
  absl::Mutex mutex_;
  std::string pending_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool at_once_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last, so that it starts when the rest is there
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_LOG_WRITER_H_
