#include "client/cli/player/key_parser.h"

#include <cstddef>
#include <optional>

namespace hotline::cli {
namespace {

constexpr char kEscapeByte = '\x1b';
constexpr std::size_t kMostParameters = 16;

std::optional<Key> KeyOfByte(char byte) {
  switch (byte) {
    case ' ':
      return Key::kPlayOrPause;
    case '.':
      return Key::kStep;
    case '+':
    case '=':  // the same key without shift
      return Key::kFaster;
    case '-':
      return Key::kSlower;
    case 'q':
    case 'Q':
      return Key::kQuit;
    case '\x04':
      return Key::kNoMoreKeys;
    case '\x0c':
      return Key::kRedraw;
    default:
      return std::nullopt;
  }
}

// By the last byte of a sequence; what modifiers were held does not matter.
std::optional<Key> KeyOfSequence(char last, std::string_view parameters) {
  switch (last) {
    case 'A':
      return Key::kDayOn;
    case 'B':
      return Key::kDayBack;
    case 'C':
      return Key::kHourOn;
    case 'D':
      return Key::kHourBack;
    case 'H':
      return Key::kBeginning;
    case 'F':
      return Key::kEnd;
    case '~': {
      const std::string_view number = parameters.substr(0, parameters.find(';'));
      if (number == "1" || number == "7") return Key::kBeginning;
      if (number == "4" || number == "8") return Key::kEnd;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::vector<Key> KeyParser::Parse(std::string_view bytes) {
  std::vector<Key> keys;
  for (const char byte : bytes) {
    std::optional<Key> key;
    if (byte == kEscapeByte) {
      state_ = State::kEscape;
    } else if (state_ == State::kGround) {
      key = KeyOfByte(byte);
    } else if (state_ == State::kEscape) {
      parameters_.clear();
      state_ = byte == '[' ? State::kControl : byte == 'O' ? State::kSingle : State::kGround;
    } else if (state_ == State::kControl && byte >= ' ' && byte < '@') {
      if (parameters_.size() < kMostParameters) parameters_ += byte;
    } else {
      key = KeyOfSequence(byte, parameters_);
      state_ = State::kGround;
    }
    if (key) keys.push_back(*key);
  }
  return keys;
}

}  // namespace hotline::cli
