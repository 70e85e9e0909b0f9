#ifndef HOTLINE_CLIENT_CLI_PLAYER_SIGNALS_H_
#define HOTLINE_CLIENT_CLI_PLAYER_SIGNALS_H_

#include <optional>

namespace hotline::cli {

// The signals that concern a program which has taken a terminal over: SIGINT, SIGTERM, SIGHUP and SIGQUIT that end it,
// SIGTSTP and SIGCONT, and SIGWINCH.
//
// It catches them from the beginning. Make it before anything that starts threads: they inherit that the signals are
// blocked. So must each thread that is started later, which therefore no thread may do while it does not catch.
//
// Threads: the one that made it.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // From now on the signals do nothing but wait for Next(); or they do to the program what they do to any.
  void Catch();
  void Release();

  // Readable, as poll() has it, when a signal waits. -1 where the system had no descriptor to give.
  int fd() const { return fd_; }

  // A signal that waits; absent where none does.
  std::optional<int> Next();

  // Does what SIGTSTP does to any program: returns when it has been continued, or at once where the system lets nobody
  // stop who could not be continued.
  void Stop();

 private:
  int fd_ = -1;
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_SIGNALS_H_
