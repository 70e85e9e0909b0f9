#ifndef HOTLINE_SERVER_SEARCH_SEARCH_H_
#define HOTLINE_SERVER_SEARCH_SEARCH_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/filter.h"
#include "server/search/query.h"
#include "server/search/search_index.h"

namespace hotline::server {

// Everything that a query finds.
struct SearchResult {
  std::vector<Hit> hits;  // the best first, equals in the order of Corpus::documents()
  std::vector<v1::Facet> facets;
};

// Finds the documents that match the query and the filter, both made for the corpus of the searcher's index. Nullopt
// where `stop`, which is asked now and then, was true.
//
// The cost is that of FTS5's own: a score for each document that matches the query.
std::optional<SearchResult> Search(const Query& query, const Filter& filter, const Corpus& corpus,
                                   const Searcher& searcher, absl::FunctionRef<bool()> stop);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_SEARCH_H_
