#include "server/rpc/paging.h"

#include <utility>

#include "server/timeline/token.h"
#include "server/timeline/token.pb.h"

namespace hotline::server {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMostPageSize = 1'000;
// Below every client's limit for a message of 4 MiB, with room to spare.
constexpr std::size_t kMostPageBytes = 1'000'000;

}  // namespace

absl::StatusOr<Page> Page::Read(int size, const std::string& token, std::uint64_t fingerprint,
                                const Holdings& holdings) {
  if (size < 0) {
    return InvalidField(
        "page_size", absl::StrCat(size, " is negative; allowed are 0 (for ", kDefaultPageSize, ") to ", kMostPageSize));
  }
  const std::size_t page_size = static_cast<std::size_t>(size == 0 ? kDefaultPageSize : std::min(size, kMostPageSize));
  if (token.empty()) return Page(holdings.current(), fingerprint, 0, page_size);
  token::Page page;
  if (absl::Status status = OpenToken(token, "page_token", "PAGE_TOKEN", &page); !status.ok()) return status;
  if (page.fingerprint() != fingerprint) {
    return InvalidField("page_token", "it belongs to another request; only page_size may change",
                        "PAGE_TOKEN_MISMATCH");
  }
  if (page.offset() < 0) return InvalidField("page_token", "its offset is negative", "PAGE_TOKEN_DAMAGED");
  std::shared_ptr<const Archive> archive = holdings.Find(page.revision());
  if (archive == nullptr) return RevisionNotHeld(page.revision(), holdings.current()->corpus().revision());
  return Page(std::move(archive), fingerprint, static_cast<std::size_t>(page.offset()), page_size);
}

bool Page::Take(std::size_t bytes) {
  if (full() || (taken_ > 0 && bytes_ + bytes > kMostPageBytes)) return false;
  ++taken_;
  bytes_ += bytes;
  return true;
}

std::string Page::NextToken() const {
  token::Page page;
  page.set_revision(corpus().revision());
  page.set_fingerprint(fingerprint_);
  page.set_offset(static_cast<std::int64_t>(offset_ + taken_));
  return SealToken(page);
}

}  // namespace hotline::server
