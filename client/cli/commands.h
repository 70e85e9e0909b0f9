#ifndef HOTLINE_CLIENT_CLI_COMMANDS_H_
#define HOTLINE_CLIENT_CLI_COMMANDS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "client/cli/command_line.h"
#include "client/cli/terminal.h"
#include "client/cli/text_layout.h"
#include "hotline/client.h"

namespace hotline::cli {

// What a command works with.
struct Session {
  const CommandLine& line;
  const Client& client;
  Page page;
  Output& output;
  // Prints one line to standard error.
  std::function<void(const std::string&)> tell;
};

// Carries out any command but play: calls, and prints what the server answered. Stops when nothing can be written any
// more, which `session.output` then says.
absl::Status Run(const Session& session);

// Carries out play. CANCELLED where `interrupts` ended it. When it ends early it tells from which position to go on.
absl::Status Play(const Session& session, InterruptWatch& interrupts);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_COMMANDS_H_
