#ifndef HOTLINE_SERVER_RPC_PAGING_H_
#define HOTLINE_SERVER_RPC_PAGING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "hotline/v1/archive_service.pb.h"
#include "server/corpus/corpus.h"
#include "server/corpus/errors.h"
#include "server/corpus/filter.h"
#include "server/corpus/read_mask.h"
#include "server/rpc/holdings.h"

namespace hotline::server {

// Whether a request has a read mask, in whose paths order means nothing.
template <typename Request, typename = void>
inline constexpr bool kHasReadMask = false;
template <typename Request>
inline constexpr bool kHasReadMask<Request, std::void_t<decltype(std::declval<Request>().read_mask())>> = true;

// One page of a list that never changes: that of one request and one revision.
class Page {
 public:
  // Reads `page_size` and `page_token` of a request, and takes the revision that the token is of; without a token, the
  // current one. Errors are those that archive_service.proto lists for page tokens, and INVALID_ARGUMENT for a negative
  // size.
  template <typename Request>
  static absl::StatusOr<Page> Read(const Request& request, const Holdings& holdings) {
    Request canonical = request;
    canonical.clear_page_size();
    canonical.clear_page_token();
    Canonicalise(canonical.mutable_filter());
    if constexpr (kHasReadMask<Request>) Canonicalise(canonical.mutable_read_mask());
    canonical.DiscardUnknownFields();
    // The name, since requests of two kinds may have the same bytes.
    const std::string asked = absl::StrCat(Request::descriptor()->full_name(), ":", canonical.SerializeAsString());
    return Read(request.page_size(), request.page_token(), Fingerprint(asked), holdings);
  }

  const std::shared_ptr<const Archive>& archive() const { return archive_; }
  const Corpus& corpus() const { return archive_->corpus(); }
  // What the request asks for, whatever the revision and the page.
  std::uint64_t fingerprint() const { return fingerprint_; }
  // How many results come before this page.
  std::size_t offset() const { return offset_; }
  // At most how many results it has.
  std::size_t size() const { return size_; }

  // Whether it has as many results as it may: what Take() would refuse whatever its size.
  bool full() const { return taken_ == size_; }

  // Whether it takes one result more, of so many bytes. One that is large by itself is taken where it is the first.
  bool Take(std::size_t bytes);

  // Ends a page: sets the response's total and revision, and the token where results follow those taken.
  template <typename Response>
  void End(std::size_t total, Response* response) const {
    response->set_total_size(static_cast<std::int32_t>(total));
    response->set_revision(corpus().revision());
    if (offset_ + taken_ < total) response->set_next_page_token(NextToken());
  }

 private:
  Page(std::shared_ptr<const Archive> archive, std::uint64_t fingerprint, std::size_t offset, std::size_t size)
      : archive_(std::move(archive)), fingerprint_(fingerprint), offset_(offset), size_(size) {}

  static absl::StatusOr<Page> Read(int size, const std::string& token, std::uint64_t fingerprint,
                                   const Holdings& holdings);
  std::string NextToken() const;

  std::shared_ptr<const Archive> archive_;
  std::uint64_t fingerprint_;
  std::size_t offset_;
  std::size_t size_;
  std::size_t taken_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hotline::server

#endif  // HOTLINE_SERVER_RPC_PAGING_H_
