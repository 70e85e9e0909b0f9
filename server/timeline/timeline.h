#ifndef HOTLINE_SERVER_TIMELINE_TIMELINE_H_
#define HOTLINE_SERVER_TIMELINE_TIMELINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "hotline/v1/timeline.pb.h"

namespace hotline::server {

// What a timeline was made from, and spans.
struct TimelineOrigin {
  std::string revision;           // of the corpus
  std::uint64_t fingerprint = 0;  // of the selection, as FingerprintOf() gives it
  std::string time_zone;          // IANA
  absl::CivilDay first_day;
  absl::CivilDay last_day;  // inclusive
  absl::Time start;         // start of first_day
};

// The immutable, totally ordered list of items for one corpus revision and one selection, shared by all its playbacks.
// The last item is its end. Items are serialised once, here.
//
// Threads: const, so any number at once.
class Timeline {
 public:
  enum class Kind : std::uint8_t { kDayStarted, kEvent, kEnd };

  struct Item {
    absl::Time time;
    Kind kind;
    // What identifies the item in any revision: "day/1962-10-27", an event's name, "end".
    std::string key;
    // Without ordinal and time, which the timeline sets.
    v1::TimelineItem content;
  };

  // `items` are in order: times do not fall, none is before the origin's start, and the last and no other is the end.
  Timeline(TimelineOrigin origin, std::vector<Item> items);

  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  const TimelineOrigin& origin() const { return origin_; }
  absl::Time start() const { return origin_.start; }
  absl::Time end() const { return entries_.back().time; }

  // How many items there are; ordinals are 0 to size() - 1. At least 1.
  std::size_t size() const { return entries_.size(); }
  std::size_t event_count() const { return event_count_; }

  absl::Time time(std::size_t ordinal) const { return entries_[ordinal].time; }
  Kind kind(std::size_t ordinal) const { return entries_[ordinal].kind; }
  absl::string_view key(std::size_t ordinal) const;

  // The history between an item and the one before it, or the start.
  absl::Duration GapBefore(std::size_t ordinal) const;

  // Ordinal of the first item at or after `time`; size() where there is none.
  std::size_t FirstAtOrAfter(absl::Time time) const;
  // Ordinal of the first item after `time`; size() where there is none.
  std::size_t FirstAfter(absl::Time time) const;
  // Ordinal of the item with this key; size() where there is none. Linear in size().
  std::size_t FindKey(absl::string_view key) const;

  // The items from `first` up to, not including, `last` as the wire has them in the field `items` of a response: tags
  // and lengths are there, so that the bytes can be appended to any serialised response. Lives as long as the timeline.
  absl::string_view Bytes(std::size_t first, std::size_t last) const;

 private:
  struct Entry {
    absl::Time time;
    std::size_t bytes_end;  // in bytes_; the item begins where the one before it ends
    std::size_t key_end;    // in keys_, likewise
    Kind kind;
  };

  TimelineOrigin origin_;
  std::vector<Entry> entries_;
  std::string bytes_;
  std::string keys_;
  std::size_t event_count_ = 0;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TIMELINE_H_
