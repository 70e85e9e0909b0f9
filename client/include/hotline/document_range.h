#ifndef HOTLINE_DOCUMENT_RANGE_H_
#define HOTLINE_DOCUMENT_RANGE_H_

#include <functional>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "hotline/range_iterator.h"
#include "hotline/v1/archive_service.pb.h"

namespace hotline {

// One document of a list.
struct ListedDocument {
  v1::Document document;
  // How surely it falls in the window that was asked for. UNSPECIFIED where none was.
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
};

// The documents that a filter selects, as an input range of absl::StatusOr<ListedDocument>:
//
//   for (absl::StatusOr<ListedDocument>& listed : client.ListDocuments(request)) { ... }
//
// Order is that of the RPC. A page is fetched when the range comes to it, so a loop that stops early fetches no more.
// All pages are of one revision. An error is yielded once and ends the range; a range that ends without one is
// complete.
//
// Threads: one at a time. Lifetime: keeps the Connection alive that it reads from.
class DocumentRange {
 public:
  using FetchPage = std::function<absl::StatusOr<v1::ListDocumentsResponse>(const v1::ListDocumentsRequest&)>;
  using Iterator = RangeIterator<DocumentRange, absl::StatusOr<ListedDocument>>;

  // Begins at `request.page_token()`; `fetch` is called once a page.
  DocumentRange(v1::ListDocumentsRequest request, FetchPage fetch)
      : request_(std::move(request)), fetch_(std::move(fetch)) {}

  // Fetches the first page when called for the first time, and does not go back when called again.
  Iterator begin();
  Iterator end() { return Iterator(); }

 private:
  friend Iterator;

  // Makes `current_` the next document, or absent at the end.
  void Advance();

  v1::ListDocumentsRequest request_;
  FetchPage fetch_;
  v1::ListDocumentsResponse page_;
  int next_in_page_ = 0;
  bool started_ = false;
  bool last_page_ = false;
  std::optional<absl::StatusOr<ListedDocument>> current_;
};

}  // namespace hotline

#endif  // HOTLINE_DOCUMENT_RANGE_H_
