#include "server/timeline/token.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "server/timeline/token.pb.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

token::Page APage() {
  token::Page page;
  page.set_revision("0123456789abcdef");
  page.set_fingerprint(0xFEDCBA9876543210);
  page.set_offset(50);
  return page;
}

absl::Status Open(const std::string& sealed) {
  token::Page page;
  return OpenToken(sealed, "page_token", "PAGE_TOKEN", &page);
}

TEST(TokenTest, ComesBackAsItWas) {
  const std::string sealed = SealToken(APage());
  token::Page page;
  ASSERT_THAT(OpenToken(sealed, "page_token", "PAGE_TOKEN", &page), IsOk());
  EXPECT_EQ(page.SerializeAsString(), APage().SerializeAsString());
  EXPECT_EQ(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(TokenTest, EveryFlippedBitIsFound) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(SealToken(APage()), &bytes));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const absl::Status status = Open(absl::WebSafeBase64Escape(damaged));
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument,
                                  bit < 8 ? "PAGE_TOKEN_VERSION_UNKNOWN" : "PAGE_TOKEN_DAMAGED"))
        << "bit " << bit;
  }
}

TEST(TokenTest, EveryShortenedTokenIsFound) {
  const std::string sealed = SealToken(APage());
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_THAT(Open(sealed.substr(0, length)), IsBadField("page_token")) << length;
  }
}

TEST(TokenTest, WhatIsNoBase64IsDamaged) {
  for (const std::string& text : {std::string("?"), std::string("not a token"), std::string(20, '\0'),
                                  SealToken(APage()) + "=", " " + SealToken(APage()), SealToken(APage()) + "A"}) {
    EXPECT_THAT(Open(text), FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_DAMAGED")) << text;
  }
}

TEST(TokenTest, TheSizeIsCheckedFirst) {
  EXPECT_THAT(Open(std::string(513, 'A')), FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_TOO_LONG"));
  EXPECT_THAT(Open(std::string(10'000'000, '?')), FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_TOO_LONG"));
}

}  // namespace
}  // namespace hotline::server
