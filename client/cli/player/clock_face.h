#ifndef HOTLINE_CLIENT_CLI_PLAYER_CLOCK_FACE_H_
#define HOTLINE_CLIENT_CLI_PLAYER_CLOCK_FACE_H_

#include <string_view>

#include "client/cli/text_layout.h"

namespace hotline::cli {

// How large the figures of a clock are drawn. Each size shows the same figures of three by five dots.
enum class ClockSize {
  kSmall,  // three rows: two dots to a character, one above the other
  kLarge,  // five rows: two characters to a dot
};

// Rows of a face.
int FaceHeight(ClockSize size);

// Columns of a face that shows `time`.
int FaceWidth(std::string_view time, ClockSize size);

// `time`, of digits and colons such as "10:42", in large figures; anything else is left blank.
Block ClockFace(const Page& page, Role role, std::string_view time, ClockSize size);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_CLOCK_FACE_H_
