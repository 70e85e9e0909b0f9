#include "server/rpc/document_list.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/corpus/errors.h"
#include "server/corpus/filter.h"
#include "server/timeline/selection.h"
#include "server/timeline/token.h"
#include "server/timeline/token.pb.h"

namespace hotline::server {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMostPageSize = 1'000;
// Below every client's limit for a message of 4 MiB, with room to spare.
constexpr std::size_t kMostPageBytes = 1'000'000;

// A list is of the same documents as a timeline with its filter, so it has the same fingerprint.
std::uint64_t FilterFingerprint(const v1::DocumentFilter& filter) {
  v1::TimelineSelection selection;
  *selection.mutable_filter() = filter;
  return FingerprintOf(selection);
}

absl::StatusOr<std::int64_t> ReadOffset(const v1::ListDocumentsRequest& request, const Corpus& corpus) {
  if (request.page_token().empty()) return 0;
  token::Page page;
  if (absl::Status status = OpenToken(request.page_token(), "page_token", "PAGE_TOKEN", &page); !status.ok()) {
    return status;
  }
  if (page.fingerprint() != FilterFingerprint(request.filter())) {
    return InvalidField("page_token", "it belongs to a request with another filter", "PAGE_TOKEN_MISMATCH");
  }
  if (page.revision() != corpus.revision()) return RevisionNotHeld(page.revision(), corpus.revision());
  if (page.offset() < 0) return InvalidField("page_token", "its offset is negative", "PAGE_TOKEN_DAMAGED");
  return page.offset();
}

std::string TokenFor(const v1::ListDocumentsRequest& request, const Corpus& corpus, std::int64_t offset) {
  token::Page page;
  page.set_revision(corpus.revision());
  page.set_fingerprint(FilterFingerprint(request.filter()));
  page.set_offset(offset);
  return SealToken(page);
}

}  // namespace

absl::StatusOr<v1::ListDocumentsResponse> ListPage(const v1::ListDocumentsRequest& request, const Corpus& corpus) {
  if (request.page_size() < 0) {
    return InvalidField("page_size", absl::StrCat(request.page_size(), " is negative; allowed are 0 (for ",
                                                  kDefaultPageSize, ") to ", kMostPageSize));
  }
  const int page_size = request.page_size() == 0 ? kDefaultPageSize : std::min(request.page_size(), kMostPageSize);
  const absl::StatusOr<Filter> filter = Filter::Make(request.filter(), corpus, "filter");
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<std::int64_t> offset = ReadOffset(request, corpus);
  if (!offset.ok()) return offset.status();

  v1::ListDocumentsResponse response;
  response.set_revision(corpus.revision());
  response.set_time_zone(filter->time_zone());
  std::int64_t matched = 0;
  std::size_t bytes = 0;
  bool full = false;
  for (const v1::Document& document : corpus.documents()) {
    const std::optional<v1::Certainty> certainty = filter->Match(document);
    if (!certainty.has_value()) continue;
    if (matched++ < *offset || full) continue;
    bytes += document.ByteSizeLong();
    full = response.documents_size() == page_size || (bytes > kMostPageBytes && response.documents_size() > 0);
    if (full) {
      response.set_next_page_token(TokenFor(request, corpus, matched - 1));
      continue;
    }
    *response.add_documents() = document;
    if (*certainty != v1::CERTAINTY_UNSPECIFIED) response.add_certainties(*certainty);
  }
  response.set_total_size(static_cast<std::int32_t>(matched));
  return response;
}

}  // namespace hotline::server
