#ifndef HOTLINE_PAGED_RANGE_H_
#define HOTLINE_PAGED_RANGE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hotline/range_iterator.h"
#include "hotline/v1/archive_service.pb.h"

namespace hotline {

// One document of a list.
struct ListedDocument {
  v1::Document document;
  // How surely it falls in the window that was asked for. UNSPECIFIED where none was.
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
  // Whose claim says so: the name of a source. Empty where no window was asked for, or nobody claims a date.
  std::string date_source;
};

// What a page lists, in its order.
std::vector<ListedDocument> ElementsOf(v1::ListDocumentsResponse page);
std::vector<v1::SearchHit> ElementsOf(v1::SearchDocumentsResponse page);
std::vector<v1::DateComparison> ElementsOf(v1::CompareSourcesResponse page);

// What a request lists over all its pages, as an input range of absl::StatusOr<Element>:
//
//   for (absl::StatusOr<ListedDocument>& listed : client.ListDocuments(request)) { ... }
//
// Order is that of the RPC. A page is fetched when the range comes to it, so a loop that stops early fetches no more.
// All pages are of one revision. An error is yielded once and ends the range; a range that ends without one is
// complete.
//
// Threads: one at a time. Lifetime: keeps the Connection alive that it reads from.
template <typename Request, typename Response, typename Element>
class PagedRange {
 public:
  using FetchPage = std::function<absl::StatusOr<Response>(const Request&)>;
  using Iterator = RangeIterator<PagedRange, absl::StatusOr<Element>>;

  // Begins at `request.page_token()`; `fetch` is called once a page.
  PagedRange(Request request, FetchPage fetch) : request_(std::move(request)), fetch_(std::move(fetch)) {}

  // Fetches the first page when called for the first time, and does not go back when called again.
  Iterator begin() {
    if (!started_) {
      started_ = true;
      Advance();
    }
    return Iterator(this);
  }
  Iterator end() { return Iterator(); }

 private:
  friend Iterator;

  // Makes `current_` the next element, or absent at the end.
  void Advance() {
    while (next_in_page_ == page_.size()) {
      if (last_page_) return current_.reset();
      absl::StatusOr<Response> page = fetch_(request_);
      // An error is the last element: nothing is left behind it.
      last_page_ = !page.ok() || page->next_page_token().empty();
      next_in_page_ = 0;
      page_.clear();
      if (!page.ok()) {
        current_ = page.status();
        return;
      }
      request_.set_page_token(page->next_page_token());
      page_ = ElementsOf(*std::move(page));
    }
    current_ = std::move(page_[next_in_page_++]);
  }

  Request request_;
  FetchPage fetch_;
  std::vector<Element> page_;
  std::size_t next_in_page_ = 0;
  bool started_ = false;
  bool last_page_ = false;
  std::optional<absl::StatusOr<Element>> current_;
};

// The documents that a filter selects.
using DocumentRange = PagedRange<v1::ListDocumentsRequest, v1::ListDocumentsResponse, ListedDocument>;
// What a query finds, the best first.
using SearchRange = PagedRange<v1::SearchDocumentsRequest, v1::SearchDocumentsResponse, v1::SearchHit>;
// What two sources say about each document.
using ComparisonRange = PagedRange<v1::CompareSourcesRequest, v1::CompareSourcesResponse, v1::DateComparison>;

}  // namespace hotline

#endif  // HOTLINE_PAGED_RANGE_H_
