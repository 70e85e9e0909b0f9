#include "client/cli/player/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hotline::cli {
namespace {

// The other screen, cursor off, and no wrapping at the right margin, so that a frame that is drawn for a larger window
// than there is now does not run over.
constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l\x1b[?7l";
// Blank first, for terminals that have no other screen.
constexpr char kLeave[] = "\x1b[0m\x1b[H\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr char kBlankScreen[] = "\x1b[0m\x1b[2J";
constexpr char kEraseToMargin[] = "\x1b[K";

int SetAttributes(const termios& attributes) {
  int result = 0;
  // A program in the background is stopped here until it is in the foreground.
  do result = tcsetattr(STDIN_FILENO, TCSANOW, &attributes);
  while (result != 0 && errno == EINTR);
  return result;
}

}  // namespace

std::string FrameWriter::Update(const Block& frame, ScreenSize size) {
  std::string bytes;
  const auto rows = static_cast<std::size_t>(size.rows);
  if (!known_ || size_.rows != size.rows || size_.columns != size.columns) {
    bytes = kBlankScreen;
    shown_.assign(rows, "");
    size_ = size;
    known_ = true;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    std::string text = row < frame.size() ? Line(frame[row]).CutTo(size.columns).text() : "";
    if (text == shown_[row]) continue;
    // The row is erased first: behind a full one the cursor stays on the last character, which would be erased too.
    absl::StrAppend(&bytes, "\x1b[", row + 1, ";1H", kEraseToMargin, text);
    shown_[row] = std::move(text);
  }
  return bytes;
}

absl::Status Screen::Take() {
  if (!taken_ && tcgetattr(STDIN_FILENO, &before_) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot read the terminal's settings: ", std::strerror(errno)));
  }
  termios mine = before_;
  mine.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | ECHONL | IEXTEN));
  mine.c_iflag &= static_cast<tcflag_t>(~(IXON | ICRNL | INLCR | IGNCR));
  mine.c_cc[VMIN] = 1;
  mine.c_cc[VTIME] = 0;
  if (SetAttributes(mine) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot set up the terminal: ", std::strerror(errno)));
  }
  taken_ = true;
  output_.Write(kEnter);
  writer_.Forget();
  return absl::OkStatus();
}

void Screen::Release() {
  if (!taken_) return;
  taken_ = false;
  output_.Write(kLeave);
  tcflush(STDIN_FILENO, TCIFLUSH);
  SetAttributes(before_);
}

ScreenSize Screen::Size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

void Screen::Show(const Block& frame, ScreenSize size) {
  const std::string bytes = writer_.Update(frame, size);
  if (!bytes.empty()) output_.Write(bytes);
}

}  // namespace hotline::cli
