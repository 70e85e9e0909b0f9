#ifndef HOTLINE_SERVER_TIMELINE_TIMELINE_H_
#define HOTLINE_SERVER_TIMELINE_TIMELINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
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

// How many bytes of blocks several timelines may keep together.
//
// Threads: any.
struct BlockBudget {
  explicit BlockBudget(std::size_t most_bytes = std::size_t{1} << 30) : most(most_bytes) {}

  const std::size_t most;
  std::atomic<std::size_t> kept{0};
};

// The immutable, totally ordered list of items for one corpus revision and one selection, shared by all its playbacks.
// The last item is its end.
//
// What costs time and memory, the items as the wire has them, is made in blocks when a playback first comes to them,
// once for all playbacks, so that a timeline of a million items starts at once. What is kept of that is bounded by a
// budget: beyond it the oldest blocks are let go, and a playback that comes to one makes it again.
//
// Threads: any number at once.
class Timeline {
 public:
  enum class Kind : std::uint8_t { kDayStarted, kEvent, kEnd };

  static constexpr char kEndKey[] = "end";

  struct Entry {
    absl::Time time;
    Kind kind;
    std::uint32_t subject;  // what it is about, in the reckoning of the Contents
  };

  // What the entries stand for. Called from any thread.
  class Contents {
   public:
    virtual ~Contents() = default;
    // What identifies the item in any revision: "day/1962-10-27", an event's name, kEndKey.
    virtual std::string Key(const Entry& entry) const = 0;
    // Everything of the item but ordinal and time, which the timeline sets.
    virtual v1::TimelineItem Item(const Entry& entry) const = 0;
    // When the event with this key happens, whether or not a timeline has it; nullopt for what is no known event.
    virtual std::optional<absl::Time> TimeOfEvent(absl::string_view key) const = 0;
  };

  // Neighbouring items as the wire has them in the field `items` of a response: tags and lengths are there, so that the
  // bytes can be appended to any serialised response.
  struct Block {
    std::size_t first;              // ordinal of the first
    std::string bytes;              // of all, one behind the other
    std::vector<std::size_t> ends;  // where each ends in `bytes`

    bool Holds(std::size_t ordinal) const { return ordinal >= first && ordinal - first < ends.size(); }
    // The bytes of the items from `from` up to, not including, `to`; all of this block.
    absl::string_view Bytes(std::size_t from, std::size_t to) const;
  };

  // `entries` are in order: times do not fall, none is before the origin's start, and the last and no other is the end.
  Timeline(TimelineOrigin origin, std::vector<Entry> entries, std::unique_ptr<const Contents> contents,
           std::shared_ptr<BlockBudget> budget = std::make_shared<BlockBudget>());
  ~Timeline();

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
  std::string key(std::size_t ordinal) const { return contents_->Key(entries_[ordinal]); }

  // The history between an item and the one before it, or the start.
  absl::Duration GapBefore(std::size_t ordinal) const;

  // Ordinal of the first item at or after `time`; size() where there is none.
  std::size_t FirstAtOrAfter(absl::Time time) const;
  // Ordinal of the first item after `time`; size() where there is none.
  std::size_t FirstAfter(absl::Time time) const;
  // Ordinal of the item with this key at this time; size() where there is none.
  std::size_t Find(absl::string_view key, absl::Time time) const;
  // Ordinal of the event with this key; size() where there is none.
  std::size_t FindEvent(absl::string_view key) const;

  // The block that holds the item. Made now where no playback has come to it lately.
  std::shared_ptr<const Block> BlockOf(std::size_t ordinal) const;

 private:
  std::shared_ptr<const Block> MakeBlock(std::size_t first) const;

  const TimelineOrigin origin_;
  const std::vector<Entry> entries_;
  const std::unique_ptr<const Contents> contents_;
  const std::size_t event_count_;
  const std::shared_ptr<BlockBudget> budget_;

  // Not absl::Mutex: the thread sanitizer does not see into the packaged Abseil.
  mutable std::mutex mutex_;
  // By ordinal of the first item. Guarded by mutex_, like what follows.
  mutable absl::flat_hash_map<std::size_t, std::shared_ptr<const Block>> blocks_;
  mutable std::deque<std::size_t> oldest_blocks_;  // in the order in which they were made
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_TIMELINE_TIMELINE_H_
