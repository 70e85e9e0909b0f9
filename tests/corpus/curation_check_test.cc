#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/corpus/loader.h"
#include "tests/corpus/small_corpus.h"

namespace hotline::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A place in the small curation and what to put there. "" for `find` appends.
struct Damage {
  std::string find;
  std::string replace;
};

// The errors of the small corpus with its curation damaged; it must not be served.
std::vector<std::string> ErrorsOf(const std::vector<Damage>& damages) {
  std::string curation = kSmallCuration;
  for (const auto& [find, replace] : damages) {
    const std::size_t place = find.empty() ? curation.size() : curation.find(find);
    EXPECT_NE(place, std::string::npos) << find;
    curation.replace(place, find.size(), replace);
  }
  const LoadResult result = BuildCorpus(kSmallFindingAid, curation);
  EXPECT_EQ(result.corpus, nullptr);
  std::vector<std::string> errors;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::kError) errors.push_back(diagnostic.ToString());
  }
  return errors;
}

TEST(CurationCheckTest, StopsAtASyntaxErrorWithLineAndColumn) {
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: }"}}),
              ElementsAre("curation.textproto:21: error: column 14: Expected integer, got: }"));
  EXPECT_THAT(
      ErrorsOf({{"id: \"ann\"", "name: \"ann\""}}),
      ElementsAre(AllOf(HasSubstr("curation.textproto:6: error: column "), HasSubstr("no field named \"name\""))));
}

// Protobuf quotes the byte as it stands.
TEST(CurationCheckTest, ReportsASyntaxErrorInUtf8) {
  EXPECT_THAT(ErrorsOf({{"", "title: \xFF"}}),
              Contains("curation.textproto:45: error: column 8: Expected string, got: \uFFFD"));
}

TEST(CurationCheckTest, RefusesStringsThatAreNotUtf8) {
  EXPECT_THAT(ErrorsOf({{"Dated the first.", "\\377 and \xC3"}}),
              ElementsAre("curation.textproto:22: error: `note` is not valid UTF-8: \"\uFFFD and \uFFFD\""));
}

TEST(CurationCheckTest, WantsEveryEntryInExactlyOneDocument) {
  EXPECT_THAT(
      ErrorsOf({{"positions: [3, 2]", "positions: 3"}}),
      ElementsAre("finding_aid.txt:5: error: the entry at position 2 is in no document of the curation: \"Bob to "
                  "Ann - 3 May\""));
  EXPECT_THAT(
      ErrorsOf({{"positions: 1", "positions: [1, 2]"}}),
      ElementsAre("curation.textproto:37: error: position 2 is in the documents \"ab-1\" and \"ab-2\"; an entry "
                  "belongs to one"));
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: [1, 1]"}}),
              ElementsAre(HasSubstr("position 1 is in the documents \"ab-1\" and \"ab-1\"")));
}

TEST(CurationCheckTest, RefusesPositionsThatDoNotExist) {
  EXPECT_THAT(ErrorsOf({{"positions: [3, 2]", "positions: [3, 2, 4, 0]"}}),
              ElementsAre("curation.textproto:37: error: position 4 does not exist: the finding aid has entries 1 to 3",
                          HasSubstr("position 0 does not exist")));
}

TEST(CurationCheckTest, RefusesReferencesThatLeadNowhereAndListsWhatThereIs) {
  EXPECT_THAT(
      ErrorsOf({{"source: \"edition\" note", "source: \"bulletin\" note"}}),
      ElementsAre("curation.textproto:22: error: `source` names no source: \"bulletin\"; expected one of edition, "
                  "aid"));
  EXPECT_THAT(
      ErrorsOf({{"known_to: \"west\"", "known_to: [\"west\", \"east\"]"}}),
      ElementsAre("curation.textproto:26: error: `known_to` names no audience: \"east\"; expected one of west"));
  EXPECT_THAT(ErrorsOf({{"audience: \"west\"", "audience: \"east\""}}),
              ElementsAre(HasSubstr("curation.textproto:9: error: `audience` names no audience: \"east\"")));
  EXPECT_THAT(
      ErrorsOf({{"document: \"ab-1\"", "document: \"ab-3\""}}),
      ElementsAre(HasSubstr("curation.textproto:40: error: `document` names no document: \"ab-3\"; expected one "
                            "of ab-1, ab-2")));
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: 1 authors: \"carl\""}}),
              ElementsAre(HasSubstr("curation.textproto:21: error: `authors` names no participant: \"carl\"")));
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: 1 authors: \"ann\" recipients: \"carl\""}}),
              ElementsAre(HasSubstr("curation.textproto:21: error: `recipients` names no participant: \"carl\"")));
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: 1 copied_to: \"carl\""}}),
              ElementsAre(HasSubstr("curation.textproto:21: error: `copied_to` names no participant: \"carl\"")));
  EXPECT_THAT(ErrorsOf({{"source: \"edition\"\n  }", "source: \"bulletin\"\n  }"}}),
              ElementsAre(HasSubstr("curation.textproto:27: error: `source` names no source: \"bulletin\"")));
  EXPECT_THAT(ErrorsOf({{"source: \"aid\"\n  }", "source: \"bulletin\"\n  }"}}),
              ElementsAre(HasSubstr("curation.textproto:41: error: `source` names no source: \"bulletin\"")));
  EXPECT_THAT(ErrorsOf({{"source: \"edition\" }\n}", "source: \"bulletin\" }\n}"}}),
              ElementsAre(HasSubstr("curation.textproto:43: error: `source` names no source: \"bulletin\"")));
  EXPECT_THAT(ErrorsOf({{"finding_aid_source: \"aid\"", "finding_aid_source: \"aide\""}}),
              ElementsAre(HasSubstr("curation.textproto:2: error: `finding_aid_source` names no source: \"aide\"")));
  EXPECT_THAT(ErrorsOf({{"known_to: \"west\"", "known_to: [\"west\", \"west\"]"}}),
              ElementsAre("curation.textproto:26: error: `known_to` has \"west\" twice"));
  EXPECT_THAT(ErrorsOf({{"known_to: \"west\"", "known_to: [\"west\", \"\"]"}}),
              ElementsAre("curation.textproto:26: error: `known_to` has \"\", which names nobody"));
}

TEST(CurationCheckTest, WantsWellFormedAndUniqueIds) {
  EXPECT_THAT(
      ErrorsOf({{"id: \"ab-1\"", "id: \"Ab 1\""}, {"document: \"ab-1\"", "document: \"Ab 1\""}}),
      ElementsAre("curation.textproto:20: error: the document id \"Ab 1\" is not well formed: expected 1 to 63 of "
                  "a-z, 0-9 and \"-\", beginning with a letter"));
  EXPECT_THAT(
      ErrorsOf({{"audiences { id: \"west\"", "audiences {"}, {"audience: \"west\"", ""}, {"known_to: \"west\"", ""}}),
      ElementsAre(HasSubstr("curation.textproto:18: error: the audience id \"\" is not well formed")));
  EXPECT_THAT(ErrorsOf({{"id: \"bob\"", "id: \"ann\""}}),
              ElementsAre("curation.textproto:13: error: the participant id \"ann\" is taken already (line 6)"));
  EXPECT_THAT(ErrorsOf({{"id: \"ann\"", "id: \"" + std::string(64, 'a') + "\""}}),
              ElementsAre(HasSubstr("is not well formed")));
}

TEST(CurationCheckTest, WantsRequiredFields) {
  EXPECT_THAT(
      ErrorsOf({{"default_time_zone: \"UTC\"", ""}}),
      ElementsAre("curation.textproto: error: `default_time_zone` of this curation is missing or not one of its "
                  "values; it is required"));
  EXPECT_THAT(ErrorsOf({{"short_name: \"Aid\"", ""}}),
              ElementsAre(HasSubstr("curation.textproto:4: error: `short_name` of this source is missing")));
  EXPECT_THAT(ErrorsOf({{"type: EVENT_TYPE_SENT", ""}}),
              ElementsAre(HasSubstr("curation.textproto:23: error: `type` of this event is missing")));
  EXPECT_THAT(ErrorsOf({{"type: EVENT_TYPE_SENT", "type: EVENT_TYPE_UNSPECIFIED"}}),
              ElementsAre(HasSubstr("`type` of this event is missing")));
  EXPECT_THAT(ErrorsOf({{"date: \"1960-05-02\"", ""}}),
              ElementsAre(HasSubstr("curation.textproto:29: error: `date` of this event is missing")));
  EXPECT_THAT(ErrorsOf({{"value: \"e2\"", ""}}),
              ElementsAre(HasSubstr("curation.textproto:43: error: `value` of this identifier is missing")));
  EXPECT_THAT(ErrorsOf({{"date: \"1960-05-01\"", ""}}),
              ElementsAre(HasSubstr("curation.textproto:22: error: `date` of this claim is missing")));
  EXPECT_THAT(ErrorsOf({{"source: \"edition\" note", "note"}}),
              ElementsAre(HasSubstr("curation.textproto:22: error: `source` of this claim is missing")));
  EXPECT_THAT(ErrorsOf({{"source: \"edition\"\n  }", "}"}}),
              ElementsAre(HasSubstr("curation.textproto:23: error: `source` of this event is missing")));
  EXPECT_THAT(ErrorsOf({{"type: RELATION_TYPE_REPLIES_TO", ""}}),
              ElementsAre(HasSubstr("curation.textproto:38: error: `type` of this relation is missing")));
  EXPECT_THAT(ErrorsOf({{"document: \"ab-1\"", ""}}),
              ElementsAre(HasSubstr("curation.textproto:38: error: `document` of this relation is missing")));
  EXPECT_THAT(ErrorsOf({{"source: \"aid\"\n  }", "}"}}),
              ElementsAre(HasSubstr("curation.textproto:38: error: `source` of this relation is missing")));
  EXPECT_THAT(ErrorsOf({{"source: \"edition\" }\n}", "}\n}"}}),
              ElementsAre(HasSubstr("curation.textproto:43: error: `source` of this identifier is missing")));
  EXPECT_THAT(ErrorsOf({{"", "documents { id: \"ab-3\" }"}}),
              ElementsAre(HasSubstr("curation.textproto:45: error: `kind` of this document is missing"),
                          HasSubstr("curation.textproto:45: error: `title` of this document is missing")));
}

TEST(CurationCheckTest, WantsZonesThatExist) {
  EXPECT_THAT(ErrorsOf({{"time_zone: \"Europe/Moscow\"", "time_zone: \"Moscow\""}}),
              ElementsAre(HasSubstr("curation.textproto:15: error: `time_zone`: \"Moscow\" is not a time zone")));
  EXPECT_THAT(ErrorsOf({{"default_time_zone: \"UTC\"", "default_time_zone: \"Zulu Time\""}}),
              ElementsAre(HasSubstr("curation.textproto:1: error: `default_time_zone`: \"Zulu Time\"")));
  EXPECT_THAT(ErrorsOf({{"date: \"1960-05-02\"", "date: \"1960-05-02\" time_zone: \"X\""}}),
              ElementsAre(HasSubstr("curation.textproto:31: error: \"X\" is not a time zone")));
}

TEST(CurationCheckTest, WantsDatesThatTheCalendarAndTheClockHave) {
  EXPECT_THAT(ErrorsOf({{"1960-05-01\" source", "1960-05-32\" source"}}),
              ElementsAre(HasSubstr("curation.textproto:22: error: \"1960-05-32\" is not a date: no such day")));
  EXPECT_THAT(
      ErrorsOf({{"1960-05-01T10:00", "1960-05-01T10:00-05:00"}}),
      ElementsAre(HasSubstr("curation.textproto:25: error: \"1960-05-01T10:00-05:00\" is not a date: the offset "
                            "-05:00 contradicts the zone America/New_York")));
  EXPECT_THAT(
      ErrorsOf({{"date: \"1960-05-02\"", "date: \"1960-05-03/1960-05-02\""}}),
      ElementsAre(HasSubstr("curation.textproto:31: error: \"1960-05-03/1960-05-02\" is not a date: the interval "
                            "ends before it begins")));
}

TEST(CurationCheckTest, RefusesARelationToItself) {
  EXPECT_THAT(ErrorsOf({{"document: \"ab-1\"", "document: \"ab-2\""}}),
              ElementsAre("curation.textproto:40: error: the document \"ab-2\" has a relation to itself"));
}

TEST(CurationCheckTest, RefusesAClaimThatItsSourceMakesTwice) {
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: 1 claims { date: \"1960-05-01\" source: \"edition\" }"}}),
              ElementsAre("curation.textproto:22: error: \"sources/edition\" claims 1960-05-01 already at "
                          "curation.textproto:21; take one of the two out"));
  EXPECT_THAT(ErrorsOf({{"positions: 1", "positions: 1 claims { date: \"1960-05-02\" source: \"aid\" }"}}),
              ElementsAre(HasSubstr("\"sources/aid\" claims 1960-05-02 already at finding_aid.txt:3")));
}

TEST(CurationCheckTest, RefusesASpellingOfTwoParticipants) {
  EXPECT_THAT(ErrorsOf({{"also_written: \"Bob\"", "also_written: [\"Bob\", \"Ann\"]"}}),
              ElementsAre("curation.textproto:16: error: \"Ann\" is also written for \"ann\" already"));
}

TEST(CurationCheckTest, RefusesAnAnswerBeforeItsQuestion) {
  EXPECT_THAT(
      ErrorsOf({{"positions: [3, 2]", "positions: [3, 2] claims { date: \"1960-04-30\" source: \"edition\" }"}}),
      ElementsAre("curation.textproto:38: error: documents/ab-2, Edition 1960-04-30 (curation.textproto:37), cannot "
                  "answer documents/ab-1, which is later: Edition 1960-05-01 (curation.textproto:22)"));
}

TEST(CurationCheckTest, RefusesAnswersInACircle) {
  EXPECT_THAT(ErrorsOf({{"positions: 1",
                         "positions: 1 relations { type: RELATION_TYPE_REPLIES_TO document: \"ab-2\" "
                         "source: \"aid\" }"},
                        {"date: \"1960-05-01\"", "date: \"1960-05-03\""}}),
              ElementsAre("curation.textproto:38: error: answers in a circle: documents/ab-1 answers documents/ab-2 "
                          "answers documents/ab-1"));
}

TEST(CurationCheckTest, RefusesAReceiptBeforeEverySending) {
  EXPECT_THAT(ErrorsOf({{"date: \"1960-05-02\"", "date: \"1960-04-30\""}}),
              ElementsAre("curation.textproto:31: error: received (1960-04-30) before any sending, handing over, "
                          "broadcast or release of documents/ab-1"));
}

TEST(CurationCheckTest, ReportsAllFaultsAtOnce) {
  EXPECT_THAT(ErrorsOf({{"positions: [3, 2]", "positions: [3]"},
                        {"document: \"ab-1\"", "document: \"ab-9\""},
                        {"date: \"1960-05-02\"", "date: \"soon\""},
                        {"audience: \"west\"", "audience: \"east\""}}),
              ElementsAre(HasSubstr("curation.textproto:9: error: `audience`"),
                          HasSubstr("curation.textproto:31: error: \"soon\" is not a date"),
                          HasSubstr("curation.textproto:40: error: `document`"),
                          HasSubstr("finding_aid.txt:5: error: the entry at position 2 is in no document")));
}

}  // namespace
}  // namespace hotline::server
