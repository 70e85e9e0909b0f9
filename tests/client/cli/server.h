#ifndef HOTLINE_TESTS_CLIENT_CLI_SERVER_H_
#define HOTLINE_TESTS_CLIENT_CLI_SERVER_H_

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace hotline::cli {

// The server `hotlined` on an address of its own, and the client's environment that names it.
class Server {
 public:
  explicit Server(const std::string& listen = "127.0.0.1:0", const std::vector<std::string>& flags = {})
      : process_(Command(listen, flags)) {
    const std::optional<std::string> line = process_.WaitForLine("listening on ");
    if (!line) std::abort();
    address_ = line->substr(line->rfind(' ') + 1);
  }

  const std::string& address() const { return address_; }
  std::vector<std::string> environment() const { return {"HOTLINE_SERVER=" + address_}; }
  tests::Process& process() { return process_; }

 private:
  static std::vector<std::string> Command(const std::string& listen, const std::vector<std::string>& flags) {
    std::vector<std::string> command = {HOTLINED_PROGRAM, "--listen=" + listen};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }

  tests::Process process_;
  std::string address_;
};

}  // namespace hotline::cli

#endif  // HOTLINE_TESTS_CLIENT_CLI_SERVER_H_
