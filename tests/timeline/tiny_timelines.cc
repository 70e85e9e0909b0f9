#include "tests/timeline/tiny_timelines.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hotline::server {
namespace {

constexpr auto kDay = Timeline::Kind::kDayStarted;
constexpr auto kEvent = Timeline::Kind::kEvent;
constexpr auto kEnd = Timeline::Kind::kEnd;

// The subject of an entry is its ordinal.
class NamedContents final : public Timeline::Contents {
 public:
  explicit NamedContents(std::vector<NamedItem> items) : items_(std::move(items)) {}

  std::string Key(const Timeline::Entry& entry) const override { return items_[entry.subject].key; }

  v1::TimelineItem Item(const Timeline::Entry& entry) const override {
    v1::TimelineItem item;
    switch (entry.kind) {
      case kDay:
        item.mutable_day_started()->set_day(Key(entry));
        break;
      case kEvent:
        item.mutable_event()->mutable_event()->set_name(Key(entry));
        break;
      case kEnd:
        item.mutable_end_of_timeline();
        break;
    }
    return item;
  }

  std::optional<absl::Time> TimeOfEvent(absl::string_view key) const override {
    for (const NamedItem& item : items_) {
      if (item.kind == kEvent && item.key == key) return item.time;
    }
    return std::nullopt;
  }

 private:
  const std::vector<NamedItem> items_;
};

}  // namespace

std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items) {
  return TinyTimeline(items, absl::FromCivil(absl::CivilSecond(1962, 10, 21, 4, 0, 0), absl::UTCTimeZone()));
}

std::shared_ptr<const Timeline> MakeTimeline(TimelineOrigin origin, std::vector<NamedItem> items) {
  std::vector<Timeline::Entry> entries;
  for (const NamedItem& item : items) {
    entries.push_back({item.time, item.kind, static_cast<std::uint32_t>(entries.size())});
  }
  return std::make_shared<const Timeline>(std::move(origin), std::move(entries),
                                          std::make_unique<const NamedContents>(std::move(items)));
}

std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items, absl::Time start) {
  std::vector<NamedItem> named;
  for (const TinyItem& item : items) {
    const std::string number = absl::StrCat(named.size());
    const std::string key = item.kind == kDay ? "day/" + number : item.kind == kEvent ? "event/" + number : "end";
    named.push_back({start + item.offset, item.kind, key});
  }
  TimelineOrigin origin;
  origin.revision = "0123456789abcdef";
  origin.fingerprint = 42;
  origin.time_zone = "UTC";
  origin.start = start;
  return MakeTimeline(std::move(origin), std::move(named));
}

std::vector<NamedTimeline> NamedTimelines() {
  const absl::Duration zero = absl::ZeroDuration();
  const absl::Duration hour = absl::Hours(1);
  const absl::Duration day = absl::Hours(24);
  std::vector<NamedTimeline> all;
  all.push_back({"sparse", TinyTimeline({{zero, kDay},
                                         {hour, kEvent},
                                         {day, kDay},
                                         {2 * day, kDay},
                                         {3 * day, kDay},
                                         {4 * day, kDay},
                                         {5 * day, kDay},
                                         {5 * day + hour, kEvent},
                                         {6 * day, kEnd}})});
  all.push_back({"ties", TinyTimeline({{zero, kDay},
                                       {hour, kEvent},
                                       {hour, kEvent},
                                       {hour, kEvent},
                                       {hour, kEvent},
                                       {hour, kEvent},
                                       {hour, kEvent},
                                       {day, kDay},
                                       {day, kEvent},
                                       {2 * day, kEnd}})});
  all.push_back({"single", TinyTimeline({{zero, kDay}, {hour, kEvent}, {day, kEnd}})});
  all.push_back({"empty", TinyTimeline({{zero, kEnd}})});
  all.push_back({"crossing", TinyTimeline({{zero, kDay},
                                           {hour - absl::Seconds(1), kEvent},
                                           {hour - absl::Milliseconds(500), kEvent},
                                           {hour, kEvent},
                                           {hour + absl::Milliseconds(500), kEvent},
                                           {day, kEnd}},
                                          absl::UnixEpoch() - hour)});
  return all;
}

std::shared_ptr<const Timeline> EverySecond() {
  std::vector<TinyItem> items;
  for (int i = 0; i < 30; ++i) items.push_back({absl::Seconds(i), kEvent});
  items.push_back({absl::Seconds(30), kEnd});
  return TinyTimeline(items);
}

std::string ItemBytes(const Timeline& timeline, std::size_t first, std::size_t last) {
  std::string bytes;
  for (std::size_t ordinal = first; ordinal < last; ++ordinal) {
    const auto block = timeline.BlockOf(ordinal);
    absl::StrAppend(&bytes, block->Bytes(ordinal, ordinal + 1));
  }
  return bytes;
}

std::string ItemBytes(const Timeline& timeline) { return ItemBytes(timeline, 0, timeline.size()); }

}  // namespace hotline::server
