#include "server/timeline/position.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"
#include "server/timeline/token.h"

namespace hotline::server {
namespace {

absl::Status Inconsistent(absl::string_view field, absl::string_view what) {
  return InvalidField(field, absl::StrCat("it cannot be of this timeline: ", what), "POSITION_INCONSISTENT");
}

// The pace within a position goes through the checks of a request's, so that a forged one can do no harm.
absl::StatusOr<Pace> ReadPaceOf(const token::Position& position, absl::string_view field) {
  v1::Pace request;
  if (position.has_speed()) {
    request.set_speed(position.speed());
  } else {
    request.set_unpaced(true);
  }
  if (position.has_longest_wait()) *request.mutable_longest_wait() = position.longest_wait();
  absl::StatusOr<Pace> pace = ReadPace(request, "pace");
  if (!pace.ok()) return Inconsistent(field, pace.status().message());
  return pace;
}

// What holds in the position's own revision and in another one: the cursor without its ordinal.
absl::StatusOr<Cursor> ReadCommon(const token::Position& position, const Timeline& timeline, absl::string_view field) {
  if (position.fingerprint() != timeline.origin().fingerprint) {
    return InvalidField(field, "it is of another selection; send the selection that it was made with",
                        "SELECTION_MISMATCH");
  }
  absl::StatusOr<Pace> pace = ReadPaceOf(position, field);
  if (!pace.ok()) return pace.status();
  const absl::StatusOr<absl::Time> clock = ReadTimestamp(position.clock(), "clock");
  if (!clock.ok()) return Inconsistent(field, clock.status().message());
  return Cursor{0, *clock, *pace, !position.paused()};
}

}  // namespace

std::string EncodePosition(const Timeline& timeline, const Cursor& cursor) {
  token::Position position;
  position.set_revision(timeline.origin().revision);
  position.set_fingerprint(timeline.origin().fingerprint);
  position.set_next_ordinal(static_cast<std::int64_t>(cursor.next));
  if (cursor.next > 0) {
    position.set_previous_key(timeline.key(cursor.next - 1));
    *position.mutable_previous_time() = ToTimestamp(timeline.time(cursor.next - 1));
  }
  *position.mutable_clock() = ToTimestamp(cursor.clock);
  if (cursor.pace.speed.has_value()) position.set_speed(*cursor.pace.speed);
  if (cursor.pace.longest_wait.has_value()) {
    *position.mutable_longest_wait() = ToProtoDuration(*cursor.pace.longest_wait);
  }
  position.set_paused(!cursor.playing);
  return SealToken(position);
}

absl::StatusOr<token::Position> DecodePosition(absl::string_view token, absl::string_view field) {
  token::Position position;
  if (absl::Status status = OpenToken(token, field, "POSITION", &position); !status.ok()) return status;
  return position;
}

absl::StatusOr<Cursor> ResumeAt(const token::Position& position, const Timeline& timeline, absl::string_view field) {
  absl::StatusOr<Cursor> cursor = ReadCommon(position, timeline, field);
  if (!cursor.ok()) return cursor.status();
  if (position.next_ordinal() < 0 || position.next_ordinal() > static_cast<std::int64_t>(timeline.size())) {
    return Inconsistent(field, absl::StrCat("ordinal ", position.next_ordinal(), " of ", timeline.size()));
  }
  cursor->next = static_cast<std::size_t>(position.next_ordinal());
  const std::string previous = cursor->next == 0 ? "" : timeline.key(cursor->next - 1);
  if (position.previous_key() != previous) {
    return Inconsistent(field, absl::StrCat("item ", cursor->next - 1, " is not ", Quoted(position.previous_key())));
  }
  const absl::Time not_before = cursor->next == 0 ? timeline.start() : timeline.time(cursor->next - 1);
  const absl::Time not_after = cursor->next == timeline.size() ? timeline.end() : timeline.time(cursor->next);
  if (cursor->clock < not_before || cursor->clock > not_after) {
    return Inconsistent(field, "its clock lies outside the gap before its next item");
  }
  return cursor;
}

absl::StatusOr<Cursor> ContinueAt(const token::Position& position, const Timeline& timeline, absl::string_view field) {
  absl::StatusOr<Cursor> cursor = ReadCommon(position, timeline, field);
  if (!cursor.ok()) return cursor.status();
  if (!position.previous_key().empty()) {
    const absl::StatusOr<absl::Time> former = ReadTimestamp(position.previous_time(), "previous_time");
    if (!former.ok()) return Inconsistent(field, former.status().message());
    const std::size_t in_place = timeline.Find(position.previous_key(), *former);
    if (in_place < timeline.size()) {
      cursor->next = in_place + 1;
    } else if (position.previous_key() == Timeline::kEndKey) {
      cursor->next = timeline.FirstAtOrAfter(*former);  // of what is there now, nothing was sent
    } else {
      // Where the event is now later, going on behind it leaves out what lies between, but plays nothing twice.
      const std::size_t moved = timeline.FindEvent(position.previous_key());
      cursor->next = timeline.FirstAfter(*former);
      if (moved < timeline.size()) cursor->next = std::max(cursor->next, moved + 1);
    }
  }
  const absl::Time not_before = cursor->next == 0 ? timeline.start() : timeline.time(cursor->next - 1);
  const absl::Time not_after = cursor->next == timeline.size() ? timeline.end() : timeline.time(cursor->next);
  cursor->clock = std::min(std::max(cursor->clock, not_before), not_after);
  return cursor;
}

}  // namespace hotline::server
