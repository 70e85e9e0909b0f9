#ifndef HOTLINE_SERVER_TIMELINE_SELECTION_H_
#define HOTLINE_SERVER_TIMELINE_SELECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/corpus/filter.h"
#include "server/corpus/read_mask.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// A `v1::TimelineSelection` that was checked against a corpus.
struct Selection {
  std::string time_zone;
  absl::TimeZone zone;
  absl::CivilDay first_day;
  absl::CivilDay last_day;  // inclusive
  absl::Time start;         // of the first day
  absl::Time end;           // of the last day
  v1::TimelineView view;
  ReadMask read_mask;  // of FULL; all fields otherwise
  std::uint64_t fingerprint;
  std::string audience;                  // empty: everything
  std::optional<Filter> filter;          // always set; its corpus outlives the selection
  absl::flat_hash_set<int> event_types;  // empty: all
};

// INVALID_ARGUMENT for a bad field; `field` is the path of the selection in its request. Its cost does not depend on
// the size of the corpus.
absl::StatusOr<Selection> ReadSelection(const v1::TimelineSelection& request, const Corpus& corpus,
                                        absl::string_view field);

// A hash of what a selection asks for, whatever the corpus: the same for requests that differ only in the order of
// lists. A position carries it, so that it is not used with another selection.
std::uint64_t FingerprintOf(const v1::TimelineSelection& request);

// The timeline of a selection: a marker at the start of every day, the events, and the end at the end of the last day.
// Equal times stand in that order, and events in the corpus's.
std::shared_ptr<const Timeline> BuildTimeline(const Selection& selection, std::shared_ptr<const Corpus> corpus,
                                              std::shared_ptr<BlockBudget> budget = std::make_shared<BlockBudget>());

// Every day of a selection with its counts.
std::vector<v1::Day> CountDays(const Selection& selection, const Corpus& corpus);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_SELECTION_H_
