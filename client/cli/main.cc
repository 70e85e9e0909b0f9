// hotline, the command line client: reads the command line, calls the server, prints.

#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include "client/cli/command_line.h"
#include "client/cli/commands.h"
#include "client/cli/failure.h"
#include "client/cli/player/player.h"
#include "client/cli/player/signals.h"
#include "client/cli/terminal.h"
#include "hotline/client.h"
#include "hotline/version.h"

namespace {

constexpr int kCannotWrite = 1;
constexpr int kInterrupted = 130;
constexpr absl::Duration kPlayerIdleTimeout = absl::Seconds(10);

void Tell(const std::string& line) { std::fprintf(stderr, "hotline: %s\n", line.c_str()); }

// The exit code of a program whose output ended so, having told what is to be told. A reader that has gone is content.
int OutputEnded(const hotline::cli::Output& output) {
  if (output.error() == 0 || output.error() == EPIPE) return 0;
  Tell(std::string("cannot write to standard output: ") + std::strerror(output.error()));
  return kCannotWrite;
}

}  // namespace

int main(int argc, char** argv) {
  using hotline::cli::Command;
  using hotline::cli::CommandLine;

  // A reader that goes away is seen as an error of the write instead.
  signal(SIGPIPE, SIG_IGN);
  hotline::cli::Output output;
  const auto parsed = hotline::cli::ParseCommandLine(argc, argv);
  if (const auto* end = std::get_if<hotline::cli::ParseEnd>(&parsed)) {
    if (end->exit_code == 0) {
      output.Write(end->text);
      return OutputEnded(output);
    }
    std::fputs(end->text.c_str(), stderr);
    return end->exit_code;
  }
  const CommandLine& line = std::get<CommandLine>(parsed);
  const bool play = line.command == Command::kPlay;

  // What gRPC logs is in the message of the error, too; unless the user wants more.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  const hotline::cli::Surroundings surroundings = hotline::cli::LookAround();
  // Without a clock there is nothing to control.
  const bool player = play && !line.json && !line.playback.pace().unpaced() && IsInteractive(surroundings);
  std::optional<hotline::cli::InterruptWatch> interrupts;
  std::optional<hotline::cli::Signals> signals;
  if (player) {
    signals.emplace();
  } else if (play) {
    interrupts.emplace();
  }
  // gRPC draws from rand() the address with which it begins.
  std::srand(std::random_device()());

  hotline::ConnectionOptions options = line.connection;
  options.user_agent_prefix = "hotline-cli/" + std::string(hotline::kVersion);
  // Its heartbeats come every second.
  if (player) options.stream_idle_timeout = kPlayerIdleTimeout;
  const hotline::Client client(hotline::MakeConnection(line.server, options));
  const bool wide = play || line.command == Command::kThread;
  const hotline::cli::Session session = {line, client, hotline::cli::MakePage(surroundings, wide), output, Tell};

  absl::Status status;
  if (player) {
    const hotline::cli::PlayerEnd end = hotline::cli::RunPlayer(session, *signals);
    if (end.interrupted) return kInterrupted;
    status = end.status;
  } else {
    status = play ? hotline::cli::Play(session, *interrupts) : hotline::cli::Run(session);
  }
  if (output.error() != 0) return OutputEnded(output);
  if (interrupts && interrupts->interrupted()) return kInterrupted;
  if (status.ok()) return 0;
  const std::string text = line.json ? hotline::cli::ExplainAsJson(status) : hotline::cli::Explain(status, line.server);
  std::fputs(text.c_str(), stderr);
  return hotline::cli::ExitCode(status);
}
