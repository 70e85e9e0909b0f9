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

// Carries out play line by line. CANCELLED where `interrupts` ended it. When it ends early it tells from which position
// to go on.
absl::Status Play(const Session& session, InterruptWatch& interrupts);

// Whether a playback that ended so may be taken up again where it was. Not where the server refused to, on purpose.
bool MayGoOn(const absl::Status& status);

// Tells with which flag to go on behind this position; nothing where it is empty.
void TellPosition(const Session& session, const std::string& position);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_COMMANDS_H_
