#ifndef HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_
#define HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"

namespace hotline::tests {

// The server as a program, on a port of its own.
class RunningHotlined {
 public:
  explicit RunningHotlined(std::vector<std::string> flags = {}) : flags_(std::move(flags)) { Start("127.0.0.1:0"); }

  const std::string& address() const { return address_; }
  int port() const { return std::stoi(address_.substr(address_.rfind(':') + 1)); }
  Process& process() { return *process_; }

  // Ends it by this signal, and waits.
  void End(int signal, int expected_exit_code) {
    process_->Signal(signal);
    EXPECT_EQ(process_->Wait(), expected_exit_code) << process_->standard_error();
  }

  // Starts it again where it was.
  void Restart() { Start(address_); }

 private:
  void Start(const std::string& address) {
    const std::string announcement = "listening on ";
    std::vector<std::string> command = {HOTLINED, "--listen=" + address};
    command.insert(command.end(), flags_.begin(), flags_.end());
    process_ = std::make_unique<Process>(command);
    const std::optional<std::string> line = process_->WaitForLine(announcement);
    ASSERT_TRUE(line) << process_->standard_error();
    address_ = line->substr(line->find(announcement) + announcement.size());
  }

  const std::vector<std::string> flags_;
  std::unique_ptr<Process> process_;
  std::string address_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_
