#include "tests/support/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace hotline::tests {
namespace {

void CheckZero(int error, const std::string& what) {
  if (error == 0) return;
  std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(error));
  std::abort();
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& text : *strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::optional<std::string> FindLine(const std::string& text, bool closed, const std::string& wanted) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos && !closed) return std::nullopt;
    const std::string line = text.substr(begin, end == std::string::npos ? end : end - begin);
    if (line.find(wanted) != std::string::npos) return line;
    if (end == std::string::npos) return std::nullopt;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = argv;
  // The first of two entries with one name holds.
  std::vector<std::string> variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);

  std::array<int, 2> output_pipe;
  std::array<int, 2> error_pipe;
  CheckZero(pipe2(output_pipe.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe");
  CheckZero(pipe2(error_pipe.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output_pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error_pipe[1], STDERR_FILENO);
  CheckZero(posix_spawn(&pid_, argv.at(0).c_str(), &actions, nullptr, Pointers(&arguments).data(),
                        Pointers(&variables).data()),
            argv.at(0));
  posix_spawn_file_actions_destroy(&actions);
  close(output_pipe[1]);
  close(error_pipe[1]);

  output_reader_ = std::thread([this, fd = output_pipe[0]] { Gather(fd, &output_); });
  error_reader_ = std::thread([this, fd = error_pipe[0]] { Gather(fd, &error_); });
  waiter_ = std::thread([this] {
    // The program is reaped under the lock, so that Signal() never hits another one that got its id.
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    absl::MutexLock lock(&mu_);
    int status = 0;
    waitpid(pid_, &status, 0);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  });
}

Process::~Process() {
  Signal(SIGKILL);
  waiter_.join();
  output_reader_.join();
  error_reader_.join();
}

std::optional<std::string> Process::WaitForLine(const std::string& text, absl::Duration timeout) {
  std::optional<std::string> line;
  const auto found_or_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const Output* output : {&output_, &error_}) {
      if (!line) line = FindLine(output->text, output->closed, text);
    }
    return line.has_value() || (output_.closed && error_.closed);
  };
  absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(&found_or_over), timeout);
  return line;
}

void Process::Signal(int signal) {
  absl::MutexLock lock(&mu_);
  if (!exit_code_) kill(pid_, signal);
}

std::optional<int> Process::Wait(absl::Duration timeout) {
  const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return exit_code_.has_value() && output_.closed && error_.closed;
  };
  absl::MutexLock lock(&mu_);
  if (!mu_.AwaitWithTimeout(absl::Condition(&over), timeout)) return std::nullopt;
  return exit_code_;
}

std::string Process::standard_output() const {
  absl::MutexLock lock(&mu_);
  return output_.text;
}

std::string Process::standard_error() const {
  absl::MutexLock lock(&mu_);
  return error_.text;
}

void Process::Gather(int fd, Output* output) {
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    absl::MutexLock lock(&mu_);
    if (count <= 0) {
      output->closed = true;
      break;
    }
    output->text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(fd);
}

}  // namespace hotline::tests
