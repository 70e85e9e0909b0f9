#include "tests/bench/archive_corpus.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/chronology.h"
#include "server/corpus/loader.h"
#include "tests/support/temporary_folder.h"

namespace hotline::bench {
namespace {

constexpr int kDocuments = 10'000;

std::string Content(const tests::TemporaryFolder& folder, const std::string& name) {
  std::ifstream stream(folder.path() + "/" + name, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
}

TEST(ArchiveCorpusTest, EqualSeedsGiveEqualBytes) {
  const tests::TemporaryFolder a;
  const tests::TemporaryFolder b;
  const tests::TemporaryFolder other;
  WriteArchiveCorpus(a.path(), kDocuments, 1);
  WriteArchiveCorpus(b.path(), kDocuments, 1);
  WriteArchiveCorpus(other.path(), kDocuments, 2);
  for (const char* name : {"finding_aid.txt", "curation.textproto"}) {
    EXPECT_EQ(Content(a, name), Content(b, name)) << name;
    EXPECT_NE(Content(a, name), Content(other, name)) << name;
  }
}

TEST(ArchiveCorpusTest, LoadsWithoutErrorAndIsAsItIsDescribed) {
  const tests::TemporaryFolder folder;
  WriteArchiveCorpus(folder.path(), kDocuments, 1);
  const server::LoadResult loaded = server::LoadCorpus(folder.path());
  for (const server::Diagnostic& diagnostic : loaded.diagnostics) {
    EXPECT_NE(diagnostic.severity, server::Diagnostic::Severity::kError) << diagnostic.ToString();
  }
  ASSERT_NE(loaded.corpus, nullptr);
  ASSERT_EQ(loaded.corpus->documents().size(), kDocuments);
  std::size_t bytes = 0;
  int disagreements = 0;
  int answers = 0;
  for (const v1::Document& document : loaded.corpus->documents()) {
    bytes += document.ByteSizeLong();
    disagreements += server::Disagreements(document).empty() ? 0 : 1;
    answers += document.relations_size();
    EXPECT_EQ(document.events_size(), 2) << document.name();
  }
  EXPECT_NEAR(static_cast<double>(bytes) / kDocuments, 900, 25);
  EXPECT_GT(disagreements, kDocuments / 50);
  EXPECT_GT(answers, kDocuments / 2);
  EXPECT_EQ(loaded.corpus->summary().entry_count(), kDocuments / 100);
  EXPECT_EQ(loaded.corpus->summary().participants_size(), kArchiveParticipants);
  EXPECT_NE(loaded.corpus->FindDocument(ArchiveDocumentName(kDocuments - 1)), nullptr);
  EXPECT_NE(loaded.corpus->FindParticipant(ArchiveParticipantName(kArchiveParticipants - 1)), nullptr);
}

TEST(VocabularyTest, DrawsTheFirstWordsOftenest) {
  const Vocabulary words;
  std::mt19937_64 random(7);
  int first = 0;
  int tenth = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string& word = words.Draw(&random);
    first += word == words.word(0) ? 1 : 0;
    tenth += word == words.word(9) ? 1 : 0;
  }
  EXPECT_NEAR(first, 6724, 350);  // ln(2) / ln(30,000)
  EXPECT_NEAR(tenth, 925, 150);   // ln(11/10) / ln(30,000)
}

}  // namespace
}  // namespace hotline::bench
