#ifndef HOTLINE_SERVER_CORPUS_REFERENCE_INDEX_H_
#define HOTLINE_SERVER_CORPUS_REFERENCE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "hotline/v1/document.pb.h"

namespace hotline::server {

// Letters and digits only, in lower case: how references are compared. Letters beyond ASCII are kept as they are.
std::string NormalisedReference(absl::string_view text);

// Which documents something may be called by: ids, printed numbers, identifiers and their aliases. It takes 8 bytes a
// reference.
//
// Threads: const, so any number at once.
class ReferenceIndex {
 public:
  ReferenceIndex() = default;
  explicit ReferenceIndex(absl::Span<const v1::Document> documents);

  // Adds the index of every document that is called so, and perhaps of a few that are not: hashes are compared, not the
  // references themselves. `normalised` is what NormalisedReference() gives; ids have no "documents/".
  void Find(absl::string_view normalised, std::vector<std::size_t>* documents) const;

 private:
  std::vector<std::uint64_t> entries_;  // a hash in the upper 32 bits, a document's index in the lower; ascending
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_REFERENCE_INDEX_H_
