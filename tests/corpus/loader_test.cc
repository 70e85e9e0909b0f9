#include "server/corpus/loader.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/historical_date.h"
#include "tests/corpus/small_corpus.h"

namespace hotline::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Texts(const LoadResult& result) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : result.diagnostics) texts.push_back(diagnostic.ToString());
  return texts;
}

std::string ClaimText(const v1::DateClaim& claim) {
  return absl::StrCat(claim.source(), " ", claim.date().edtf(), " ", claim.date().time_zone(), " '",
                      claim.date().as_written(), "'");
}

std::vector<std::string> ClaimTexts(const v1::Document& document) {
  std::vector<std::string> texts;
  for (const v1::DateClaim& claim : document.dates()) texts.push_back(ClaimText(claim));
  return texts;
}

TEST(LoaderTest, MergesEntriesAndCuration) {
  const LoadResult result = BuildCorpus(kSmallFindingAid, kSmallCuration);
  ASSERT_NE(result.corpus, nullptr);
  const v1::Document* first = result.corpus->FindDocument("documents/ab-1");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->kind(), v1::DOCUMENT_KIND_LETTER);
  EXPECT_EQ(first->title(), "Ann to Bob");
  EXPECT_EQ(first->summary(), "Asks a question.");
  EXPECT_THAT(first->authors(), ElementsAre("participants/ann"));
  EXPECT_THAT(first->recipients(), ElementsAre("participants/bob"));
  ASSERT_THAT(first->events(), SizeIs(2));
  EXPECT_EQ(first->events(0).name(), "documents/ab-1/events/1");
  EXPECT_EQ(first->events(0).date().edtf(), "1960-05-01T10:00:00-04:00");
  EXPECT_EQ(first->events(0).source(), "sources/edition");
  EXPECT_EQ(FromTimestamp(first->events(1).time()), Middle(first->events(1).date()));

  const v1::Document* second = result.corpus->FindDocument("documents/ab-2");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->relations(0).document(), "documents/ab-1");
  EXPECT_EQ(second->identifiers(0).aliases(0), "Edition 2");
}

TEST(LoaderTest, PutsTheMostTrustedClaimFirst) {
  const LoadResult result = BuildCorpus(kSmallFindingAid, kSmallCuration);
  const v1::Document* document = result.corpus->FindDocument("documents/ab-1");
  EXPECT_THAT(ClaimTexts(*document), ElementsAre("sources/edition 1960-05-01 America/New_York ''",
                                                 "sources/aid 1960-05-02 America/New_York '2 May 1960'"));
  EXPECT_EQ(document->dates(0).note(), "Dated the first.");
}

TEST(LoaderTest, MakesOneClaimOfTwoEqualEntriesAndKeepsTheYearThatIsNotInferred) {
  const LoadResult result = BuildCorpus(kSmallFindingAid, kSmallCuration);
  const v1::Document* document = result.corpus->FindDocument("documents/ab-2");
  EXPECT_THAT(ClaimTexts(*document), ElementsAre("sources/aid 1960-05-03 Europe/Moscow '3 May 1960'"));
  EXPECT_EQ(document->dates(0).note(), "");
  EXPECT_EQ(document->summary(), "Answers it.");
  ASSERT_THAT(document->entries(), SizeIs(2));
  EXPECT_EQ(document->entries(0).position(), 2);
}

TEST(LoaderTest, KeepsWhoGotACopy) {
  const LoadResult result = BuildCorpus(
      kSmallFindingAid, absl::StrReplaceAll(kSmallCuration, {{"positions: 1", "positions: 1 copied_to: \"bob\""}}));
  ASSERT_NE(result.corpus, nullptr);
  EXPECT_THAT(result.corpus->FindDocument("documents/ab-1")->copied_to(), ElementsAre("participants/bob"));
}

TEST(LoaderTest, TakesAnApproximateAndAnExactDateForTwoClaims) {
  const LoadResult result = BuildCorpus(
      absl::StrReplaceAll(kSmallFindingAid, {{"3 May 1960", "ca. 3 May 1960"}}),
      absl::StrReplaceAll(kSmallCuration,
                          {{"positions: 1", "positions: 1 claims { date: \"1960-05-01~\" source: \"edition\" }"}}));
  ASSERT_NE(result.corpus, nullptr);
  EXPECT_THAT(ClaimTexts(*result.corpus->FindDocument("documents/ab-1")),
              ElementsAre("sources/edition 1960-05-01~ America/New_York ''",
                          "sources/edition 1960-05-01 America/New_York ''", HasSubstr("sources/aid 1960-05-02")));
  EXPECT_THAT(ClaimTexts(*result.corpus->FindDocument("documents/ab-2")),
              ElementsAre("sources/aid 1960-05-03? Europe/Moscow '3 May'",
                          "sources/aid 1960-05-03~ Europe/Moscow 'ca. 3 May 1960'"));
}

TEST(LoaderTest, NotesAYearThatIsInferred) {
  const LoadResult result = BuildCorpus("T\n1. Ann to Bob, 2 May 1960\n2. Bob to Ann - 3 May", std::nullopt);
  const v1::DateClaim& claim = result.corpus->FindDocument("documents/entry-2")->dates(0);
  EXPECT_EQ(ClaimText(claim), "sources/finding-aid 1960-05-03? UTC '3 May'");
  EXPECT_TRUE(claim.date().inferred());
  EXPECT_EQ(claim.note(), "The heading gives no year; 1960 is that of the entry at position 1.");
}

TEST(LoaderTest, GivesADocumentWithoutEventsOneOfItsPreferredDate) {
  const LoadResult result = BuildCorpus(kSmallFindingAid, kSmallCuration);
  const v1::Document* document = result.corpus->FindDocument("documents/ab-2");
  ASSERT_THAT(document->events(), SizeIs(1));
  EXPECT_EQ(document->events(0).type(), v1::EVENT_TYPE_DATED);
  EXPECT_EQ(document->events(0).date().as_written(), "3 May 1960");
  EXPECT_THAT(document->events(0).known_to(), IsEmpty());
}

TEST(LoaderTest, NotesThatSourcesDisagreeAndStillServes) {
  EXPECT_THAT(Texts(BuildCorpus(kSmallFindingAid, kSmallCuration)),
              ElementsAre(HasSubstr("finding_aid.txt:1: note: taken for the title"),
                          "finding_aid.txt:3: note: sources disagree about the date of documents/ab-1: Edition "
                          "1960-05-01 (curation.textproto:22) is preferred to Aid 1960-05-02 (finding_aid.txt:3)",
                          HasSubstr("finding_aid.txt:5: note: \"3 May\" has no year"),
                          HasSubstr("finding_aid.txt:6: warning: the printed number 1 stands")));
}

TEST(LoaderTest, ServesAnyFindingAidWithoutCuration) {
  std::string aid = "Letters\n";
  for (int i = 1; i <= 10; ++i) absl::StrAppend(&aid, i, ". Ann to Bob, ", i, " May 1960\nText ", i, "\n");
  absl::StrAppend(&aid, "11. !!! ***\n12. President Bob's statement, n.d.\n");
  const LoadResult result = BuildCorpus(aid, std::nullopt);
  ASSERT_NE(result.corpus, nullptr);
  const v1::Corpus& summary = result.corpus->summary();
  EXPECT_EQ(summary.title(), "Letters");
  EXPECT_EQ(summary.default_time_zone(), "UTC");
  EXPECT_EQ(summary.document_count(), 12);
  EXPECT_EQ(summary.entry_count(), 12);
  EXPECT_EQ(summary.event_count(), 10);
  EXPECT_EQ(summary.first_day(), "1960-05-01");
  EXPECT_EQ(summary.last_day(), "1960-05-10");
  EXPECT_THAT(summary.audiences(), IsEmpty());
  ASSERT_THAT(summary.sources(), SizeIs(1));
  EXPECT_EQ(summary.sources(0).name(), "sources/finding-aid");
  ASSERT_THAT(summary.participants(), SizeIs(3));
  EXPECT_EQ(summary.participants(2).name(), "participants/president-bob");
  const v1::Document* document = result.corpus->FindDocument("documents/entry-03");
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(document->title(), "Ann to Bob");
  EXPECT_EQ(document->events(0).type(), v1::EVENT_TYPE_DATED);
  const v1::Document* illegible = result.corpus->FindDocument("documents/entry-11");
  ASSERT_NE(illegible, nullptr);
  EXPECT_EQ(illegible->title(), "!!! ***");
  EXPECT_EQ(illegible->kind(), v1::DOCUMENT_KIND_UNSPECIFIED);
  EXPECT_EQ(result.corpus->FindDocument("documents/entry-12")->kind(), v1::DOCUMENT_KIND_STATEMENT);
}

TEST(LoaderTest, MakesDifferentIdsOfNamesThatLookAlike) {
  const LoadResult result = BuildCorpus("1. \u00C4 to A.B, 1 May 1960\n2. A-B to \u00D6, 2 May 1960", std::nullopt);
  std::vector<std::string> names;
  for (const v1::Participant& participant : result.corpus->summary().participants()) {
    names.push_back(absl::StrCat(participant.name(), " ", participant.display_name()));
  }
  EXPECT_THAT(names, ElementsAre("participants/participant \u00C4", "participants/a-b A.B", "participants/a-b--2 A-B",
                                 "participants/participant--2 \u00D6"));
}

TEST(LoaderTest, RefusesAFindingAidWithoutAnEntry) {
  const LoadResult result = BuildCorpus("only a title\n", std::nullopt);
  EXPECT_EQ(result.corpus, nullptr);
  EXPECT_THAT(Texts(result), ElementsAre(HasSubstr("finding_aid.txt: error: no document: no line reads as a heading"),
                                         HasSubstr("finding_aid.txt:1: note: taken for the title")));
}

TEST(LoaderTest, WarnsOfANameThatNoParticipantClaims) {
  const LoadResult result =
      BuildCorpus("T\n1. Ann to Carl, 2 May 1960\n2. Bob to Ann, 3 May 1960\n3. Bob to Ann, 1960", kSmallCuration);
  EXPECT_NE(result.corpus, nullptr);
  EXPECT_THAT(Texts(result), testing::Contains("finding_aid.txt:2: warning: no participant of the curation is also "
                                               "written \"Carl\""));
}

// A new folder with a finding aid of one entry, which goes with the test.
class LoadCorpusTest : public testing::Test {
 protected:
  LoadCorpusTest() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "finding_aid.txt") << "1. Ann to Bob, 2 May 1960\n";
  }
  ~LoadCorpusTest() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      absl::StrCat("hotline_", getpid(), "_", testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(LoadCorpusTest, NeedsNoCuration) {
  const LoadResult result = LoadCorpus(folder_);
  ASSERT_NE(result.corpus, nullptr);
  EXPECT_NE(result.corpus->FindDocument("documents/entry-1"), nullptr);
}

TEST_F(LoadCorpusTest, ReadsACurationBehindALink) {
  std::ofstream(folder_ / "elsewhere") << "title: 1";
  std::filesystem::create_symlink("elsewhere", folder_ / "curation.textproto");
  EXPECT_THAT(Texts(LoadCorpus(folder_)), ElementsAre(HasSubstr("curation.textproto:1: error: column 8")));
}

TEST_F(LoadCorpusTest, RefusesALinkThatLeadsNowhere) {
  std::filesystem::create_symlink("elsewhere", folder_ / "curation.textproto");
  const LoadResult result = LoadCorpus(folder_);
  EXPECT_EQ(result.corpus, nullptr);
  EXPECT_THAT(Texts(result), ElementsAre(absl::StrCat("curation.textproto: error: is a link that leads nowhere: ",
                                                      (folder_ / "curation.textproto").string())));
}

TEST_F(LoadCorpusTest, RefusesAFolderWhereAFileBelongs) {
  std::filesystem::create_directory(folder_ / "curation.textproto");
  const LoadResult result = LoadCorpus(folder_);
  EXPECT_EQ(result.corpus, nullptr);
  EXPECT_THAT(Texts(result), ElementsAre(HasSubstr("curation.textproto: error: is a folder, not a file: ")));
}

TEST_F(LoadCorpusTest, RefusesAFolderWithoutAFindingAid) {
  std::filesystem::remove(folder_ / "finding_aid.txt");
  const LoadResult result = LoadCorpus(folder_);
  EXPECT_EQ(result.corpus, nullptr);
  EXPECT_THAT(Texts(result), ElementsAre(HasSubstr("finding_aid.txt: error: does not exist: ")));
}

}  // namespace
}  // namespace hotline::server
