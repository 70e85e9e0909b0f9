#include "server/search/search.h"

#include <algorithm>

#include "server/search/facets.h"

namespace hotline::server {
namespace {

// Some milliseconds of work.
constexpr std::size_t kDocumentsBetweenLooks = 4096;

}  // namespace

std::optional<SearchResult> Search(const Query& query, const Filter& filter, const Corpus& corpus,
                                   const Searcher& searcher, absl::FunctionRef<bool()> stop) {
  SearchResult result;
  FacetCounter facets(corpus, filter.zone());
  std::size_t seen = 0;
  bool stopped = stop();
  if (stopped) return std::nullopt;
  searcher.Search(ToFts5(query), [&](const Hit& hit) {
    if (const std::optional<DateMatch> match = filter.Match(hit.document)) {
      facets.Count(hit.document, *match);
      result.hits.push_back(hit);
    }
    stopped = ++seen % kDocumentsBetweenLooks == 0 && stop();
    return !stopped;
  });
  if (stopped) return std::nullopt;
  std::sort(result.hits.begin(), result.hits.end(), [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.document < b.document;
  });
  result.facets = facets.Facets();
  return result;
}

}  // namespace hotline::server
