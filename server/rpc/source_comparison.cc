#include "server/rpc/source_comparison.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "server/corpus/comparison.h"
#include "server/corpus/errors.h"
#include "server/corpus/filter.h"
#include "server/rpc/paging.h"

namespace hotline::server {
namespace {

// For each outcome whether it is listed.
using Listed = std::array<bool, v1::ComparisonOutcome_ARRAYSIZE>;

absl::StatusOr<Listed> ReadOutcomes(const google::protobuf::RepeatedField<int>& outcomes) {
  Listed listed = {};
  if (outcomes.empty()) listed.fill(true);
  for (int i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == v1::COMPARISON_OUTCOME_UNSPECIFIED || !v1::ComparisonOutcome_IsValid(outcomes[i])) {
      return InvalidField(absl::StrCat("outcomes[", i, "]"),
                          absl::StrCat(outcomes[i], " is no outcome; allowed are 1 (AGREES) to ",
                                       static_cast<int>(v1::ComparisonOutcome_MAX), " (NEITHER)"));
    }
    listed[static_cast<std::size_t>(outcomes[i])] = true;
  }
  return listed;
}

}  // namespace

absl::StatusOr<v1::CompareSourcesResponse> ComparePage(const v1::CompareSourcesRequest& request,
                                                       const Holdings& holdings) {
  absl::StatusOr<Page> page = Page::Read(request, holdings);
  if (!page.ok()) return page.status();
  const Corpus& corpus = page->corpus();
  const auto comparison = SourceComparison::Make(request.first_source(), request.second_source(), corpus);
  if (!comparison.ok()) return comparison.status();
  const absl::StatusOr<Filter> filter = Filter::Make(request.filter(), corpus, "filter");
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<Listed> listed = ReadOutcomes(request.outcomes());
  if (!listed.ok()) return listed.status();

  v1::CompareSourcesResponse response;
  response.set_time_zone(filter->time_zone());
  std::array<std::int32_t, v1::ComparisonOutcome_ARRAYSIZE> counts = {};
  std::size_t total = 0;
  bool full = false;
  for (std::size_t i = 0; i < corpus.documents().size(); ++i) {
    if (!filter->Match(i).has_value()) continue;
    const ClaimPair pair = comparison->Compare(i);
    ++counts[static_cast<std::size_t>(pair.outcome)];
    if (!(*listed)[static_cast<std::size_t>(pair.outcome)]) continue;
    if (total++ < page->offset() || full) continue;
    v1::DateComparison described = comparison->Describe(i, pair);
    full = !page->Take(described.ByteSizeLong());
    if (!full) *response.add_comparisons() = std::move(described);
  }
  for (int outcome = v1::COMPARISON_OUTCOME_AGREES; outcome < v1::ComparisonOutcome_ARRAYSIZE; ++outcome) {
    v1::OutcomeCount* count = response.add_counts();
    count->set_outcome(static_cast<v1::ComparisonOutcome>(outcome));
    count->set_count(counts[static_cast<std::size_t>(outcome)]);
  }
  page->End(total, &response);
  return response;
}

}  // namespace hotline::server
