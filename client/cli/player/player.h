#ifndef HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_

#include "absl/status/status.h"
#include "client/cli/commands.h"
#include "client/cli/player/signals.h"

namespace hotline::cli {

// Carries out play on a terminal: takes standard input and output over, shows the playback, obeys the keys, and leaves
// the terminal as it was, also when a signal ends it or stops it for a while. Then it prints how far it came, and tells
// from which position to go on.
//
// Sets `interrupted` where a signal, or a terminal that went away, ended it; then the status is OK.
//
// Errors: those of the calls, and FAILED_PRECONDITION where the terminal cannot be set up.
absl::Status RunPlayer(const Session& session, Signals& signals, bool& interrupted);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PLAYER_H_
