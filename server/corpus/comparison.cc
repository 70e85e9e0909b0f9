#include "server/corpus/comparison.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/corpus/errors.h"
#include "server/corpus/historical_date.h"
#include "server/corpus/request_fields.h"

namespace hotline::server {
namespace {

absl::StatusOr<std::uint32_t> ReadSource(absl::string_view source, absl::string_view field, const Corpus& corpus) {
  if (absl::Status status = CheckName(source, "sources", field); !status.ok()) return status;
  const std::optional<std::uint32_t> number = corpus.columns().FindSource(source);
  if (number.has_value()) return *number;
  return InvalidField(field, absl::StrCat("the corpus has no ", Quoted(source), "; GetCorpus lists them"));
}

// How far two intervals are apart; zero where they meet. An instant meets an interval that it stands in, as in a
// window.
absl::Duration Gap(const DatedBy& a, const DatedBy& b) {
  const DatedBy& early = a.earliest_micros <= b.earliest_micros ? a : b;
  const DatedBy& late = &early == &a ? b : a;
  if (late.earliest_micros == early.earliest_micros || late.earliest_micros < early.latest_micros) {
    return absl::ZeroDuration();
  }
  // An exclusive end that is the other's beginning is no meeting, though nothing lies between them.
  return std::max(late.earliest() - early.latest(), absl::Microseconds(1));
}

// The civil day that a claim names in its own zone; nullopt where it names several.
std::optional<absl::CivilDay> DayOf(const v1::HistoricalDate& date) {
  const absl::StatusOr<absl::TimeZone> zone = FindZone(date.time_zone());
  if (!zone.ok()) return std::nullopt;
  const absl::CivilDay day = absl::ToCivilDay(FromTimestamp(date.earliest()), *zone);
  if (FromTimestamp(date.latest()) > StartOfDay(day + 1, *zone)) return std::nullopt;
  return day;
}

}  // namespace

absl::StatusOr<SourceComparison> SourceComparison::Make(absl::string_view first_source, absl::string_view second_source,
                                                        const Corpus& corpus) {
  const absl::StatusOr<std::uint32_t> first = ReadSource(first_source, "first_source", corpus);
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::uint32_t> second = ReadSource(second_source, "second_source", corpus);
  if (!second.ok()) return second.status();
  if (*first == *second) {
    return InvalidField("second_source",
                        absl::StrCat(Quoted(second_source), " is the first one too; compare it with another"));
  }
  return SourceComparison(corpus, *first, *second);
}

ClaimPair SourceComparison::Compare(std::size_t document) const {
  const absl::Span<const DatedBy> dates = corpus_->columns().dates(document);
  ClaimPair pair;
  absl::Duration least = absl::InfiniteDuration();
  for (std::size_t i = 0; i < dates.size(); ++i) {
    if (dates[i].source == second_ && pair.second < 0) pair.second = static_cast<int>(i);
    if (dates[i].source != first_) continue;
    if (pair.first < 0) pair.first = static_cast<int>(i);
    for (std::size_t k = 0; k < dates.size(); ++k) {
      if (dates[k].source != second_) continue;
      const absl::Duration gap = Gap(dates[i], dates[k]);
      if (gap >= least) continue;
      least = gap;
      pair.first = static_cast<int>(i);
      pair.second = static_cast<int>(k);
    }
  }
  if (pair.first >= 0 && pair.second >= 0) {
    pair.outcome = least == absl::ZeroDuration() ? v1::COMPARISON_OUTCOME_AGREES : v1::COMPARISON_OUTCOME_DIFFERS;
  } else if (pair.first >= 0) {
    pair.outcome = v1::COMPARISON_OUTCOME_ONLY_FIRST;
  } else if (pair.second >= 0) {
    pair.outcome = v1::COMPARISON_OUTCOME_ONLY_SECOND;
  }
  return pair;
}

v1::DateComparison SourceComparison::Describe(std::size_t index, const ClaimPair& pair) const {
  const v1::Document& document = corpus_->documents()[index];
  v1::DateComparison comparison;
  comparison.set_document(document.name());
  comparison.set_title(document.title());
  comparison.set_outcome(pair.outcome);
  if (pair.first >= 0) *comparison.mutable_first() = document.dates(pair.first);
  if (pair.second >= 0) *comparison.mutable_second() = document.dates(pair.second);
  if (pair.first < 0 || pair.second < 0) return comparison;
  const v1::HistoricalDate& first = comparison.first().date();
  const v1::HistoricalDate& second = comparison.second().date();
  *comparison.mutable_difference() = ToProtoDuration(Middle(second) - Middle(first));
  const std::optional<absl::CivilDay> first_day = DayOf(first);
  const std::optional<absl::CivilDay> second_day = DayOf(second);
  if (first_day.has_value() && second_day.has_value()) {
    comparison.set_day_difference(static_cast<std::int32_t>(*second_day - *first_day));
  }
  return comparison;
}

}  // namespace hotline::server
