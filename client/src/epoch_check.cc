#include "client/src/epoch_check.h"

#include <algorithm>

#include "client/src/proto_time.h"

namespace hotline::internal {

void EpochCheck::BeginEpoch(std::optional<std::int64_t> first_ordinal) {
  next_ordinal_ = first_ordinal;
  clock_ = absl::InfinitePast();
}

template <typename Response>
EpochCheck::Result EpochCheck::Examine(Response* response) {
  if (response->has_opened() && response->opened().outcome() == v1::OPENED_OUTCOME_CONTINUED) BeginEpoch(std::nullopt);
  if (response->has_opened() && !next_ordinal_) next_ordinal_ = response->opened().first_ordinal();

  Result result;
  const int items_before = response->items_size();
  auto* items = response->mutable_items();
  items->erase(std::remove_if(items->begin(), items->end(),
                              [&](const v1::TimelineItem& item) {
                                const std::int64_t expected = next_ordinal_.value_or(item.ordinal());
                                if (item.ordinal() != expected) ++result.violations;
                                next_ordinal_ = std::max(expected, item.ordinal() + 1);
                                return item.ordinal() < expected;
                              }),
               items->end());
  result.repeats = items_before > 0 && items->empty();

  const absl::Time clock = ToTime(response->clock());
  if (clock < clock_) ++result.violations;
  result.progress = clock > clock_ || !items->empty();
  clock_ = std::max(clock_, clock);
  return result;
}

template EpochCheck::Result EpochCheck::Examine(v1::StreamTimelineResponse* response);
template EpochCheck::Result EpochCheck::Examine(v1::PlayTimelineResponse* response);

}  // namespace hotline::internal
