#ifndef HOTLINE_SERVER_SEARCH_DOCUMENT_RESPONSES_H_
#define HOTLINE_SERVER_SEARCH_DOCUMENT_RESPONSES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/corpus/corpus.h"

namespace hotline::server {

// Each document of a corpus as a serialised v1::GetDocumentResponse: most are asked for whole, and to serialise one
// anew costs a fifth of the call.
//
// Threads: const, so any number at once.
class DocumentResponses {
 public:
  // What is beyond this is serialised when it is asked for.
  static constexpr std::size_t kMostBytes = 64 * 1024 * 1024;

  explicit DocumentResponses(const Corpus& corpus, std::size_t most_bytes = kMostBytes);

  // That of corpus.documents()[document]; empty for one that is beyond the bound.
  absl::string_view Find(std::size_t document) const;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;  // of each document in bytes_
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_SEARCH_DOCUMENT_RESPONSES_H_
