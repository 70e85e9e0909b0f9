#ifndef HOTLINE_SERVER_CORPUS_COMPARISON_H_
#define HOTLINE_SERVER_CORPUS_COMPARISON_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// How the claims of two sources about one document stand to each other.
struct ClaimPair {
  v1::ComparisonOutcome outcome = v1::COMPARISON_OUTCOME_NEITHER;
  // Indices into `Document.dates` of the two claims that are compared; -1 where that source makes none.
  int first = -1;
  int second = -1;
};

// Compares two sources of a corpus.
//
// Threads: const, so any number at once. Lifetime: the corpus outlives it.
class SourceComparison {
 public:
  // INVALID_ARGUMENT for `first_source` or `second_source` where it is no source of the corpus, or both are the same.
  static absl::StatusOr<SourceComparison> Make(absl::string_view first_source, absl::string_view second_source,
                                               const Corpus& corpus);

  // Of the document with this index in Corpus::documents(). Where a source makes several claims, the two that come
  // closest to each other; of equals the most trusted.
  ClaimPair Compare(std::size_t document) const;

  // What the comparison has to say about a document, in full.
  v1::DateComparison Describe(std::size_t document, const ClaimPair& pair) const;

 private:
  SourceComparison(const Corpus& corpus, std::uint32_t first, std::uint32_t second)
      : corpus_(&corpus), first_(first), second_(second) {}

  const Corpus* corpus_;
  std::uint32_t first_;
  std::uint32_t second_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_COMPARISON_H_
