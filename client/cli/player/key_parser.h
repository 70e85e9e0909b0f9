#ifndef HOTLINE_CLIENT_CLI_PLAYER_KEY_PARSER_H_
#define HOTLINE_CLIENT_CLI_PLAYER_KEY_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

namespace hotline::cli {

// What a key means to the player.
enum class Key {
  kPlayOrPause,  // space
  kHourBack,     // left arrow
  kHourOn,       // right arrow
  kDayBack,      // down arrow
  kDayOn,        // up arrow
  kStep,         // .
  kFaster,       // +
  kSlower,       // -
  kBeginning,    // Home
  kEnd,          // End
  kRedraw,       // Ctrl-L
  kQuit,         // q
  kNoMoreKeys,   // Ctrl-D, as a terminal marks the end of its input
};

// Turns the bytes that a terminal sends into keys. An arrow is a sequence of several bytes, which may come in several
// reads. Keys that mean nothing here are dropped whole, so that no part of a sequence is taken for a key.
class KeyParser {
 public:
  // The keys that end in `bytes`, in order.
  std::vector<Key> Parse(std::string_view bytes);

  // Forgets a sequence that has begun: if nothing follows within a moment, it was the Escape key.
  void Reset() { state_ = State::kGround; }

 private:
  enum class State {
    kGround,
    kEscape,   // behind ESC
    kControl,  // behind ESC [, the control sequence introducer
    kSingle,   // behind ESC O, the single shift for one character
  };

  State state_ = State::kGround;
  std::string parameters_;  // of a control sequence; no longer than any that means something
};

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_KEY_PARSER_H_
