#ifndef HOTLINE_CLIENT_CLI_PLAYER_SCREEN_H_
#define HOTLINE_CLIENT_CLI_PLAYER_SCREEN_H_

#include <termios.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/player/player_renderer.h"
#include "client/cli/terminal.h"
#include "client/cli/text_layout.h"

namespace hotline::cli {

// The escape sequences that turn what a terminal shows into another frame. Lines that stay are not sent again.
class FrameWriter {
 public:
  // Empty where nothing changes. Of `frame`, what goes beyond `size` is left out.
  std::string Update(const Block& frame, ScreenSize size);

  // What the terminal shows is not known any more: the next update begins with a blank screen.
  void Forget() { known_ = false; }

 private:
  bool known_ = false;
  ScreenSize size_;
  std::vector<std::string> shown_;  // one a row
};

// The terminal at standard input and output, taken over for a full-screen program: its other screen, no cursor, keys as
// they are typed and not echoed. Signals that keys make (Ctrl-C, Ctrl-Z) stay.
//
// Threads: one.
class Screen {
 public:
  // `output` must outlive it. Does not take the terminal over yet.
  explicit Screen(Output& output) : output_(output) {}
  // Gives it back.
  ~Screen() { Release(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Takes the terminal over; nothing happens but a new frame where that was done before. FAILED_PRECONDITION where it
  // is none any more.
  absl::Status Take();

  // Leaves it as it was before Take(). What was typed and not read is dropped.
  void Release();

  // As the terminal has it now; 24 by 80 where it does not know. At least 1 by 1.
  static ScreenSize Size();

  // Shows the frame. An error of the output is for its owner to look for.
  void Show(const Block& frame, ScreenSize size);

 private:
  Output& output_;
  FrameWriter writer_;
  bool taken_ = false;
  termios before_{};  // while taken
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_SCREEN_H_
