#include "server/search/document_responses.h"

#include "hotline/v1/archive_service.pb.h"

namespace hotline::server {

DocumentResponses::DocumentResponses(const Corpus& corpus, std::size_t most_bytes) {
  v1::GetDocumentResponse response;
  response.set_revision(corpus.revision());
  for (const v1::Document& document : corpus.documents()) {
    *response.mutable_document() = document;
    if (bytes_.size() + response.ByteSizeLong() > most_bytes) break;
    response.AppendToString(&bytes_);
    ends_.push_back(bytes_.size());
  }
  bytes_.shrink_to_fit();
}

absl::string_view DocumentResponses::Find(std::size_t document) const {
  if (document >= ends_.size()) return "";
  const std::size_t begin = document == 0 ? 0 : ends_[document - 1];
  return absl::string_view(bytes_).substr(begin, ends_[document] - begin);
}

}  // namespace hotline::server
