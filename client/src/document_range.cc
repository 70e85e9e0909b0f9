#include "hotline/document_range.h"

namespace hotline {

DocumentRange::Iterator DocumentRange::begin() {
  if (!started_) {
    started_ = true;
    Advance();
  }
  return Iterator(this);
}

void DocumentRange::Advance() {
  while (next_in_page_ == page_.documents_size()) {
    if (last_page_) return current_.reset();
    absl::StatusOr<v1::ListDocumentsResponse> page = fetch_(request_);
    // An error is the last element: nothing is left behind it.
    last_page_ = !page.ok() || page->next_page_token().empty();
    next_in_page_ = 0;
    if (!page.ok()) {
      page_.Clear();
      current_ = page.status();
      return;
    }
    page_ = *std::move(page);
    request_.set_page_token(page_.next_page_token());
  }
  ListedDocument listed;
  if (next_in_page_ < page_.certainties_size()) listed.certainty = page_.certainties(next_in_page_);
  listed.document = std::move(*page_.mutable_documents(next_in_page_++));
  current_ = std::move(listed);
}

}  // namespace hotline
