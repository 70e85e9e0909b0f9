#include "tests/support/pseudo_terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <cerrno>
#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace hotline::tests {
namespace {

struct Ends {
  int test = -1;
  int program = -1;
};

// A pseudo-terminal of a file system that is mounted only while it is made; open ends keep it alive.
Ends FromOwnMount() {
  const TemporaryFolder folder;
  Ends ends;
  if (mount("devpts", folder.path().c_str(), "devpts", 0, "newinstance,ptmxmode=0666") != 0) return ends;
  ends.test = open((folder.path() + "/ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const int locked = 0;
  if (ends.test >= 0 && ioctl(ends.test, TIOCSPTLCK, &locked) == 0) {
    ends.program = ioctl(ends.test, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  }
  umount2(folder.path().c_str(), MNT_DETACH);
  return ends;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

TerminalProgram::TerminalProgram(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                 int rows, int columns) {
  Ends ends;
  if (openpty(&ends.test, &ends.program, nullptr, nullptr, nullptr) != 0) ends = FromOwnMount();
  if (ends.program < 0) {
    ADD_FAILURE() << "this machine has no pseudo-terminals: neither /dev/pts nor the right to mount one";
    std::abort();
  }
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  ioctl(ends.program, TIOCSWINSZ, &size);
  std::vector<std::string> words = argv;
  std::vector<std::string> variables = environment;
  const std::vector<char*> word_pointers = Pointers(words);
  const std::vector<char*> variable_pointers = Pointers(variables);
  pid_ = fork();
  if (pid_ == 0) {
    close(ends.test);
    login_tty(ends.program);
    execve(word_pointers[0], word_pointers.data(), variable_pointers.data());
    _exit(127);
  }
  close(ends.program);
  terminal_ = ends.test;
}

TerminalProgram::~TerminalProgram() {
  if (pid_ != 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
  close(terminal_);
}

std::string TerminalProgram::ReadToEnd() {
  std::string shown;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(terminal_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return shown;  // a terminal that nobody holds any more gives EIO
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] != '\r') shown += buffer[i];
    }
  }
}

int TerminalProgram::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hotline::tests
