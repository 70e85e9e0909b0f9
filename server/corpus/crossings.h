#ifndef HOTLINE_SERVER_CORPUS_CROSSINGS_H_
#define HOTLINE_SERVER_CORPUS_CROSSINGS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "hotline/v1/document.pb.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// Two documents in opposite directions, each sent before the other had arrived, by `Event.time`.
struct CrossedPair {
  const v1::Document* first;  // that was sent first
  const v1::Document* second;
  bool approximate;  // the record leaves it open
};

// The pairs of these documents of the corpus that crossed, by when the first and then the second was sent; ties in the
// order given. thread.h says what sending and arrival are.
std::vector<CrossedPair> FindCrossings(const Corpus& corpus, absl::Span<const v1::Document* const> documents);

// The audience of the document's first author; empty where the corpus does not say.
std::string AuthorsAudience(const Corpus& corpus, const v1::Document& document);

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_CROSSINGS_H_
