#include "server/timeline/selection.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/corpus/errors.h"
#include "server/corpus/filter.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

constexpr absl::civil_diff_t kMostDays = 36'600;
// The span of a corpus in which nothing happens: one day, so that a timeline has a place to begin and to end.
constexpr absl::CivilDay kEmptyCorpusDay(1970, 1, 1);

absl::CivilDay DayOf(const EventRef& event, absl::TimeZone zone) { return absl::ToCivilDay(event.time, zone); }

absl::Status ReadSpan(const v1::TimelineSelection& request, const Corpus& corpus, absl::string_view field,
                      Selection* selection) {
  const auto& events = corpus.events();
  selection->first_day = events.empty() ? kEmptyCorpusDay : DayOf(events.front(), selection->zone);
  selection->last_day = events.empty() ? kEmptyCorpusDay : DayOf(events.back(), selection->zone);
  const std::string first_path = absl::StrCat(field, ".first_day");
  const std::string last_path = absl::StrCat(field, ".last_day");
  if (!request.first_day().empty()) {
    const absl::StatusOr<absl::CivilDay> day = ReadDay(request.first_day(), first_path);
    if (!day.ok()) return day.status();
    selection->first_day = *day;
  }
  if (!request.last_day().empty()) {
    const absl::StatusOr<absl::CivilDay> day = ReadDay(request.last_day(), last_path);
    if (!day.ok()) return day.status();
    selection->last_day = *day;
  }
  const bool last_is_given = !request.last_day().empty();
  if (selection->last_day < selection->first_day) {
    return InvalidField(last_is_given ? last_path : first_path,
                        absl::StrCat("the last day, ", FormatDay(selection->last_day), ", is before the first, ",
                                     FormatDay(selection->first_day)));
  }
  if (selection->last_day - selection->first_day >= kMostDays) {
    return InvalidField(last_is_given ? last_path : first_path,
                        absl::StrCat("more than ", kMostDays, " days from ", FormatDay(selection->first_day), " to ",
                                     FormatDay(selection->last_day)));
  }
  // The zone may move an end of the span out of what a Timestamp can hold.
  selection->start = StartOfDay(selection->first_day, selection->zone);
  if (const auto held = ReadTimestamp(ToTimestamp(selection->start), first_path); !held.ok()) return held.status();
  selection->end = StartOfDay(selection->last_day + 1, selection->zone);
  return ReadTimestamp(ToTimestamp(selection->end), last_path).status();
}

absl::Status CheckAudience(absl::string_view audience, const Corpus& corpus, absl::string_view field) {
  if (audience.empty() || corpus.FindAudience(audience) != nullptr) return absl::OkStatus();
  const auto& known = corpus.summary().audiences();
  const std::string allowed = absl::StrJoin(
      known, ", ", [](std::string* out, const v1::Audience& each) { absl::StrAppend(out, "\"", each.id(), "\""); });
  return InvalidField(absl::StrCat(field, ".audience"),
                      absl::StrCat(Quoted(audience), " is no audience; ",
                                   known.empty() ? "this corpus has none" : absl::StrCat("allowed are ", allowed)));
}

absl::Status CheckEventTypes(const v1::TimelineSelection& request, absl::string_view field) {
  for (const int type : request.event_types()) {
    if (type == v1::EVENT_TYPE_UNSPECIFIED || !v1::EventType_IsValid(type)) {
      return InvalidField(
          absl::StrCat(field, ".event_types"),
          absl::StrCat(type, " is no event type; allowed are 1 (DATED) to ", v1::EventType_MAX, " (IN_FORCE)"));
    }
  }
  return absl::OkStatus();
}

Timeline::Item MakeEventItem(const EventRef& event, const Corpus& corpus, v1::TimelineView view) {
  const v1::Document& document = corpus.documents()[event.document];
  Timeline::Item item{event.time, Timeline::Kind::kEvent, event.event->name(), {}};
  v1::TimelineEvent* content = item.content.mutable_event();
  *content->mutable_event() = *event.event;
  if (view == v1::TIMELINE_VIEW_FULL) {
    *content->mutable_document() = document;
    return item;
  }
  v1::Document* basic = content->mutable_document();
  basic->set_name(document.name());
  basic->set_kind(document.kind());
  basic->set_title(document.title());
  *basic->mutable_authors() = document.authors();
  *basic->mutable_recipients() = document.recipients();
  return item;
}

template <typename List>
void SortUnique(List* list) {
  std::sort(list->begin(), list->end());
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

}  // namespace

std::uint64_t FingerprintOf(const v1::TimelineSelection& request) {
  v1::TimelineSelection canonical = request;
  v1::DocumentFilter* filter = canonical.mutable_filter();
  SortUnique(filter->mutable_authors());
  SortUnique(filter->mutable_recipients());
  SortUnique(filter->mutable_participants());
  SortUnique(filter->mutable_kinds());
  SortUnique(canonical.mutable_event_types());
  if (canonical.view() == v1::TIMELINE_VIEW_UNSPECIFIED) canonical.set_view(v1::TIMELINE_VIEW_BASIC);
  canonical.DiscardUnknownFields();
  // No map is in it, so the bytes are the same everywhere.
  std::uint64_t fingerprint = 0;
  for (const char c : absl::HexStringToBytes(Sha256Hex(canonical.SerializeAsString()).substr(0, 16))) {
    fingerprint = fingerprint << 8 | static_cast<unsigned char>(c);
  }
  return fingerprint;
}

absl::StatusOr<Selection> ReadSelection(const v1::TimelineSelection& request, const Corpus& corpus,
                                        absl::string_view field) {
  Selection selection;
  absl::StatusOr<NamedZone> zone =
      ReadZone(request.time_zone(), corpus.summary().default_time_zone(), absl::StrCat(field, ".time_zone"));
  if (!zone.ok()) return zone.status();
  selection.time_zone = std::move(zone->name);
  selection.zone = zone->zone;
  if (absl::Status status = ReadSpan(request, corpus, field, &selection); !status.ok()) return status;
  if (absl::Status status = CheckAudience(request.audience(), corpus, field); !status.ok()) return status;
  if (absl::Status status = CheckEventTypes(request, field); !status.ok()) return status;
  if (!v1::TimelineView_IsValid(request.view())) {
    return InvalidField(absl::StrCat(field, ".view"),
                        absl::StrCat(request.view(), " is no view; allowed are 1 (BASIC) and 2 (FULL)"));
  }
  selection.view = request.view() == v1::TIMELINE_VIEW_FULL ? v1::TIMELINE_VIEW_FULL : v1::TIMELINE_VIEW_BASIC;
  selection.fingerprint = FingerprintOf(request);

  const absl::StatusOr<Filter> filter = Filter::Make(request.filter(), corpus, absl::StrCat(field, ".filter"));
  if (!filter.ok()) return filter.status();
  const absl::flat_hash_set<int> types(request.event_types().begin(), request.event_types().end());
  for (const EventRef& event : corpus.events()) {
    if (event.time < selection.start || event.time >= selection.end) continue;
    if (!types.empty() && !types.contains(event.event->type())) continue;
    if (!request.audience().empty() && !IsKnownTo(*event.event, request.audience())) continue;
    if (filter->Match(corpus.documents()[event.document]).has_value()) selection.events.push_back(&event);
  }
  return selection;
}

std::vector<v1::Day> CountDays(const Selection& selection) {
  struct Count {
    int events = 0;
    std::set<std::size_t> documents;
  };
  std::map<absl::CivilDay, Count> counts;
  for (const EventRef* event : selection.events) {
    Count& count = counts[DayOf(*event, selection.zone)];
    ++count.events;
    count.documents.insert(event->document);
  }
  std::vector<v1::Day> days;
  for (absl::CivilDay day = selection.first_day; day <= selection.last_day; ++day) {
    v1::Day& proto = days.emplace_back();
    proto.set_day(FormatDay(day));
    *proto.mutable_start() = ToTimestamp(StartOfDay(day, selection.zone));
    *proto.mutable_end() = ToTimestamp(StartOfDay(day + 1, selection.zone));
    const auto count = counts.find(day);
    if (count == counts.end()) continue;
    proto.set_event_count(count->second.events);
    proto.set_document_count(static_cast<int>(count->second.documents.size()));
  }
  return days;
}

std::shared_ptr<const Timeline> BuildTimeline(const Selection& selection, const Corpus& corpus) {
  std::vector<Timeline::Item> items;
  auto event = selection.events.begin();
  for (const v1::Day& day : CountDays(selection)) {
    Timeline::Item& marker =
        items.emplace_back(Timeline::Item{FromTimestamp(day.start()), Timeline::Kind::kDayStarted, {}, {}});
    marker.key = absl::StrCat("day/", day.day());
    marker.content.mutable_day_started()->set_day(day.day());
    marker.content.mutable_day_started()->set_event_count(day.event_count());
    for (int i = 0; i < day.event_count(); ++i) items.push_back(MakeEventItem(**event++, corpus, selection.view));
  }
  Timeline::Item& end = items.emplace_back(Timeline::Item{selection.end, Timeline::Kind::kEnd, "end", {}});
  end.content.mutable_end_of_timeline();
  return std::make_shared<const Timeline>(TimelineOrigin{corpus.revision(), selection.fingerprint, selection.time_zone,
                                                         selection.first_day, selection.last_day, selection.start},
                                          std::move(items));
}

}  // namespace hotline::server
