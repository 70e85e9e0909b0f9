#ifndef HOTLINE_SERVER_CORPUS_RELATION_INDEX_H_
#define HOTLINE_SERVER_CORPUS_RELATION_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace hotline::server {

class Corpus;

// Relations the other way round: which documents point to a document. Documents are known by their index in
// Corpus::documents(). It takes 8 bytes a relation.
//
// Threads: const, so any number at once.
class RelationIndex {
 public:
  struct Link {
    std::uint32_t target;
    std::uint32_t from;
  };

  RelationIndex() = default;
  // Of a corpus whose documents can be found by name. Relations to what it lacks are left out.
  explicit RelationIndex(const Corpus& corpus);

  // The links whose target is this document, in the order of the documents that they come from, each of those once.
  absl::Span<const Link> To(std::size_t document) const;

 private:
  std::vector<Link> links_;  // by target, then from
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_CORPUS_RELATION_INDEX_H_
