#ifndef HOTLINE_TESTS_SUPPORT_PROCESS_H_
#define HOTLINE_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace hotline::tests {

// One run of a program, with its output gathered line by line. Standard input is empty.
//
// Threads: any. Destruction kills the program with SIGKILL if it still runs, and waits for it.
class Process {
 public:
  // Starts `argv[0]` (a path, not looked up in PATH). `environment` is added to that of the test, as "NAME=value". A
  // program that cannot be started aborts the test.
  explicit Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Waits until a line with `text` in it came on standard output or error, earlier ones included, and returns the first
  // such line without its newline. Absent: it did not come in time, or the program closed both outputs before.
  std::optional<std::string> WaitForLine(const std::string& text, absl::Duration timeout = absl::Seconds(20));

  pid_t pid() const { return pid_; }

  // Sends a signal; nothing happens where the program was waited for already.
  void Signal(int signal);

  // Waits until the program has ended and all its output was read. Returns its exit code, or 128 + the signal that
  // ended it. Absent: it still runs.
  std::optional<int> Wait(absl::Duration timeout = absl::Seconds(20));

  // All output so far.
  std::string standard_output() const;
  std::string standard_error() const;

 private:
  struct Output {
    std::string text;
    bool closed = false;
  };

  void Gather(int fd, Output* output);

  pid_t pid_ = 0;
  std::thread output_reader_;
  std::thread error_reader_;
  std::thread waiter_;

  mutable absl::Mutex mu_;
  Output output_ ABSL_GUARDED_BY(mu_);
  Output error_ ABSL_GUARDED_BY(mu_);
  std::optional<int> exit_code_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_SUPPORT_PROCESS_H_
