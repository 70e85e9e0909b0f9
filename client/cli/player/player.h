#ifndef HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_

#include "absl/status/status.h"
#include "client/cli/commands.h"
#include "client/cli/player/signals.h"

namespace hotline::cli {

// How a player came to its end.
struct PlayerEnd {
  // OK where the user, a signal or the end of its input ended it. Otherwise the error of a call, or FAILED_PRECONDITION
  // where the terminal cannot be set up.
  absl::Status status;
  // Whether it was a signal, or the terminal went away.
  bool interrupted = false;
};

// Carries out play on a terminal: takes standard input and output over, shows the playback, obeys the keys, and leaves
// the terminal as it was, also when a signal ends it or stops it for a while. Then it prints how far it came, and tells
// from which position to go on.
//
// `signals` catches when this is called, and does not when it returns.
PlayerEnd RunPlayer(const Session& session, Signals& signals);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_
