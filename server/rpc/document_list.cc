#include "server/rpc/document_list.h"

#include <optional>

#include "server/corpus/filter.h"
#include "server/corpus/read_mask.h"
#include "server/rpc/paging.h"

namespace hotline::server {
namespace {

// Adds the documents from the page's offset on until it is full, and returns how many are selected.
class PageBuilder {
 public:
  PageBuilder(const Filter& filter, const ReadMask& mask, Page* page, v1::ListDocumentsResponse* response)
      : corpus_(page->corpus()), filter_(filter), mask_(mask), page_(page), response_(response) {}

  std::size_t AddAll() {
    if (filter_.SelectsAll()) {
      const std::size_t total = corpus_.documents().size();
      for (std::size_t i = page_->offset(); i < total && Add(i, {}); ++i) {
      }
      return total;
    }
    std::size_t total = 0;
    bool full = false;
    for (std::size_t i = 0; i < corpus_.documents().size(); ++i) {
      const std::optional<DateMatch> match = filter_.Match(i);
      if (!match.has_value()) continue;
      if (total++ >= page_->offset() && !full) full = !Add(i, *match);
    }
    return total;
  }

 private:
  bool Add(std::size_t index, const DateMatch& match) {
    const v1::Document& document = corpus_.documents()[index];
    if (!page_->Take(document.ByteSizeLong())) return false;
    mask_.Copy(document, response_->add_documents());
    if (filter_.has_window()) {
      response_->add_certainties(match.certainty);
      response_->add_date_sources(match.date == nullptr ? "" : *corpus_.columns().source_names()[match.date->source]);
    }
    return true;
  }

  const Corpus& corpus_;
  const Filter& filter_;
  const ReadMask& mask_;
  Page* const page_;
  v1::ListDocumentsResponse* const response_;
};

}  // namespace

absl::StatusOr<v1::ListDocumentsResponse> ListPage(const v1::ListDocumentsRequest& request, const Holdings& holdings) {
  absl::StatusOr<Page> page = Page::Read(request, holdings);
  if (!page.ok()) return page.status();
  const absl::StatusOr<Filter> filter = Filter::Make(request.filter(), page->corpus(), "filter");
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<ReadMask> mask = ReadMask::Make(request.read_mask(), "read_mask");
  if (!mask.ok()) return mask.status();
  v1::ListDocumentsResponse response;
  response.set_time_zone(filter->time_zone());
  const std::size_t total = PageBuilder(*filter, *mask, &*page, &response).AddAll();
  page->End(total, &response);
  return response;
}

}  // namespace hotline::server
