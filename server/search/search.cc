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
  bool stopped = stop();
  if (stopped) return std::nullopt;
  searcher.Search(ToFts5(query), [&](const Hit& hit) {
    result.hits.push_back(hit);
    stopped = result.hits.size() % kDocumentsBetweenLooks == 0 && stop();
    return !stopped;
  });
  if (stopped) return std::nullopt;
  // Apart from FTS5's own work, so that the columns, of which most are not in a cache, are fetched for several at once.
  FacetCounter facets(corpus, filter.zone());
  const auto left_out = [&](const Hit& hit) {
    const std::optional<DateMatch> match = filter.Match(hit.document);
    if (match.has_value()) facets.Count(hit.document, *match);
    return !match.has_value();
  };
  std::size_t kept = 0;
  for (const Hit& hit : result.hits) {
    if (!left_out(hit)) result.hits[kept++] = hit;
  }
  result.hits.resize(kept);
  std::sort(result.hits.begin(), result.hits.end(), [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.document < b.document;
  });
  result.facets = facets.Facets();
  return result;
}

}  // namespace hotline::server
