#include "server/timeline/selection.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
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

// A mask says by itself how much is wanted.
v1::TimelineView ViewOf(const v1::TimelineSelection& request) {
  if (request.view() != v1::TIMELINE_VIEW_UNSPECIFIED) return request.view();
  return request.read_mask().paths().empty() ? v1::TIMELINE_VIEW_BASIC : v1::TIMELINE_VIEW_FULL;
}

absl::Status ReadView(const v1::TimelineSelection& request, absl::string_view field, Selection* selection) {
  if (!v1::TimelineView_IsValid(request.view())) {
    return InvalidField(absl::StrCat(field, ".view"),
                        absl::StrCat(request.view(), " is no view; allowed are 1 (BASIC) and 2 (FULL)"));
  }
  const std::string mask_path = absl::StrCat(field, ".read_mask");
  absl::StatusOr<ReadMask> mask = ReadMask::Make(request.read_mask(), mask_path);
  if (!mask.ok()) return mask.status();
  if (request.view() == v1::TIMELINE_VIEW_BASIC && !request.read_mask().paths().empty()) {
    return InvalidField(mask_path,
                        "view BASIC says already which fields; allowed is a mask with view FULL or without one");
  }
  selection->view = ViewOf(request);
  selection->read_mask = *std::move(mask);
  return absl::OkStatus();
}

// The events of a selection, as indices into Corpus::events(), in that order.
std::vector<std::uint32_t> SelectEvents(const Selection& selection, const Corpus& corpus) {
  const auto before = [](const EventRef& event, absl::Time time) { return event.time < time; };
  const auto events = corpus.events();
  const auto first = std::lower_bound(events.begin(), events.end(), selection.start, before);
  const auto behind = std::lower_bound(first, events.end(), selection.end, before);
  std::vector<std::uint32_t> selected;
  for (auto event = first; event != behind; ++event) {
    if (!selection.event_types.empty() && !selection.event_types.contains(event->event->type())) continue;
    if (!selection.audience.empty() && !IsKnownTo(*event->event, selection.audience)) continue;
    if (!selection.filter->Match(event->document).has_value()) continue;
    selected.push_back(static_cast<std::uint32_t>(event - events.begin()));
  }
  return selected;
}

// What the entries of a corpus's timeline stand for: the subject of a marker is the number of its day, counted from the
// first, and that of an event its index in Corpus::events().
class CorpusContents final : public Timeline::Contents {
 public:
  CorpusContents(std::shared_ptr<const Corpus> corpus, const Selection& selection,
                 std::vector<std::int32_t> events_on_day)
      : corpus_(std::move(corpus)),
        first_day_(selection.first_day),
        view_(selection.view),
        read_mask_(selection.read_mask),
        events_on_day_(std::move(events_on_day)) {}

  std::string Key(const Timeline::Entry& entry) const override {
    switch (entry.kind) {
      case Timeline::Kind::kDayStarted:
        return absl::StrCat("day/", FormatDay(first_day_ + entry.subject));
      case Timeline::Kind::kEvent:
        return corpus_->events()[entry.subject].event->name();
      case Timeline::Kind::kEnd:
        break;
    }
    return Timeline::kEndKey;
  }

  v1::TimelineItem Item(const Timeline::Entry& entry) const override {
    v1::TimelineItem item;
    switch (entry.kind) {
      case Timeline::Kind::kDayStarted:
        item.mutable_day_started()->set_day(FormatDay(first_day_ + entry.subject));
        item.mutable_day_started()->set_event_count(events_on_day_[entry.subject]);
        break;
      case Timeline::Kind::kEvent:
        Describe(corpus_->events()[entry.subject], item.mutable_event());
        break;
      case Timeline::Kind::kEnd:
        item.mutable_end_of_timeline();
        break;
    }
    return item;
  }

  std::optional<absl::Time> TimeOfEvent(absl::string_view key) const override {
    const EventRef* event = corpus_->FindEvent(key);
    return event == nullptr ? std::nullopt : std::optional(event->time);
  }

 private:
  void Describe(const EventRef& event, v1::TimelineEvent* content) const {
    const v1::Document& document = corpus_->documents()[event.document];
    *content->mutable_event() = *event.event;
    if (view_ == v1::TIMELINE_VIEW_FULL) {
      read_mask_.Copy(document, content->mutable_document());
      return;
    }
    v1::Document* basic = content->mutable_document();
    basic->set_name(document.name());
    basic->set_kind(document.kind());
    basic->set_title(document.title());
    *basic->mutable_authors() = document.authors();
    *basic->mutable_recipients() = document.recipients();
  }

  const std::shared_ptr<const Corpus> corpus_;
  const absl::CivilDay first_day_;
  const v1::TimelineView view_;
  const ReadMask read_mask_;
  const std::vector<std::int32_t> events_on_day_;
};

}  // namespace

std::uint64_t FingerprintOf(const v1::TimelineSelection& request) {
  v1::TimelineSelection canonical = request;
  Canonicalise(canonical.mutable_filter());
  auto* types = canonical.mutable_event_types();
  std::sort(types->begin(), types->end());
  types->erase(std::unique(types->begin(), types->end()), types->end());
  canonical.set_view(ViewOf(request));
  Canonicalise(canonical.mutable_read_mask());
  if (canonical.read_mask().paths().empty()) canonical.clear_read_mask();
  canonical.DiscardUnknownFields();
  // No map is in it, so the bytes are the same everywhere.
  return Fingerprint(canonical.SerializeAsString());
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
  if (absl::Status status = ReadView(request, field, &selection); !status.ok()) return status;
  selection.fingerprint = FingerprintOf(request);

  absl::StatusOr<Filter> filter = Filter::Make(request.filter(), corpus, absl::StrCat(field, ".filter"));
  if (!filter.ok()) return filter.status();
  selection.filter = *std::move(filter);
  selection.audience = request.audience();
  selection.event_types.insert(request.event_types().begin(), request.event_types().end());
  return selection;
}

std::vector<v1::Day> CountDays(const Selection& selection, const Corpus& corpus) {
  struct Count {
    int events = 0;
    std::set<std::size_t> documents;
  };
  std::map<absl::CivilDay, Count> counts;
  for (const std::uint32_t index : SelectEvents(selection, corpus)) {
    const EventRef& event = corpus.events()[index];
    Count& count = counts[DayOf(event, selection.zone)];
    ++count.events;
    count.documents.insert(event.document);
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

std::shared_ptr<const Timeline> BuildTimeline(const Selection& selection, std::shared_ptr<const Corpus> corpus,
                                              std::shared_ptr<BlockBudget> budget) {
  const std::vector<std::uint32_t> events = SelectEvents(selection, *corpus);
  const auto days = static_cast<std::size_t>(selection.last_day - selection.first_day + 1);
  std::vector<Timeline::Entry> entries;
  std::vector<std::int32_t> events_on_day;
  entries.reserve(days + events.size() + 1);
  events_on_day.reserve(days);
  auto event = events.begin();
  for (absl::CivilDay day = selection.first_day; day <= selection.last_day; ++day) {
    entries.push_back({StartOfDay(day, selection.zone), Timeline::Kind::kDayStarted,
                       static_cast<std::uint32_t>(events_on_day.size())});
    const absl::Time day_end = StartOfDay(day + 1, selection.zone);
    const auto first = event;
    for (; event != events.end() && corpus->events()[*event].time < day_end; ++event) {
      entries.push_back({corpus->events()[*event].time, Timeline::Kind::kEvent, *event});
    }
    events_on_day.push_back(static_cast<std::int32_t>(event - first));
  }
  entries.push_back({selection.end, Timeline::Kind::kEnd, 0});
  TimelineOrigin origin = {corpus->revision(),  selection.fingerprint, selection.time_zone,
                           selection.first_day, selection.last_day,    selection.start};
  auto contents = std::make_unique<const CorpusContents>(std::move(corpus), selection, std::move(events_on_day));
  return std::make_shared<const Timeline>(std::move(origin), std::move(entries), std::move(contents),
                                          std::move(budget));
}

}  // namespace hotline::server
