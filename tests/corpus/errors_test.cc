#include "server/corpus/errors.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

TEST(ErrorsTest, ABadFieldIsNamedInTheMessageAndInTheDetails) {
  const absl::Status status = InvalidField("selection.first_day", "\"x\" is no day");
  EXPECT_EQ(status.message(), "selection.first_day: \"x\" is no day");
  EXPECT_THAT(status, IsBadField("selection.first_day"));
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

TEST(ErrorsTest, ABadQueryIsNamedWithThePlaceOfWhatIsWrong) {
  const absl::Status status = InvalidQuery("query", 5, 2, "\"((\" is no word");
  EXPECT_EQ(status.message(), "query: at position 5: \"((\" is no word");
  EXPECT_THAT(status, IsBadField("query"));
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kInvalidArgument, "INVALID_QUERY"));
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("position"), "5");
  EXPECT_EQ(info.metadata().at("length"), "2");
}

TEST(ErrorsTest, WhatIsNotFoundIsNamedWithTheWayToValidNames) {
  const absl::Status status = ResourceNotFound("document", "documents/kk-99", "ListDocuments gives them", "REASON");
  EXPECT_EQ(status.message(), "document \"documents/kk-99\" not found; ListDocuments gives them");
  EXPECT_THAT(status, FailsWith(absl::StatusCode::kNotFound, "REASON"));
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status).resource_type(), "document");
}

TEST(ErrorsTest, AQuotedValueIsShortAndWithoutControlCharacters) {
  EXPECT_EQ(Quoted("kk\n08"), "\"kk\\n08\"");
  EXPECT_LE(Quoted(std::string(10'000, 'x')).size(), 90u);
}

TEST(ErrorsTest, AQuotedValueIsCutBetweenCharacters) {
  const std::string e_acute = "\xC3\xA9";
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text += e_acute;
  const std::string quoted = Quoted(text);
  EXPECT_THAT(quoted, ::testing::EndsWith(e_acute + "...\""));
}

TEST(QuotedTest, BytesThatAreNoTextAreEscapedSoThatTheErrorStaysReadable) {
  EXPECT_EQ(Quoted("K\xC3\xBC"), "\"K\xC3\xBC\"");
  EXPECT_EQ(Quoted("K\xC3"), "\"K\\xc3\"");
  EXPECT_EQ(Quoted("\xFF\n"), "\"\\xff\\n\"");
}

}  // namespace
}  // namespace hotline::server
