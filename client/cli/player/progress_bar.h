#ifndef HOTLINE_CLIENT_CLI_PLAYER_PROGRESS_BAR_H_
#define HOTLINE_CLIENT_CLI_PLAYER_PROGRESS_BAR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/text_layout.h"

namespace hotline::cli {

// What a progress bar shows: a stretch of history, how far playback has come, and what lies on the way.
struct Progress {
  // Something that happens.
  struct Mark {
    absl::Time time;
    std::size_t lane = 0;  // 0 is marked above the bar, 1 below
    bool played = false;
  };

  absl::Time start;
  absl::Time end;
  absl::Time clock;
  // Days begin at midnight in this zone.
  absl::TimeZone zone;
  std::vector<Mark> marks;
};

// The rows of a bar, each as wide as the page. Times outside of the stretch are shown at its nearer end.
struct ProgressRows {
  Line days;   // dates where days begin, as many as there is room for
  Line above;  // the marks of lane 0
  Line bar;
  Line below;  // those of lane 1
};
ProgressRows RenderProgress(const Page& page, const Progress& progress);

}  // namespace hotline::cli

#endif  // HOTLINE_CLIENT_CLI_PLAYER_PROGRESS_BAR_H_
