#ifndef HOTLINE_SERVER_TIMELINE_POSITION_H_
#define HOTLINE_SERVER_TIMELINE_POSITION_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/timeline/pace.h"
#include "server/timeline/timeline.h"
#include "server/timeline/token.pb.h"

namespace hotline::server {

// Where a playback is: all that another player needs to go on with the next item at the same clock.
struct Cursor {
  std::size_t next = 0;  // ordinal of the item to send next
  absl::Time clock;      // between the item before it and it
  Pace pace;
  bool playing = true;
};

// The position for clients; at most kMostTokenBytes.
std::string EncodePosition(const Timeline& timeline, const Cursor& cursor);

// Undoes the outer form. `field` is the field of the request. INVALID_ARGUMENT with a reason POSITION_...
absl::StatusOr<token::Position> DecodePosition(absl::string_view token, absl::string_view field);

// The place in the very timeline that the position is of. INVALID_ARGUMENT with the reason SELECTION_MISMATCH for one
// of another selection, POSITION_INCONSISTENT for one whose ordinal, previous item or clock cannot be in this timeline.
absl::StatusOr<Cursor> ResumeAt(const token::Position& position, const Timeline& timeline, absl::string_view field);

// The place in a timeline of another revision: behind the item that was sent last if it is there at its time, otherwise
// behind that time and, if it is later now, behind it. SELECTION_MISMATCH as of ResumeAt, and POSITION_INCONSISTENT for
// a clock or a pace that cannot be.
absl::StatusOr<Cursor> ContinueAt(const token::Position& position, const Timeline& timeline, absl::string_view field);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_POSITION_H_
