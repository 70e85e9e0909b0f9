#ifndef HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_
#define HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/screen.h"

namespace hotline::tests {

// A program that runs on a terminal of its own.
//
// Where the machine has no /dev/pts (a bare chroot) and the test runs as root, a file system of pseudo-terminals is
// mounted for the moment in which one is made. Where none is to be had at all, the test program aborts and says so.
class TerminalProgram {
 public:
  // Starts `argv[0]` (a path) with just this environment, on a terminal of this size.
  TerminalProgram(const std::vector<std::string>& argv, const std::vector<std::string>& environment, int rows,
                  int columns);
  // Kills the program if it still runs.
  ~TerminalProgram();
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  // What the program shows until it ends, without carriage returns.
  std::string ReadToEnd();

  // Its exit code, or 128 + the signal that ended it. Waits for the end.
  int Wait();

  // What a person sees there, as far as the calls below have read.
  const VirtualScreen& screen() const { return screen_; }
  // The same as bytes.
  const std::string& transcript() const { return transcript_; }

  // Reads until the screen is as wanted. False: it was not in time, or the program ended before.
  bool WaitUntil(const std::function<bool(const VirtualScreen&)>& wanted, absl::Duration timeout = absl::Seconds(30));
  // Reads until this text stands in a row.
  bool WaitForText(std::string_view text, absl::Duration timeout = absl::Seconds(30));
  // Reads until the program has ended, and returns what Wait() does. Absent: it still runs.
  std::optional<int> WaitForEnd(absl::Duration timeout = absl::Seconds(30));

  // Types. "\x03" is Ctrl-C.
  void Type(std::string_view bytes);

  // Makes the window this large, which the program is told by SIGWINCH.
  void Resize(int rows, int columns);

  // How the terminal is set up; also when the program has ended.
  termios Attributes() const;

  void Signal(int signal) const;

  // Takes the terminal away. Nothing can be read any more.
  void HangUp();

 private:
  enum class Got { kBytes, kNothing, kEnd };
  // Reads what there is, and waits for it until then.
  Got Read(absl::Time deadline);

  int terminal_ = -1;  // the test's end
  pid_t pid_ = 0;      // 0 once waited for
  VirtualScreen screen_;
  std::string transcript_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_
