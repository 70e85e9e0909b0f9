#include "server/timeline/timeline.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hotline/v1/timeline_service.pb.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

// Small enough that the first item of a cold timeline does not wait long, large enough that few blocks are touched.
constexpr std::size_t kBlockItems = 64;

// A response with this one item, serialised, is the item with its tag and length.
std::string Framed(v1::TimelineItem item) {
  v1::StreamTimelineResponse frame;
  *frame.add_items() = std::move(item);
  return frame.SerializeAsString();
}

std::size_t CountEvents(const std::vector<Timeline::Entry>& entries) {
  return static_cast<std::size_t>(std::count_if(entries.begin(), entries.end(), [](const Timeline::Entry& entry) {
    return entry.kind == Timeline::Kind::kEvent;
  }));
}

}  // namespace

absl::string_view Timeline::Block::Bytes(std::size_t from, std::size_t to) const {
  const std::size_t begin = from == first ? 0 : ends[from - first - 1];
  const std::size_t end = to == first ? 0 : ends[to - first - 1];
  return absl::string_view(bytes).substr(begin, end - begin);
}

Timeline::Timeline(TimelineOrigin origin, std::vector<Entry> entries, std::unique_ptr<const Contents> contents,
                   std::shared_ptr<BlockBudget> budget)
    : origin_(std::move(origin)),
      entries_(std::move(entries)),
      contents_(std::move(contents)),
      event_count_(CountEvents(entries_)),
      budget_(std::move(budget)) {}

Timeline::~Timeline() {
  for (const auto& [first, block] : blocks_) budget_->kept -= block->bytes.size();
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

std::size_t Timeline::Find(absl::string_view wanted, absl::Time time) const {
  const std::size_t behind = FirstAfter(time);
  for (std::size_t ordinal = FirstAtOrAfter(time); ordinal < behind; ++ordinal) {
    if (key(ordinal) == wanted) return ordinal;
  }
  return size();
}

std::size_t Timeline::FindEvent(absl::string_view wanted) const {
  const std::optional<absl::Time> time = contents_->TimeOfEvent(wanted);
  return time.has_value() ? Find(wanted, *time) : size();
}

std::shared_ptr<const Timeline::Block> Timeline::BlockOf(std::size_t ordinal) const {
  const std::size_t first = ordinal - ordinal % kBlockItems;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(first);
    if (found != blocks_.end()) return found->second;
  }
  // Made without the lock, so that it holds up nobody; of two made at once, the first one stays.
  std::shared_ptr<const Block> made = MakeBlock(first);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [block, is_new] = blocks_.emplace(first, made);
  if (!is_new) return block->second;
  oldest_blocks_.push_back(first);
  budget_->kept += made->bytes.size();
  while (budget_->kept > budget_->most && oldest_blocks_.size() > 1) {
    const auto oldest = blocks_.find(oldest_blocks_.front());
    budget_->kept -= oldest->second->bytes.size();
    blocks_.erase(oldest);
    oldest_blocks_.pop_front();
  }
  return made;
}

std::shared_ptr<const Timeline::Block> Timeline::MakeBlock(std::size_t first) const {
  auto block = std::make_shared<Block>();
  block->first = first;
  const std::size_t behind = std::min(first + kBlockItems, size());
  for (std::size_t ordinal = first; ordinal < behind; ++ordinal) {
    v1::TimelineItem item = contents_->Item(entries_[ordinal]);
    item.set_ordinal(static_cast<std::int64_t>(ordinal));
    *item.mutable_time() = ToTimestamp(entries_[ordinal].time);
    absl::StrAppend(&block->bytes, Framed(std::move(item)));
    block->ends.push_back(block->bytes.size());
  }
  block->bytes.shrink_to_fit();
  return block;
}

}  // namespace hotline::server
