#ifndef HOTLINE_SERVER_SEARCH_ARCHIVE_H_
#define HOTLINE_SERVER_SEARCH_ARCHIVE_H_

#include <memory>
#include <utility>

#include "server/corpus/corpus.h"
#include "server/search/document_responses.h"
#include "server/search/search_index.h"

namespace hotline::server {

// One revision with everything that questions to it need.
//
// Threads: const, so any number at once.
class Archive {
 public:
  // Indexes the corpus, which takes some 6 s for a million documents.
  explicit Archive(std::shared_ptr<const Corpus> corpus)
      : corpus_(std::move(corpus)), index_(*corpus_), responses_(*corpus_) {}

  const Corpus& corpus() const { return *corpus_; }
  // The same, for what may outlive the archive.
  const std::shared_ptr<const Corpus>& shared_corpus() const { return corpus_; }
  const SearchIndex& index() const { return index_; }
  const DocumentResponses& document_responses() const { return responses_; }

 private:
  const std::shared_ptr<const Corpus> corpus_;
  const SearchIndex index_;
  const DocumentResponses responses_;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_ARCHIVE_H_
