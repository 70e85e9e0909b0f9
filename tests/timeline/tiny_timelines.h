#ifndef HOTLINE_TESTS_TIMELINE_TINY_TIMELINES_H_
#define HOTLINE_TESTS_TIMELINE_TINY_TIMELINES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/timeline/timeline.h"

namespace hotline::server {

// A timeline without a corpus: items of these kinds at these offsets from 1962-10-21T04:00:00Z, or from `start`. Event
// keys are "event/ORDINAL". The last item must be the end.
struct TinyItem {
  absl::Duration offset;
  Timeline::Kind kind;
};
std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items);
std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items, absl::Time start);

// One of any items, in order. Keys "event/..." are events'.
struct NamedItem {
  absl::Time time;
  Timeline::Kind kind;
  std::string key;
};
std::shared_ptr<const Timeline> MakeTimeline(TimelineOrigin origin, std::vector<NamedItem> items);

struct NamedTimeline {
  std::string name;
  std::shared_ptr<const Timeline> timeline;
};

// The cases that every rule is tried on:
//   sparse    two events five days apart
//   ties      six events at one instant, and one at midnight together with the day marker
//   single    one event
//   empty     no event, and no length
//   crossing  events on both sides of 1970-01-01T00:00:00Z, half a second apart
std::vector<NamedTimeline> NamedTimelines();

// Thirty events, a second apart.
std::shared_ptr<const Timeline> EverySecond();

// The bytes of the items from `first` up to, not including, `last`, or of all.
std::string ItemBytes(const Timeline& timeline, std::size_t first, std::size_t last);
std::string ItemBytes(const Timeline& timeline);

}  // namespace hotline::server

#endif  // HOTLINE_TESTS_TIMELINE_TINY_TIMELINES_H_
