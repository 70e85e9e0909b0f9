#include "server/corpus/references.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hotline::server {
namespace {

// Two documents; the printed number 7 stands before an entry of each, and twice before the second's.
std::shared_ptr<const Corpus> ACorpus() {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  std::vector<v1::Document> documents(2);
  documents[0].set_name("documents/kk-01");
  documents[0].set_title("One");
  documents[0].add_entries()->set_printed_number("7");
  documents[0].mutable_entries(0)->set_position(1);
  v1::Identifier* telegram = documents[0].add_identifiers();
  telegram->set_value("Embtel 1101");
  telegram->add_aliases("Télégramme № 1101");
  documents[1].set_name("documents/kk-02");
  for (const int position : {2, 3}) {
    documents[1].add_entries()->set_printed_number("7");
    documents[1].mutable_entries(position - 2)->set_position(position);
  }
  documents[1].add_identifiers()->set_value("7");
  return std::make_shared<const Corpus>(summary, documents);
}

TEST(ReferencesTest, FindsEveryWayInWhichAReferenceMayBeMeant) {
  const auto resolved = ResolveReference(*ACorpus(), "7");
  ASSERT_THAT(resolved, IsOk());
  ASSERT_EQ(resolved->matches_size(), 4);
  EXPECT_EQ(resolved->matches(0).kind(), v1::REFERENCE_KIND_PRINTED_NUMBER);
  EXPECT_EQ(resolved->matches(0).position(), 1);
  EXPECT_EQ(resolved->matches(2).position(), 3);
  EXPECT_EQ(resolved->matches(3).kind(), v1::REFERENCE_KIND_IDENTIFIER);
  EXPECT_EQ(resolved->matches(3).position(), 0);
  EXPECT_EQ(resolved->outcome(), v1::REFERENCE_OUTCOME_AMBIGUOUS);
}

TEST(ReferencesTest, AnAliasGivesTheIdentifiersOwnSpelling) {
  const auto matches = ResolveReference(*ACorpus(), "télégramme 1101");
  EXPECT_THAT(matches, FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND")) << "a letter beyond ASCII counts";
  const auto exact = ResolveReference(*ACorpus(), "télégramme № 1101");
  ASSERT_THAT(exact, IsOk());
  EXPECT_EQ(exact->matches(0).value(), "Embtel 1101");
  EXPECT_EQ(exact->outcome(), v1::REFERENCE_OUTCOME_UNIQUE);
}

TEST(ReferencesTest, CaseBlanksAndPunctuationDoNotMatter) {
  for (const char* reference : {"embtel1101", "EMBTEL-1101", " Embtel  1101. "}) {
    EXPECT_THAT(ResolveReference(*ACorpus(), reference), IsOk()) << reference;
  }
}

TEST(ReferencesTest, APartOfAnIdentifierMeansNothing) {
  EXPECT_THAT(ResolveReference(*ACorpus(), "1101"), FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND"));
  EXPECT_THAT(ResolveReference(*ACorpus(), "no"), FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND"));
}

TEST(ReferencesTest, WhatHasNeitherLetterNorDigitIsRefused) {
  for (const char* reference : {"", " ", "-", "№."}) {
    const auto refused = ResolveReference(*ACorpus(), reference);
    EXPECT_FALSE(refused.ok()) << reference;
  }
  EXPECT_THAT(ResolveReference(*ACorpus(), "--"), IsBadField("reference"));
  EXPECT_THAT(ResolveReference(*ACorpus(), std::string(201, 'a')), IsBadField("reference"));
}

TEST(ReferencesTest, OnlyTheWantedFieldsComeAndTheOutcomeDoesNotHangOnThem) {
  google::protobuf::FieldMask title;
  title.add_paths("title");
  const auto resolved = ResolveReference(*ACorpus(), "7", *ReadMask::Make(title, "read_mask"));
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->matches(0).document().name(), "");
  EXPECT_EQ(resolved->matches(0).document().title(), "One");
  EXPECT_EQ(resolved->outcome(), v1::REFERENCE_OUTCOME_AMBIGUOUS);
}

}  // namespace
}  // namespace hotline::server
