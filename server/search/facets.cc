#include "server/search/facets.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/types/span.h"
#include "server/corpus/historical_date.h"

namespace hotline::server {
namespace {

constexpr std::size_t kMostValues = 1'000;

using Counts = std::vector<std::pair<std::string, std::int32_t>>;

v1::Facet MakeFacet(const char* property, Counts counts) {
  v1::Facet facet;
  facet.set_property(property);
  facet.set_value_count(static_cast<std::int32_t>(counts.size()));
  const std::size_t listed = std::min(counts.size(), kMostValues);
  std::partial_sort(
      counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(listed), counts.end(),
      [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
  for (std::size_t i = 0; i < listed; ++i) {
    v1::FacetCount* count = facet.add_counts();
    count->set_value(std::move(counts[i].first));
    count->set_count(counts[i].second);
  }
  return facet;
}

// `name` gives the value with a number.
template <typename Name>
Counts Named(absl::Span<const std::int32_t> by_number, Name name) {
  Counts counts;
  for (std::size_t number = 0; number < by_number.size(); ++number) {
    if (by_number[number] > 0) counts.emplace_back(name(number), by_number[number]);
  }
  return counts;
}

}  // namespace

FacetCounter::FacetCounter(const Corpus& corpus, absl::TimeZone zone)
    : corpus_(corpus),
      zone_(zone),
      authors_(corpus.columns().participant_names().size()),
      recipients_(corpus.columns().participant_names().size()),
      sources_(corpus.columns().source_names().size()),
      kinds_(v1::DocumentKind_ARRAYSIZE),
      publicities_(v1::Publicity_ARRAYSIZE) {}

void FacetCounter::Count(std::size_t document, const DateMatch& match) {
  const Columns& columns = corpus_.columns();
  for (const std::uint32_t author : columns.authors(document)) ++authors_[author];
  for (const std::uint32_t recipient : columns.recipients(document)) ++recipients_[recipient];
  if (const v1::DocumentKind kind = columns.kind(document); kind != v1::DOCUMENT_KIND_UNSPECIFIED) {
    ++kinds_[static_cast<std::size_t>(kind)];
  }
  if (const v1::Publicity publicity = columns.publicity(document); publicity != v1::PUBLICITY_UNSPECIFIED) {
    ++publicities_[static_cast<std::size_t>(publicity)];
  }
  const absl::Span<const DatedBy> dates = columns.dates(document);
  for (std::size_t i = 0; i < dates.size(); ++i) {
    const bool again =
        absl::c_any_of(dates.subspan(0, i), [&](const DatedBy& each) { return each.source == dates[i].source; });
    if (!again) ++sources_[dates[i].source];
  }
  if (match.date != nullptr) CountDay(match.date->middle());
}

void FacetCounter::CountDay(absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, zone_);
  if (day_count_ == nullptr || day != day_) {
    day_ = day;
    day_count_ = &days_[day];
  }
  ++*day_count_;
}

std::vector<v1::Facet> FacetCounter::Facets() const {
  const Columns& columns = corpus_.columns();
  const auto participant = [&columns](std::size_t number) { return *columns.participant_names()[number]; };
  Counts days;
  for (const auto& [day, count] : days_) days.emplace_back(FormatDay(day), count);
  return {
      MakeFacet("author", Named(authors_, participant)),
      MakeFacet("recipient", Named(recipients_, participant)),
      MakeFacet(
          "kind",
          Named(kinds_, [](std::size_t kind) { return v1::DocumentKind_Name(static_cast<v1::DocumentKind>(kind)); })),
      MakeFacet("publicity",
                Named(publicities_,
                      [](std::size_t publicity) { return v1::Publicity_Name(static_cast<v1::Publicity>(publicity)); })),
      MakeFacet("day", std::move(days)),
      MakeFacet("source", Named(sources_, [&columns](std::size_t number) { return *columns.source_names()[number]; }))};
}

}  // namespace hotline::server
