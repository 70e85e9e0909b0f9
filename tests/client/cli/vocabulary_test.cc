#include "client/cli/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/client/cli/sample_corpus.h"

namespace hotline::cli {
namespace {

using ::testing::HasSubstr;

TEST(VocabularyTest, TheCapitalsAreTheFirstTwoAudiencesWithAZone) {
  v1::Corpus corpus = SampleCorpus();
  corpus.mutable_audiences()->SwapElements(0, 2);
  corpus.add_audiences()->set_time_zone("Europe/Paris");
  const absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Make(corpus);
  ASSERT_TRUE(vocabulary.ok());
  ASSERT_EQ(vocabulary->capitals().size(), 2U);
  EXPECT_EQ(vocabulary->capitals()[0].id, "moscow");
  EXPECT_EQ(vocabulary->capitals()[1].id, "washington");
}

TEST(VocabularyTest, WithoutAudiencesTheCorpusesOwnZoneStandsForTheCapital) {
  v1::Corpus corpus = SampleCorpus();
  corpus.clear_audiences();
  const absl::StatusOr<Vocabulary> vocabulary = Vocabulary::Make(corpus);
  ASSERT_TRUE(vocabulary.ok());
  ASSERT_EQ(vocabulary->capitals().size(), 1U);
  EXPECT_EQ(vocabulary->capitals()[0].name, "America/New_York");
}

TEST(VocabularyTest, RefusesAZoneThatThisMachineDoesNotKnow) {
  v1::Corpus corpus = SampleCorpus();
  corpus.mutable_audiences(1)->set_time_zone("Mars/Olympus");
  const absl::Status status = Vocabulary::Make(corpus).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Mars/Olympus"));
}

TEST(VocabularyTest, AnEventStandsWithItsAuthorElseWhereItTookPlaceElseLeft) {
  const Vocabulary vocabulary = SampleVocabulary();
  v1::Event event;
  event.set_place("the Kremlin, Moscow");
  EXPECT_EQ(vocabulary.LaneOf(SampleDocument("kk-13"), event), 0U);
  EXPECT_EQ(vocabulary.LaneOf(SampleDocument("kk-08"), event), 1U);
  EXPECT_EQ(vocabulary.LaneOf(SampleDocument("kk-10"), event), 1U);
  event.set_place("New York");
  EXPECT_EQ(vocabulary.LaneOf(SampleDocument("kk-10"), event), 0U);
}

TEST(VocabularyTest, AnUnknownNameIsShownByItsId) {
  const Vocabulary vocabulary = SampleVocabulary();
  EXPECT_EQ(vocabulary.ParticipantName("participants/khrushchev"), "Никита Хрущёв");
  EXPECT_EQ(vocabulary.ParticipantName("participants/castro"), "castro");
  EXPECT_EQ(vocabulary.SourceName("sources/finding-aid"), "finding aid");
  EXPECT_EQ(vocabulary.AudienceName("public"), "the public");
}

TEST(DatedTest, SourcesThatDisagreeAreBothNamedThePreferredFirst) {
  const DatedInWords dated = Dated(SampleVocabulary(), SampleDocument("kk-09"));
  EXPECT_EQ(dated.text, "27 Oct or 26 Oct: FRUS / finding aid");
  EXPECT_TRUE(dated.disputed);
}

TEST(DatedTest, SourcesThatAgreeOnTheDayAreNoDispute) {
  v1::Document document = SampleDocument("kk-08");
  v1::DateClaim* claim = document.add_dates();
  *claim->mutable_date() = Minute("1962-10-26T19:00:00+03:00", "Europe/Moscow");
  claim->set_source("sources/finding-aid");
  const DatedInWords dated = Dated(SampleVocabulary(), document);
  EXPECT_EQ(dated.text, "26 Oct");
  EXPECT_FALSE(dated.disputed);
}

TEST(DatedTest, SaysWhereThereIsNoDate) { EXPECT_EQ(Dated(SampleVocabulary(), v1::Document()).text, "no date"); }

TEST(InWordsTest, EveryEventTypeHasItsOwnWords) {
  std::set<std::string> words;
  for (int type = v1::EventType_MIN + 1; type <= v1::EventType_MAX; ++type) {
    words.insert(InWords(static_cast<v1::EventType>(type)));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(v1::EventType_MAX));
  EXPECT_EQ(InWords(v1::EVENT_TYPE_HANDED_OVER), "handed over");
  EXPECT_EQ(words.count("happened"), 0U);
}

TEST(InWordsTest, ARelationIsReadFromEitherSide) {
  EXPECT_EQ(InWords(v1::RELATION_TYPE_REPLIES_TO), "answers");
  EXPECT_EQ(InWords(v1::RELATION_TYPE_REPLIES_TO, true), "answered by");
}

}  // namespace
}  // namespace hotline::cli
