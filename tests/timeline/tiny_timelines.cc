#include "tests/timeline/tiny_timelines.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace hotline::server {
namespace {

constexpr auto kDay = Timeline::Kind::kDayStarted;
constexpr auto kEvent = Timeline::Kind::kEvent;
constexpr auto kEnd = Timeline::Kind::kEnd;

}  // namespace

std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items) {
  return TinyTimeline(items, absl::FromCivil(absl::CivilSecond(1962, 10, 21, 4, 0, 0), absl::UTCTimeZone()));
}

std::shared_ptr<const Timeline> TinyTimeline(const std::vector<TinyItem>& items, absl::Time start) {
  std::vector<Timeline::Item> made;
  for (const TinyItem& item : items) {
    Timeline::Item& each = made.emplace_back(Timeline::Item{start + item.offset, item.kind, {}, {}});
    switch (item.kind) {
      case kDay:
        each.key = absl::StrCat("day/", made.size() - 1);
        each.content.mutable_day_started()->set_day(each.key);
        break;
      case kEvent:
        each.key = absl::StrCat("event/", made.size() - 1);
        each.content.mutable_event()->mutable_event()->set_name(each.key);
        break;
      case kEnd:
        each.key = "end";
        each.content.mutable_end_of_timeline();
        break;
    }
  }
  TimelineOrigin origin;
  origin.revision = "0123456789abcdef";
  origin.fingerprint = 42;
  origin.time_zone = "UTC";
  origin.start = start;
  return std::make_shared<const Timeline>(std::move(origin), std::move(made));
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

}  // namespace hotline::server
