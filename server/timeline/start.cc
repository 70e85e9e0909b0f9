#include "server/timeline/start.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/request_fields.h"
#include "server/timeline/control.h"
#include "server/timeline/position.h"

namespace hotline::server {
namespace {

constexpr absl::Duration kShortestHeartbeat = absl::Seconds(1);
constexpr absl::Duration kLongestHeartbeat = absl::Seconds(30);

// Where a playback begins, and how.
struct Place {
  Cursor cursor;
  v1::OpenedOutcome outcome = v1::OPENED_OUTCOME_FRESH;
  bool clamped = false;
};

Place PlaceAtTime(const Timeline& timeline, absl::Time time) {
  Place place;
  place.cursor.clock = std::min(std::max(time, timeline.start()), timeline.end());
  place.clamped = place.cursor.clock != time;
  place.cursor.next = timeline.FirstAtOrAfter(place.cursor.clock);
  return place;
}

absl::StatusOr<Place> PlaceAtPosition(const CheckedStart& start, const Timeline& timeline, const Corpus& corpus) {
  const std::string field = start.field + "from_position";
  const absl::StatusOr<token::Position> position = DecodePosition(start.request.from_position(), field);
  if (!position.ok()) return position.status();
  const bool held = position->revision() == corpus.revision();
  if (!held && start.request.revision_policy() != v1::REVISION_POLICY_CONTINUE) {
    return RevisionNotHeld(position->revision(), corpus.revision());
  }
  const absl::StatusOr<Cursor> cursor =
      held ? ResumeAt(*position, timeline, field) : ContinueAt(*position, timeline, field);
  if (!cursor.ok()) return cursor.status();
  return Place{*cursor, held ? v1::OPENED_OUTCOME_RESUMED : v1::OPENED_OUTCOME_CONTINUED};
}

absl::StatusOr<Place> FindPlace(const CheckedStart& start, const Timeline& timeline, const Corpus& corpus) {
  switch (start.request.from_case()) {
    case v1::PlaybackStart::kFromTime: {
      const absl::StatusOr<absl::Time> time = ReadTimestamp(start.request.from_time(), start.field + "from_time");
      if (!time.ok()) return time.status();
      return PlaceAtTime(timeline, *time);
    }
    case v1::PlaybackStart::kFromEvent: {
      const absl::StatusOr<absl::Time> time = TimeOfEvent(start.request.from_event(), timeline, corpus);
      if (!time.ok()) return time.status();
      return PlaceAtTime(timeline, *time);
    }
    case v1::PlaybackStart::kFromPosition:
      return PlaceAtPosition(start, timeline, corpus);
    case v1::PlaybackStart::FROM_NOT_SET:
      break;
  }
  return PlaceAtTime(timeline, timeline.start());
}

absl::Status ReadUntil(const CheckedStart& start, const Timeline& timeline, PlayerOptions* options) {
  if (!start.request.has_until()) return absl::OkStatus();
  const std::string field = start.field + "until";
  const absl::StatusOr<absl::Time> until = ReadTimestamp(start.request.until(), field);
  if (!until.ok()) return until.status();
  if (*until < timeline.start()) {
    return InvalidField(field,
                        absl::StrCat(absl::FormatTime(*until, absl::UTCTimeZone()), " is before the timeline's start, ",
                                     absl::FormatTime(timeline.start(), absl::UTCTimeZone())));
  }
  options->until = *until;
  return absl::OkStatus();
}

absl::Status ReadOptions(const v1::PlaybackStart& request, const std::string& field, PlayerOptions* options) {
  if (request.has_heartbeat_interval()) {
    const std::string path = field + "heartbeat_interval";
    const absl::StatusOr<absl::Duration> interval = ReadDuration(request.heartbeat_interval(), path);
    if (!interval.ok()) return interval.status();
    if (*interval < kShortestHeartbeat || *interval > kLongestHeartbeat) {
      return InvalidField(path,
                          absl::StrCat(absl::FormatDuration(*interval), " is out of range; allowed are 1s to 30s"));
    }
    options->heartbeat_interval = *interval;
  }
  if (!v1::LagPolicy_IsValid(request.lag_policy())) {
    return InvalidField(field + "lag_policy", absl::StrCat(request.lag_policy(),
                                                           " is no policy; allowed are 1 (HOLD_CLOCK) and 2 "
                                                           "(CATCH_UP)"));
  }
  options->hold_clock = request.lag_policy() != v1::LAG_POLICY_CATCH_UP;
  if (!v1::RevisionPolicy_IsValid(request.revision_policy())) {
    return InvalidField(
        field + "revision_policy",
        absl::StrCat(request.revision_policy(), " is no policy; allowed are 1 (EXACT) and 2 (CONTINUE)"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedStart> CheckStart(v1::PlaybackStart request, const Corpus& corpus, absl::string_view field,
                                        bool controlled) {
  CheckedStart start;
  start.field = std::string(field);
  absl::StatusOr<Selection> selection = ReadSelection(request.selection(), corpus, start.field + "selection");
  if (!selection.ok()) return selection.status();
  start.selection = *std::move(selection);
  if (absl::Status status = ReadOptions(request, start.field, &start.options); !status.ok()) return status;
  start.options.controlled = controlled;
  const absl::StatusOr<Pace> pace = ReadPace(request.pace(), start.field + "pace");
  if (!pace.ok()) return pace.status();
  start.pace = *pace;
  start.request = std::move(request);
  return start;
}

absl::StatusOr<std::unique_ptr<Player>> MakePlayer(const CheckedStart& start, std::shared_ptr<const Timeline> timeline,
                                                   const Corpus& corpus, SteadyTime now) {
  absl::StatusOr<Place> place = FindPlace(start, *timeline, corpus);
  if (!place.ok()) return place.status();
  PlayerOptions options = start.options;
  if (absl::Status status = ReadUntil(start, *timeline, &options); !status.ok()) return status;
  options.outcome = place->outcome;
  options.clamped = place->clamped;
  if (start.request.has_pace() || place->outcome == v1::OPENED_OUTCOME_FRESH) place->cursor.pace = start.pace;
  if (!options.controlled) {
    place->cursor.playing = true;  // nobody could set a paused one going
  } else if (start.request.has_start_paused()) {
    place->cursor.playing = !start.request.start_paused();
  }
  return std::make_unique<Player>(std::move(timeline), place->cursor, options, now);
}

}  // namespace hotline::server
