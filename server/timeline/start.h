#ifndef HOTLINE_SERVER_TIMELINE_START_H_
#define HOTLINE_SERVER_TIMELINE_START_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/timeline/pace.h"
#include "server/timeline/player.h"
#include "server/timeline/selection.h"

namespace hotline::server {

// A `v1::PlaybackStart` of which everything was checked that can be without the timeline. A StreamTimelineRequest is
// one, too: its fields have the same meaning and numbers.
struct CheckedStart {
  v1::PlaybackStart request;
  std::string field;  // the path of `request` in its RPC's request, with a dot behind it; empty for the request itself
  Selection selection;
  Pace pace;  // where it does not come from the position
  PlayerOptions options;
};

// INVALID_ARGUMENT for a bad field. `controlled`: for PlayTimeline.
absl::StatusOr<CheckedStart> CheckStart(v1::PlaybackStart request, const Corpus& corpus, absl::string_view field,
                                        bool controlled);

// The player that begins where the start says, now. Errors are those of StreamTimeline that have to do with the place:
// POSITION_..., SELECTION_MISMATCH, REVISION_NOT_HELD, EVENT_NOT_FOUND, EVENT_NOT_SELECTED, and a bad `until`.
absl::StatusOr<std::unique_ptr<Player>> MakePlayer(const CheckedStart& start, std::shared_ptr<const Timeline> timeline,
                                                   const Corpus& corpus, SteadyTime now);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_START_H_
