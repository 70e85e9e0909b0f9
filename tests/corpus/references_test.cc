#include "server/corpus/references.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

// Looks at every document, which is what the index spares.
std::vector<std::string> FoundByScan(const Corpus& corpus, const std::string& reference) {
  std::vector<std::string> names;
  for (const v1::Document& document : corpus.documents()) {
    std::vector<std::string> called = {document.name(), document.name().substr(10)};
    for (const v1::CatalogEntry& entry : document.entries()) called.push_back(entry.printed_number());
    for (const v1::Identifier& identifier : document.identifiers()) {
      called.push_back(identifier.value());
      called.insert(called.end(), identifier.aliases().begin(), identifier.aliases().end());
    }
    const bool found = std::any_of(called.begin(), called.end(), [&reference](const std::string& each) {
      return NormalisedReference(each) == NormalisedReference(reference);
    });
    if (found) names.push_back(document.name());
  }
  return names;
}

TEST(ReferencesTest, FindsOfManyWhatALookAtEveryDocumentFinds) {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  std::vector<v1::Document> documents(2000);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    documents[i].set_name(absl::StrCat("documents/d-", i));
    documents[i].add_entries()->set_printed_number(absl::StrCat(i % 300));
    documents[i].add_identifiers()->set_value(absl::StrCat("Embtel ", i % 700));
    documents[i].mutable_identifiers(0)->add_aliases(absl::StrCat("D-", i + 1000));  // another one's id
  }
  const Corpus corpus(summary, documents);
  for (const char* reference : {"d-7", "documents/d-7", "D1500", "documents d 1999", "embtel 33", "299", "d2999"}) {
    const auto resolved = ResolveReference(corpus, reference);
    ASSERT_THAT(resolved, IsOk()) << reference;
    std::vector<std::string> names;
    for (const v1::ReferenceMatch& match : resolved->matches()) {
      if (names.empty() || names.back() != match.document().name()) names.push_back(match.document().name());
    }
    EXPECT_EQ(names, FoundByScan(corpus, reference)) << reference;
  }
  EXPECT_THAT(ResolveReference(corpus, "d3000"), FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND"));
}

TEST(ReferencesTest, WhatMoreThanAThousandDocumentsAreCalledIsRefused) {
  const auto of = [](std::size_t size) {
    v1::Corpus summary;
    summary.set_default_time_zone("UTC");
    std::vector<v1::Document> documents(size);
    for (v1::Document& document : documents) document.add_entries()->set_printed_number("1");
    return std::make_shared<const Corpus>(summary, documents);
  };
  EXPECT_EQ(ResolveReference(*of(1000), "1")->matches_size(), 1000);
  EXPECT_THAT(ResolveReference(*of(1001), "1"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "REFERENCE_TOO_COMMON"));
}

TEST(ReferencesTest, AnEntryWithoutANumberIsNotWhatNumberMeans) {
  v1::Corpus summary;
  summary.set_default_time_zone("UTC");
  std::vector<v1::Document> documents(1);
  documents[0].set_name("documents/a");
  documents[0].add_entries();
  const Corpus corpus(summary, documents);
  for (const char* reference : {"No.", "number", "documents"}) {
    EXPECT_THAT(ResolveReference(corpus, reference), FailsWith(absl::StatusCode::kNotFound, "REFERENCE_NOT_FOUND"));
  }
}

}  // namespace
}  // namespace hotline::server
