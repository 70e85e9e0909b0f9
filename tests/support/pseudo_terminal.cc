#include "tests/support/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/time/clock.h"
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

void SetSize(int terminal, int rows, int columns) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  ioctl(terminal, TIOCSWINSZ, &size);
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

TerminalProgram::TerminalProgram(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                 int rows, int columns)
    : screen_(rows, columns) {
  Ends ends;
  if (openpty(&ends.test, &ends.program, nullptr, nullptr, nullptr) != 0) ends = FromOwnMount();
  if (ends.program < 0) {
    ADD_FAILURE() << "this machine has no pseudo-terminals: neither /dev/pts nor the right to mount one";
    std::abort();
  }
  SetSize(ends.program, rows, columns);
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
  HangUp();
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

bool TerminalProgram::WaitUntil(const std::function<bool(const VirtualScreen&)>& wanted, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!wanted(screen_)) {
    if (Read(deadline) != Got::kBytes) return false;
  }
  return true;
}

bool TerminalProgram::WaitForText(std::string_view text, absl::Duration timeout) {
  return WaitUntil([text](const VirtualScreen& screen) { return screen.RowWith(text) >= 0; }, timeout);
}

std::optional<int> TerminalProgram::WaitForEnd(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    const Got got = Read(deadline);
    if (got == Got::kNothing) return std::nullopt;
    if (got == Got::kEnd) return Wait();
  }
}

TerminalProgram::Got TerminalProgram::Read(absl::Time deadline) {
  char buffer[4096];
  for (;;) {
    const absl::Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
    pollfd source = {terminal_, POLLIN, 0};
    const int ready = poll(&source, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Got::kNothing;
    const ssize_t got = read(terminal_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Got::kEnd;
    const std::string_view bytes(buffer, static_cast<std::size_t>(got));
    transcript_ += bytes;
    screen_.Feed(bytes);
    return Got::kBytes;
  }
}

void TerminalProgram::Type(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(terminal_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    ASSERT_GT(written, 0) << "nobody reads what is typed";
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void TerminalProgram::Resize(int rows, int columns) {
  // What was drawn for the old size is on the way, perhaps; it must not be left on the new one.
  screen_.Resize(rows, columns);
  SetSize(terminal_, rows, columns);
}

termios TerminalProgram::Attributes() const {
  termios attributes{};
  EXPECT_EQ(tcgetattr(terminal_, &attributes), 0);
  return attributes;
}

void TerminalProgram::Signal(int signal) const {
  if (pid_ != 0) kill(pid_, signal);
}

void TerminalProgram::HangUp() {
  if (terminal_ >= 0) close(terminal_);
  terminal_ = -1;
}

}  // namespace hotline::tests
