#ifndef HOTLINE_TESTS_SOAK_SERVER_H_
#define HOTLINE_TESTS_SOAK_SERVER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/support/process.h"

namespace hotline::soak {

// A hotlined on free ports of 127.0.0.1, whose log is read as it comes: lines of calls are counted, all others kept.
//
// Threads: any. Destruction kills it if it was not stopped.
class Server {
 public:
  // Returns when it listens. UNAVAILABLE, with what it said, where it does not within a minute.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& program,
                                                       const std::vector<std::string>& flags);
  ~Server();

  const std::string& address() const { return address_; }
  const std::string& metrics_address() const { return metrics_address_; }
  pid_t pid() const { return process_->pid(); }

  // Has it read its corpus again, and waits until it says what came of it. INTERNAL where that is not `succeeds`.
  absl::Status Reload(bool succeeds);

  // Asks it to leave with SIGTERM. INTERNAL where it does not exit with 0 within `window`.
  absl::Status Stop(absl::Duration window);

  // Lines of calls so far.
  std::int64_t calls() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The other lines so far that tell of an error, but for those of a corpus that was refused.
  std::vector<std::string> errors() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Server() = default;
  void Read(int descriptor) ABSL_LOCKS_EXCLUDED(mutex_);
  void Take(std::string line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first line from the line of number `from` on that has one of the texts.
  std::optional<std::string> Await(std::size_t from, const std::vector<std::string>& texts,
                                   absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string log() const ABSL_LOCKS_EXCLUDED(mutex_);

  std::unique_ptr<tests::Process> process_;
  std::thread reader_;
  std::string address_;
  std::string metrics_address_;

  mutable absl::Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // the log
};

}  // namespace hotline::soak

#endif  // HOTLINE_TESTS_SOAK_SERVER_H_
