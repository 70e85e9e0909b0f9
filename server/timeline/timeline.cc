#include "server/timeline/timeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

// A response with this one item, serialised, is the item with its tag and length.
std::string Framed(v1::TimelineItem item) {
  v1::StreamTimelineResponse frame;
  *frame.add_items() = std::move(item);
  return frame.SerializeAsString();
}

}  // namespace

Timeline::Timeline(TimelineOrigin origin, std::vector<Item> items) : origin_(std::move(origin)) {
  entries_.reserve(items.size());
  for (Item& item : items) {
    item.content.set_ordinal(static_cast<std::int64_t>(entries_.size()));
    *item.content.mutable_time() = ToTimestamp(item.time);
    if (item.kind == Kind::kEvent) ++event_count_;
    absl::StrAppend(&keys_, item.key);
    absl::StrAppend(&bytes_, Framed(std::move(item.content)));
    entries_.push_back({item.time, bytes_.size(), keys_.size(), item.kind});
  }
}

absl::string_view Timeline::key(std::size_t ordinal) const {
  const std::size_t begin = ordinal == 0 ? 0 : entries_[ordinal - 1].key_end;
  return absl::string_view(keys_).substr(begin, entries_[ordinal].key_end - begin);
}

absl::Duration Timeline::GapBefore(std::size_t ordinal) const {
  return entries_[ordinal].time - (ordinal == 0 ? start() : entries_[ordinal - 1].time);
}

std::size_t Timeline::FirstAtOrAfter(absl::Time time) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), time,
                                      [](const Entry& entry, absl::Time wanted) { return entry.time < wanted; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::size_t Timeline::FirstAfter(absl::Time time) const {
  const auto found = std::upper_bound(entries_.begin(), entries_.end(), time,
                                      [](absl::Time wanted, const Entry& entry) { return wanted < entry.time; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::size_t Timeline::FindKey(absl::string_view wanted) const {
  std::size_t ordinal = 0;
  while (ordinal < size() && key(ordinal) != wanted) ++ordinal;
  return ordinal;
}

absl::string_view Timeline::Bytes(std::size_t first, std::size_t last) const {
  const std::size_t begin = first == 0 ? 0 : entries_[first - 1].bytes_end;
  const std::size_t end = last == 0 ? 0 : entries_[last - 1].bytes_end;
  return absl::string_view(bytes_).substr(begin, end - begin);
}

}  // namespace hotline::server
