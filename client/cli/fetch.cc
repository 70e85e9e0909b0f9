#include "client/cli/fetch.h"

#include <cstdint>
#include <string>
#include <utility>

#include "client/cli/civil_time.h"
#include "hotline/v1/timeline_service.pb.h"

namespace hotline::cli {
namespace {

constexpr std::int64_t kMostItems = 4000;

absl::StatusOr<KnownTimeline> FetchDays(const Client& client, const v1::TimelineSelection& selection) {
  v1::ListDaysRequest request;
  *request.mutable_selection() = selection;
  const absl::StatusOr<v1::ListDaysResponse> response = client.ListDays(request);
  if (!response.ok()) return response.status();
  KnownTimeline timeline;
  timeline.revision = response->revision();
  for (const v1::Day& day : response->days()) {
    const absl::Time start = ToTime(day.start());
    if (day.event_count() > 0) timeline.eventful_days.push_back(start + (ToTime(day.end()) - start) / 2);
  }
  return timeline;
}

}  // namespace

absl::StatusOr<Vocabulary> FetchVocabulary(const Client& client) {
  const absl::StatusOr<v1::GetCorpusResponse> response = client.GetCorpus();
  if (!response.ok()) return response.status();
  return Vocabulary::Make(response->corpus());
}

absl::StatusOr<Documents> FetchDocuments(const Client& client) {
  Documents documents;
  for (absl::StatusOr<ListedDocument>& listed : client.ListDocuments()) {
    if (!listed.ok()) return listed.status();
    const std::string name = listed->document.name();
    documents.emplace(name, std::move(listed->document));
  }
  return documents;
}

absl::StatusOr<KnownTimeline> FetchTimeline(const Client& client, const v1::TimelineSelection& selection) {
  v1::StreamTimelineRequest request;
  *request.mutable_selection() = selection;
  request.mutable_pace()->set_unpaced(true);
  KnownTimeline timeline;
  for (absl::StatusOr<v1::StreamTimelineResponse>& response : client.StreamTimeline(request)) {
    if (!response.ok()) return response.status();
    if (response->opened().item_count() > kMostItems) return FetchDays(client, selection);
    timeline.revision = response->revision();
    for (v1::TimelineItem& item : *response->mutable_items()) timeline.items.push_back(std::move(item));
  }
  return timeline;
}

}  // namespace hotline::cli
