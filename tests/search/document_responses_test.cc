#include "server/search/document_responses.h"

#include <string>

#include "gtest/gtest.h"
#include "hotline/v1/archive_service.pb.h"
#include "tests/support/tiny_corpus.h"

namespace hotline::server {
namespace {

std::shared_ptr<const Corpus> TwoLetters() {
  return TinyCorpus(
      {{"d1", "kennedy", "khrushchev", "1962-10-22", {}}, {"d2", "khrushchev", "kennedy", "1962-10-23", {}}});
}

TEST(DocumentResponsesTest, EachIsTheAnswerToGetDocument) {
  const auto corpus = TwoLetters();
  const DocumentResponses responses(*corpus);
  for (std::size_t i = 0; i < 2; ++i) {
    v1::GetDocumentResponse response;
    ASSERT_TRUE(response.ParseFromString(std::string(responses.Find(i))));
    EXPECT_EQ(response.revision(), corpus->revision());
    EXPECT_EQ(response.document().SerializeAsString(), corpus->documents()[i].SerializeAsString());
  }
}

TEST(DocumentResponsesTest, WhatIsBeyondTheBoundIsNotKept) {
  const auto corpus = TwoLetters();
  const std::size_t first = DocumentResponses(*corpus).Find(0).size();
  const DocumentResponses responses(*corpus, first);
  EXPECT_NE(responses.Find(0), "");
  EXPECT_EQ(responses.Find(1), "");
  EXPECT_EQ(DocumentResponses(*corpus, first - 1).Find(0), "");
}

}  // namespace
}  // namespace hotline::server
