#ifndef HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_
#define HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_

#include <sys/types.h>

#include <string>
#include <vector>

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

 private:
  int terminal_ = -1;  // the test's end
  pid_t pid_ = 0;      // 0 once waited for
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_SUPPORT_PSEUDO_TERMINAL_H_
