#ifndef HOTLINE_CLIENT_CLI_TERMINAL_H_
#define HOTLINE_CLIENT_CLI_TERMINAL_H_

#include <functional>
#include <memory>
#include <string_view>

#include "client/cli/text_layout.h"

namespace hotline::cli {

// What is known of the place where output goes and input comes from.
struct Surroundings {
  // Whether output goes to a terminal.
  bool terminal = false;
  // Columns of the terminal; 0 where it does not say.
  int columns = 0;
  // $NO_COLOR and $TERM; empty where they are not set.
  std::string_view no_color;
  std::string_view term;
  // Whether input comes from a terminal.
  bool keyboard = false;
};

// Reads them for standard output and input.
Surroundings LookAround();

// 80 columns and no colour, but on a terminal: colour, unless $NO_COLOR is set or $TERM is "dumb" or empty, and the
// terminal's own width where that is less, or, for what gains by it (`wide`), where it is more, up to 110. Never
// below 60.
Page MakePage(const Surroundings& surroundings, bool wide);

// Whether a program can fill the screen and obey keys there: both are a terminal, and not a "dumb" one or of an unknown
// kind.
bool IsInteractive(const Surroundings& surroundings);

// Standard output, unbuffered: what is written is seen at once.
class Output {
 public:
  // False where it cannot be written any more; from then on nothing is.
  bool Write(std::string_view text);

  // 0, or the errno of the write that failed. EPIPE: the reader has gone, which is no mistake of anyone's.
  int error() const { return error_; }

 private:
  int error_ = 0;
};

// Turns SIGINT and SIGTERM into a call, while it lives. Until CallOnInterrupt(), and at the second signal, they end the
// program with 130 as they come.
//
// Make it before anything that starts threads: they inherit that these signals are blocked.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  // `call` comes from another thread, once at most, and not after the watch is gone.
  void CallOnInterrupt(std::function<void()> call);

  bool interrupted() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_TERMINAL_H_
