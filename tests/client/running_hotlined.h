#ifndef HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_
#define HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace hotline::tests {

// The server as a program, on a port of its own.
class RunningHotlined {
 public:
  RunningHotlined() { Start("127.0.0.1:0"); }

  const std::string& address() const { return address_; }

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
    process_ = std::make_unique<Process>(std::vector<std::string>{HOTLINED, "--listen=" + address});
    const std::optional<std::string> line = process_->WaitForLine(announcement);
    ASSERT_TRUE(line) << process_->standard_error();
    address_ = line->substr(line->find(announcement) + announcement.size());
  }

  std::unique_ptr<Process> process_;
  std::string address_;
};

}  // namespace hotline::tests

#endif  // HOTLINE_TESTS_CLIENT_RUNNING_HOTLINED_H_
