#ifndef HOTLINE_SERVER_SEARCH_FACETS_H_
#define HOTLINE_SERVER_SEARCH_FACETS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/corpus/filter.h"

namespace hotline::server {

// Counts a result by the properties of its documents.
//
// Lifetime: the corpus outlives it.
class FacetCounter {
 public:
  // Days are those of `zone`.
  FacetCounter(const Corpus& corpus, absl::TimeZone zone);

  // Counts the document with this index in Corpus::documents(), with what the filter said of it. Cheapest in the order
  // of documents(), since then a day is that of the document before.
  void Count(std::size_t document, const DateMatch& match);

  // As `SearchDocumentsResponse.facets` has them.
  std::vector<v1::Facet> Facets() const;

 private:
  void CountDay(absl::Time time);

  const Corpus& corpus_;
  const absl::TimeZone zone_;
  // Counts by the numbers that Columns has for participants and sources, and by enum values.
  std::vector<std::int32_t> authors_;
  std::vector<std::int32_t> recipients_;
  std::vector<std::int32_t> sources_;
  std::vector<std::int32_t> kinds_;
  std::vector<std::int32_t> publicities_;
  absl::flat_hash_map<absl::CivilDay, std::int32_t> days_;
  // The day that was counted last, and its count, which stays where it is until another day is counted.
  absl::CivilDay day_;
  std::int32_t* day_count_ = nullptr;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_FACETS_H_
